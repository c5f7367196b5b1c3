"""The norms' query, computed: every norm's result before and in the situation, its effect, the distributions."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from app.errors import InvalidQuery
from app.query.layer import in_terms_of_the_query
from app.views.norms.block import Block, Blocks
from app.views.norms.defined import defined, too_large
from app.views.norms.query import CELL_WORDS, NormsFields
from bncore import norms
from bncore.arguments import Array
from bncore.distributions.axis import Axis, axis_for
from bncore.distributions.summary import Floats, described
from bncore.errors import BatchNormError, VarianceOverflow
from bncore.norms import NORMS, Normed
from bncore.norms.divisors import automatic_ghosts, automatic_groups
from bncore.norms.effects import Effect, effect
from bncore.playground.rulers import LINEAR_WITHIN, LONGEST_LINEAR
from bncore.playground.stages import Stage
from bncore.statistics import statistics

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
        """The cell that is looked at."""
        return self.query.cell_in(self.part(self.blocks.now.x))


def lineup_of(query: NormsFields, blocks: Blocks) -> Lineup:
    """A query's blocks under each norm. Raises InvalidQuery where the numerics refuse."""
    try:
        lineup = _lineup(query, blocks)
    except VarianceOverflow as error:
        raise in_terms_of_the_query(too_large(query, blocks), query) from error
    except BatchNormError as error:
        raise in_terms_of_the_query(error, query) from error
    if any(at >= of for at, of in zip(lineup.cell, lineup.shown, strict=True)):
        last = ", ".join(str(of - 1) for of in lineup.shown)
        raise InvalidQuery(
            f"There is no cell {query.cell} among those that are shown; the last one is {last}.",
            field="cell", given=query.cell, allowed=CELL_WORDS,
        )  # fmt: skip
    return lineup


def _lineup(query: NormsFields, blocks: Blocks) -> Lineup:
    running = _running(blocks.pool)
    names, notes = defined(query, blocks, running["running_var"])
    instance = norms.forward(blocks.now.x, "instance", eps=query.eps, eps_placement=query.eps_placement)
    outcomes, chosen = {}, {}
    for norm in names:
        after, chosen[norm] = _normed(query, norm, blocks.now, running)
        difference = None
        if query.situation != "usual":
            before, _ = _normed(query, norm, blocks.usual, running)
            difference = effect(before, after, instance, blocks.changed)
        outcomes[norm] = Outcome(after, difference)
    return Lineup(query, blocks, outcomes, _stages(query, blocks.now, outcomes), chosen, notes)


def _running(pool: Block) -> dict[str, Any]:
    """What batch renormalization corrects towards: the statistics of the pool."""
    seen = statistics(pool.x)
    return {"running_mean": seen.mean, "running_var": seen.var}


def _normed(query: NormsFields, norm: str, block: Block, running: dict[str, Any]) -> tuple[Normed, dict[str, Any]]:
    """A norm's result, and the settings that it was given."""
    examples, channels, _ = block.shape
    alone = query.situation == "one_example" and examples == 1
    ghosts = automatic_ghosts(examples) if query.ghost_size == "auto" or alone else query.ghost_size
    groups = automatic_groups(channels) if query.groups == "auto" else query.groups
    given: dict[str, Any] = {"groups": groups, "ghost_size": ghosts, "r_max": query.r_max, "d_max": query.d_max}
    chosen = {name: given[name] for name in NORMS[norm].settings if name in given}
    extra = running | {"running_variance": "biased"} if NORMS[norm].corrected else {}
    result = norms.forward(block.x, norm, eps=query.eps, eps_placement=query.eps_placement, **chosen, **extra)
    return result, chosen


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
