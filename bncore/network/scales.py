"""The axis that a kind of joint shares: over all blocks and both columns, so that everything compares."""

import math
from collections.abc import Iterable

from bncore.axis import SMALLEST, Axis, axis_for, nice_ceiling
from bncore.network.moments import Moments

REACH = 5.0  # deviations from a joint's mean that are worth drawing
LONGEST_LINEAR = 20.0  # times the smallest joint's size; beyond it a linear axis would flatten that joint
LINEAR_WITHIN = 3.0  # sizes of the smallest joint that a symlog axis keeps linear
STEPS = (1.0, 3.0, 10.0)


def shared_axis(
    found: Iterable[Moments], *, symmetric: bool = False, bounds: tuple[float, float] | None = None
) -> Axis:
    """The axis of the joints whose numbers are finite; symmetric-logarithmic where their sizes differ too much.

    `bounds` are those of a squashing function, which a linear axis then shows whole.
    """
    joints = [moments for moments in found if moments.finite]
    sizes = [size for moments in joints if (size := math.hypot(moments.mean, moments.sd)) > SMALLEST]
    if not sizes:
        return Axis("linear", *(bounds or (-1.0, 1.0)))
    low = min(max(m.low, m.mean - REACH * m.sd) for m in joints)
    high = max(min(m.high, m.mean + REACH * m.sd) for m in joints)
    if symmetric:
        high = max(-low, high)
        low = -high
    if max(-low, high) > LONGEST_LINEAR * min(sizes):
        return axis_for(low, high, "symlog", nice_ceiling(LINEAR_WITHIN * min(sizes), STEPS))
    return Axis("linear", *bounds) if bounds else axis_for(low, high, "linear")
