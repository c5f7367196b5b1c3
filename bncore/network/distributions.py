"""The distributions of a kind of joint, a histogram a block, all on one axis so that blocks and columns compare."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bncore.arguments import Array
from bncore.axis import Axis
from bncore.network.contrast import Contrast
from bncore.network.counting import Counts, counted
from bncore.network.curves import kind_in
from bncore.network.moments import Moments
from bncore.network.scales import shared_axis
from bncore.network.survey import Surveyed
from bncore.stages import BOUNDED

SIDES = ("activations", "gradients")
BINS = 60


@dataclass(frozen=True)
class Row:
    """One joint's histogram, (BINS + 2,) counts with what lies below and above the axis at the ends, and moments."""

    block: int
    counts: Counts
    moments: Moments

    @property
    def outside(self) -> int:
        """How many numbers lie outside the axis."""
        return int(self.counts[0] + self.counts[-1])


@dataclass(frozen=True)
class Distribution:
    """The joints of a kind in one column, by block; blocks whose numbers are not finite are left out.

    `kind` is the joints' own: without a norm the joint behind it is the one before it. `disturbed` are the rows of the
    disturbed pass on the same axis, None where nothing is disturbed.
    """

    column: str
    kind: str
    side: str
    axis: Axis
    rows: tuple[Row, ...]
    disturbed: tuple[Row, ...] | None = None

    @property
    def outside(self) -> int:
        """How many numbers of all blocks and both passes lie outside the axis."""
        return sum(row.outside for row in (*self.rows, *(self.disturbed or ())))

    def onwards(self, first: int) -> "Distribution":
        """The same from block `first` on."""

        def kept(rows: tuple[Row, ...]) -> tuple[Row, ...]:
            return tuple(row for row in rows if row.block >= first)

        return replace(self, rows=kept(self.rows), disturbed=None if self.disturbed is None else kept(self.disturbed))


def distributions(shown: Contrast, kind: str, block: int | None = None) -> dict[tuple[str, str], Distribution]:
    """By column and side ("activations", "gradients"): of every block, or of one alone on an axis of its own."""
    found: dict[tuple[str, str], Distribution] = {}
    kinds = {name: kind_in(shown, name, kind) for name in shown.columns}
    joints = {
        name: [_of_block(list(survey.at(kinds[name]).values()), block) for survey in column.surveys]
        for name, column in shown.columns.items()
    }
    for side in SIDES:
        axis = _axis(shown, kind, side, (joint for passes in joints.values() for rows in passes for joint in rows))
        for name, passes in joints.items():
            rows, *disturbed = (_rows(side, axis, joints_of) for joints_of in passes)
            found[name, side] = Distribution(name, kinds[name], side, axis, rows, *disturbed)
    return found


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


def _rows(side: str, axis: Axis, joints: Iterable[Surveyed]) -> tuple[Row, ...]:
    moments, values = READ[side]
    return tuple(
        Row(joint.joint.block, counted(values(joint), axis, BINS), moments(joint))
        for joint in joints
        if moments(joint).finite
    )
