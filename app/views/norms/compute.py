"""The norms' query, computed: every norm's result before and in the situation, its effect, the distributions."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.query.layer import in_terms_of_the_query
from app.views.norms.block import Block, Blocks
from app.views.norms.defined import defined, too_large
from app.views.norms.query import NormsFields
from app.views.norms.stage.cell import cell_of
from bncore import norms
from bncore.arguments import Array
from bncore.distributions.axis import Axis, axis_for
from bncore.distributions.summary import Floats, described
from bncore.errors import BatchNormError, VarianceOverflow
from bncore.norms import NORMS, Normed
from bncore.norms.batches.remainder import left_over
from bncore.norms.divisors import automatic_ghosts, automatic_groups
from bncore.norms.effects import Effect, effect
from bncore.playground.rulers import LINEAR_WITHIN, LONGEST_LINEAR
from bncore.playground.stages import Stage
from bncore.statistics import statistics

Running = dict[str, Any]
SHOWN = (8, 8, 16)  # examples, channels and positions that the cube shows at most


@dataclass(frozen=True, eq=False)
class Outcome:
    """One norm: its result of the situation's block, and what the situation does to it (None in the usual batch)."""

    result: Normed
    effect: Effect | None


@dataclass(frozen=True, eq=False)
class Lineup:
    """One block of values under every norm in the lineup.

    `stages` are the distributions before ("x") and after each norm; `notes` say which norm is left out, and why.
    """

    query: NormsFields
    blocks: Blocks
    outcomes: dict[str, Outcome]
    stages: dict[str, Stage]
    settings: dict[str, dict[str, Any]]
    notes: tuple[str, ...]

    @property
    def shown(self) -> tuple[int, int, int]:
        """Examples, channels and positions that the cube shows."""
        examples, channels, positions = (min(pair) for pair in zip(self.blocks.now.shape, SHOWN, strict=True))
        return examples, channels, positions

    def part(self, array: Array) -> Array:
        """What the cube shows of an array in the block's shape, as examples × channels × positions."""
        examples, channels, positions = self.shown
        return array.reshape(*array.shape[:2], -1)[:examples, :channels, :positions]

    @property
    def cell(self) -> tuple[int, int, int]:
        """The cell that is looked at; of one that the cube does not show, the nearest that it does."""
        example, channel, position = (
            min(at, shown - 1) for at, shown in zip(cell_of(self.query, self.blocks.now.x), self.shown, strict=True)
        )
        return example, channel, position


def lineup_of(query: NormsFields, blocks: Blocks) -> Lineup:
    """A query's blocks under each norm that is shown. Raises InvalidQuery where the numerics refuse."""
    cell_of(query, blocks.now.x)
    with _in_terms_of(query, blocks):
        running = _running(blocks.pool)
        names, notes = defined(query, blocks, running["running_var"])
        outcomes = _outcomes(query, blocks, names, running)
    settings = {norm: settings_of(query, norm, blocks.now.shape) for norm in names}
    return Lineup(query, blocks, outcomes, _stages(query, blocks.now, outcomes), settings, notes)


def outcomes_of(query: NormsFields, blocks: Blocks, names: Sequence[str]) -> dict[str, Outcome]:
    """A query's blocks under some norms alone. Raises InvalidQuery where the numerics refuse."""
    with _in_terms_of(query, blocks):
        running = _running(blocks.pool) if any(NORMS[norm].corrected for norm in names) else {}
        return _outcomes(query, blocks, names, running)


@contextmanager
def _in_terms_of(query: NormsFields, blocks: Blocks) -> Iterator[None]:
    """What the numerics refuse is an InvalidQuery, in terms of the query."""
    try:
        yield
    except VarianceOverflow as error:
        raise in_terms_of_the_query(too_large(query, blocks), query) from error
    except BatchNormError as error:
        raise in_terms_of_the_query(error, query) from error


def _outcomes(query: NormsFields, blocks: Blocks, names: Sequence[str], running: Running) -> dict[str, Outcome]:
    after = {norm: _normed(query, norm, blocks.now, running) for norm in names}
    if query.situation == "usual":
        return {norm: Outcome(result, None) for norm, result in after.items()}
    instance = norms.forward(blocks.now.x, "instance", eps=query.eps, eps_placement=query.eps_placement)
    before = {norm: _normed(query, norm, blocks.usual, running) for norm in names}
    return {norm: Outcome(after[norm], effect(before[norm], after[norm], instance, blocks.changed)) for norm in names}


def _running(pool: Block) -> Running:
    """What batch renormalization corrects towards: the statistics of the pool."""
    seen = statistics(pool.x)
    return {"running_mean": seen.mean, "running_var": seen.var}


def settings_of(query: NormsFields, norm: str, shape: tuple[int, int, int]) -> dict[str, Any]:
    """The settings that a norm is given for a block of this shape: examples, channels, positions."""
    examples, channels, _ = shape
    alone = query.situation == "one_example" and examples == 1
    ghosts = automatic_ghosts(examples) if query.ghost_size == "auto" or alone else query.ghost_size
    left_over(ghosts, examples)  # refuses what is no size
    groups = automatic_groups(channels) if query.groups == "auto" else query.groups
    given: dict[str, Any] = {"groups": groups, "ghost_size": ghosts, "r_max": query.r_max, "d_max": query.d_max}
    return {name: given[name] for name in NORMS[norm].settings if name in given}


def _normed(query: NormsFields, norm: str, block: Block, running: Running) -> Normed:
    chosen = settings_of(query, norm, block.shape)
    extra = running | {"running_variance": "biased"} if NORMS[norm].corrected else {}
    return norms.forward(block.x, norm, eps=query.eps, eps_placement=query.eps_placement, **chosen, **extra)


def _stages(query: NormsFields, block: Block, outcomes: dict[str, Outcome]) -> dict[str, Stage]:
    """The distributions, a row a shown channel or example, all on one axis."""
    values = {"x": _rows(query, block.x)}
    values |= {norm: _rows(query, outcome.result.x_hat) for norm, outcome in outcomes.items()}
    drawn = {name: described(rows) for name, rows in values.items()}
    low = min(float(rows.summary.low.min()) for rows in drawn.values())
    high = max(float(rows.summary.high.max()) for rows in drawn.values())
    axis: Axis = axis_for(low, high, "linear" if high - low <= LONGEST_LINEAR else "symlog", LINEAR_WITHIN)
    stage = {"x": "x"} | dict.fromkeys(outcomes, "x_hat")
    return {
        name: Stage(stage[name], rows, drawn[name].summary, drawn[name].on(rows, axis)) for name, rows in values.items()
    }


def _rows(query: NormsFields, x: Floats) -> Floats:
    """(R, M): the numbers of each shown channel or example."""
    of, most = (1, SHOWN[1]) if query.rows == "channel" else (0, SHOWN[0])
    first = np.moveaxis(x, of, 0)[:most]
    return first.reshape(len(first), -1)
