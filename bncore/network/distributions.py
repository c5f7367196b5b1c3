"""The distributions of a kind of joint, a histogram a block, all on one axis so that blocks and columns compare."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bncore.arguments import Array
from bncore.axis import Axis
from bncore.network.contrast import Contrast
from bncore.network.counting import Counts, counted
from bncore.network.curves import kind_in
from bncore.network.moments import Moments
from bncore.network.scales import shared_axis
from bncore.network.survey import Survey, Surveyed
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

    `kind` is the joints' own: without a norm the joint behind it is the one before it.
    """

    column: str
    kind: str
    side: str
    axis: Axis
    rows: tuple[Row, ...]

    @property
    def outside(self) -> int:
        """How many numbers of all blocks lie outside the axis."""
        return sum(row.outside for row in self.rows)


def distributions(shown: Contrast, kind: str, block: int | None = None) -> dict[tuple[str, str], Distribution]:
    """By column and side ("activations", "gradients"): of every block, or of one alone on an axis of its own."""
    found: dict[tuple[str, str], Distribution] = {}
    for side in SIDES:
        joints = {
            name: _of_block(_joints(column.survey, kind_in(shown, name, kind)), block)
            for name, column in shown.columns.items()
        }
        axis = _axis(shown, kind, side, (joint for rows in joints.values() for joint in rows))
        for name, rows in joints.items():
            found[name, side] = _distribution(name, kind_in(shown, name, kind), side, axis, rows)
    return found


def before_and_after(shown: Contrast, kind: str) -> dict[str, tuple[Distribution, Distribution]]:
    """By column: the activations from the disturbed block onwards before and after, all on one axis."""
    disturbance = shown.setup.disturbance
    if disturbance is None:
        return {}
    joints: dict[str, tuple[list[Surveyed], list[Surveyed]]] = {}
    for name, column in shown.columns.items():
        if column.disturbed is not None:
            own, first = kind_in(shown, name, kind), disturbance.block
            joints[name] = _from(column.survey, own, first), _from(column.disturbed.survey, own, first)
    axis = _axis(shown, kind, "activations", (joint for pair in joints.values() for rows in pair for joint in rows))

    def drawn(name: str, rows: list[Surveyed]) -> Distribution:
        return _distribution(name, kind_in(shown, name, kind), "activations", axis, rows)

    return {name: (drawn(name, before), drawn(name, after)) for name, (before, after) in joints.items()}


def _from(survey: Survey, kind: str, first: int) -> list[Surveyed]:
    return [joint for joint in _joints(survey, kind) if joint.joint.block >= first]


def _joints(survey: Survey, kind: str) -> list[Surveyed]:
    return list(survey.at(kind).values())


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


def _distribution(column: str, kind: str, side: str, axis: Axis, joints: Iterable[Surveyed]) -> Distribution:
    moments, values = READ[side]
    rows = (
        Row(joint.joint.block, counted(values(joint), axis, BINS), moments(joint))
        for joint in joints
        if moments(joint).finite
    )
    return Distribution(column, kind, side, axis, tuple(rows))
