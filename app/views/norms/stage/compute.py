"""The stage's numbers: who shares in each cube, which window is drawn, what the headline tells of a situation."""

from dataclasses import dataclass
from typing import Any

from app.query.layer import in_terms_of_the_query
from app.views.norms.block import Blocks
from app.views.norms.compute import Outcome, outcomes_of, settings_of
from app.views.norms.query import NormsFields
from app.views.norms.stage.cell import Cell, cell_of
from app.views.norms.stage.cubes import CUBES, Cube
from app.views.norms.stage.window import Window, window_at
from bncore.errors import BatchNormError
from bncore.norms.sharing import Sharing

COMPARED = ("batch", "layer")  # norms that the headline sets against each other where all are shown


@dataclass(frozen=True, eq=False)
class Scene:
    """What the stage shows of a query's block: its cubes by name, in each who shares, None where no cell of it does.

    `outcomes` are those of the norms that the headline tells of in a situation; none in the usual batch.
    """

    query: NormsFields
    blocks: Blocks
    cell: Cell
    window: Window
    sharings: dict[str, Sharing | None]
    settings: dict[str, dict[str, Any]]
    outcomes: dict[str, Outcome]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Examples, channels and positions of the block."""
        return self.blocks.now.shape


def scene_of(query: NormsFields, blocks: Blocks, outcomes: dict[str, Outcome] | None = None) -> Scene:
    """The scene of a query's blocks; `outcomes` where they are computed already.

    Raises InvalidQuery where the numerics refuse, and where there is no such cell.
    """
    x = blocks.now.x
    cell = cell_of(query, x)
    shown = {name: cube for name, cube in CUBES.items() if cube.norm in query.shown_norms}
    try:
        settings = {cube.norm: {"axis": 1} | settings_of(query, cube.norm, blocks.now.shape) for cube in shown.values()}
        sharings = {name: _sharing(cube, x.shape, settings[cube.norm]) for name, cube in shown.items()}
    except BatchNormError as error:
        raise in_terms_of_the_query(error, query) from error
    told = _told(query, blocks) if outcomes is None else outcomes
    return Scene(query, blocks, cell, window_at(x.shape, cell), sharings, settings, told)


def _sharing(cube: Cube, shape: tuple[int, ...], settings: dict[str, Any]) -> Sharing | None:
    return None if cube.sharing is None else cube.sharing(shape, settings)


def _told(query: NormsFields, blocks: Blocks) -> dict[str, Outcome]:
    """The outcomes that a headline is made of, and no others."""
    if query.situation == "usual":
        return {}
    names = tuple(norm for norm in query.shown_norms if query.norm != "all" or norm in COMPARED)
    return outcomes_of(query, blocks, names)
