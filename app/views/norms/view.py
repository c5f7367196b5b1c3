"""The norms: one block of values under every norm, and what a difficult batch does to each."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from app.views.norms.answer import answer_of
from app.views.norms.arrays import router
from app.views.norms.block import Blocks, blocks_of
from app.views.norms.call import CALL
from app.views.norms.compute import Lineup, lineup_of
from app.views.norms.page import PAGE
from app.views.norms.query import NormsFields, NormsQuery
from app.views.norms.stage.answer import answer_of_stage
from app.views.norms.stage.compute import Scene, scene_of
from app.views.norms.stage.light import is_light
from app.web.view import Place, View
from bncore.progress import Said

LARGE = 250_000  # numbers of a block that take long enough, and memory enough, to wait for others


@dataclass(frozen=True, eq=False)
class Prepared:
    """A query whose blocks are there and not too much."""

    query: NormsFields
    blocks: Blocks

    @property
    def work(self) -> int:
        """Numbers of the block; of the stage alone they are drawn, and hardly any computed."""
        return 0 if self.query.is_stage else self.blocks.usual.x.size


def _prepared(place: Place, query: NormsFields) -> Prepared:
    return Prepared(query, blocks_of(query, place.uploads, place.settings))


def _computed(ready: Prepared, _say: Said) -> Lineup | Scene:
    compute = scene_of if ready.query.is_stage else lineup_of
    return compute(ready.query, ready.blocks)


def _answered(computed: Lineup | Scene) -> dict[str, Any]:
    return answer_of_stage(computed) if isinstance(computed, Scene) else answer_of(computed)


def _further(_view: View[Any, Any, Any]) -> APIRouter:
    """`POST /norms`."""
    return router


VIEW = View(
    name="norms", title="Norms", query=NormsQuery, prepare=_prepared, compute=_computed, answer=_answered, call=CALL,
    catalogued="norms_view", page=PAGE, is_light=is_light, large=LARGE, further=_further,
)  # fmt: skip
