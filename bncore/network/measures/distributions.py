"""The distributions of a kind of joint, a histogram a block, all on one axis so that blocks and columns compare."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bncore.arguments import Array, Float64
from bncore.distributions.axis import Axis
from bncore.distributions.histogram import Bins, cut, heights, joined
from bncore.network.contrast import Contrast
from bncore.network.measures.counting import Counts, apart, bins_for, counted, outside
from bncore.network.measures.curves import kind_in
from bncore.network.measures.moments import Moments
from bncore.network.measures.passing import SMALL
from bncore.network.measures.scales import shared_axis
from bncore.network.measures.survey import Surveyed
from bncore.playground.stages import BOUNDED

SIDES = ("activations", "gradients")
TOWER = 2.0  # times the second-highest bin is as high as the highest one is drawn


@dataclass(frozen=True)
class Row:
    """One joint's histogram in bins of its own, its moments, and how many of its numbers lie outside the axis.

    `moved` says of a row of the disturbed pass whether more than SMALL of its numbers lie in another bin than before.
    """

    block: int
    bins: Bins
    counts: Counts
    moments: Moments
    outside: int
    moved: bool = False


@dataclass(frozen=True, eq=False)
class Shapes:
    """What is drawn of several rows: their bins, their heights (R, B) as shares of the highest, and which are `cut`.

    The highest bin is at most TOWER times as high as the second: the zeros behind ReLU would flatten all else.
    """

    bins: Bins
    counts: Counts
    heights: Float64
    cut: NDArray[np.bool_]


def shapes_of(rows: Sequence[Row]) -> Shapes:
    """The shapes of at least one row."""
    bins, counts = joined([row.bins for row in rows]), np.stack([row.counts for row in rows])
    return Shapes(bins, counts, *cut(heights(counts, bins.edges), TOWER))


@dataclass(frozen=True)
class Distribution:
    """The joints of a kind in one column, by block; blocks whose numbers are not finite are left out.

    `kind` is the joints' own: without a norm the joint behind it is the one before it. `disturbed` are the rows of the
    disturbed pass on the same axis, None where nothing is disturbed. The axis is that of the pass before it: what is
    disturbed moves, the ruler does not.
    """

    column: str
    kind: str
    side: str
    axis: Axis
    rows: tuple[Row, ...]
    disturbed: tuple[Row, ...] | None = None

    @property
    def outside(self) -> tuple[int, int | None]:
        """How many numbers of all blocks lie outside the axis, before the disturbance and after it."""
        after = None if self.disturbed is None else sum(row.outside for row in self.disturbed)
        return sum(row.outside for row in self.rows), after

    def onwards(self, first: int) -> "Distribution":
        """The same from block `first` on."""

        def kept(rows: tuple[Row, ...]) -> tuple[Row, ...]:
            return tuple(row for row in rows if row.block >= first)

        return replace(self, rows=kept(self.rows), disturbed=None if self.disturbed is None else kept(self.disturbed))


def distributions(shown: Contrast, kind: str, block: int | None = None) -> dict[tuple[str, str], Distribution]:
    """By column and side ("activations", "gradients"): of every block, or of one alone on an axis of its own."""
    drawn: dict[tuple[str, str], Distribution] = {}
    kinds = {name: kind_in(shown, name, kind) for name in shown.columns}
    joints = {
        name: [_of_block(list(survey.at(kinds[name]).values()), block) for survey in column.surveys]
        for name, column in shown.columns.items()
    }
    for side in SIDES:
        axis = _axis(shown, kind, side, (joint for first, *_ in joints.values() for joint in first))
        for name, (first, *second) in joints.items():
            rows = _rows(side, axis, first)
            disturbed = _rows(side, axis, second[0], {row.block: row for row in rows}) if second else None
            drawn[name, side] = Distribution(name, kinds[name], side, axis, rows, disturbed)
    return drawn


def _of_block(joints: list[Surveyed], block: int | None) -> list[Surveyed]:
    return joints if block is None else [joint for joint in joints if joint.joint.block == block]


READ: dict[str, tuple[Callable[[Surveyed], Moments], Callable[[Surveyed], Array]]] = {
    "activations": (lambda joint: joint.forward, lambda joint: joint.joint.y),
    "gradients": (lambda joint: joint.backward, lambda joint: joint.joint.dy),
}


def _axis(shown: Contrast, kind: str, side: str, joints: Iterable[Surveyed]) -> Axis:
    moments = (READ[side][0](joint) for joint in joints)
    if side == "gradients":
        return shared_axis(moments, symmetric=True)
    bounds = BOUNDED.get(shown.setup.recipe.activation) if kind == "f" else None
    return shared_axis(moments, bounds=bounds)


def _rows(
    side: str, axis: Axis, joints: Iterable[Surveyed], before: Mapping[int, Row] | None = None
) -> tuple[Row, ...]:
    """The rows of the joints whose numbers are finite; `before` are those of the undisturbed pass by block."""
    moments, values = READ[side]
    return tuple(
        _row(joint.joint.block, values(joint), moments(joint), axis, before)
        for joint in joints
        if moments(joint).finite
    )


def _row(block: int, values: Array, of: Moments, axis: Axis, before: Mapping[int, Row] | None) -> Row:
    bins = bins_for(of)
    row = Row(block, bins, counted(values, bins), of, outside(values, of, axis))
    return row if before is None else replace(row, moved=_moved(row, values, before.get(block)))


def _moved(row: Row, values: Array, before: Row | None) -> bool:
    if before is None or before.moments.sd == 0.0 or row.moments.sd == 0.0:
        return before is None or (before.moments.low, before.moments.high) != (row.moments.low, row.moments.high)
    return apart(before.counts, counted(values, before.bins)) > SMALL
