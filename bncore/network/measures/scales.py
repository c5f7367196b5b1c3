"""The axis that a kind of joint shares: over all blocks and both columns, so that everything compares."""

import math
from collections.abc import Iterable
from statistics import median_high

from bncore.distributions.axis import SMALLEST, Axis, axis_for, nice_ceiling
from bncore.network.measures.moments import Moments

LARGEST = 1e300  # an end of an axis, so that the length of one stays in range
REACH = 5.0  # deviations from a joint's mean that are worth drawing
LONGEST_LINEAR = 20.0  # times the typical joint's size; beyond it a linear axis would flatten most of them
LINEAR_WITHIN = 1.0  # typical sizes within which a symlog axis is nearly linear
STEPS = (1.0, 3.0, 10.0)


def shared_axis(
    together: Iterable[Moments], *, symmetric: bool = False, bounds: tuple[float, float] | None = None
) -> Axis:
    """The axis of the joints whose numbers are finite; symmetric-logarithmic where it is too long for the typical one.

    Typical is the median size: of two columns of which one runs away, the other. What is much smaller is a spike on
    such an axis, which is what it is beside the others. `bounds` are those of a squashing function, which a linear axis
    then shows whole.
    """
    joints = [moments for moments in together if moments.finite]
    sizes = [size for moments in joints if (size := math.hypot(moments.mean, moments.sd)) > SMALLEST]
    if not sizes:
        return Axis("linear", *(bounds or (-1.0, 1.0)))
    low = max(min(max(m.low, m.mean - REACH * m.sd) for m in joints), -LARGEST)
    high = min(max(min(m.high, m.mean + REACH * m.sd) for m in joints), LARGEST)
    if symmetric:
        high = max(-low, high)
        low = -high
    typical = min(median_high(sizes), LARGEST)
    if max(-low, high) > LONGEST_LINEAR * typical:
        return axis_for(low, high, "symlog", nice_ceiling(LINEAR_WITHIN * typical, STEPS))
    return Axis("linear", *bounds) if bounds else axis_for(low, high, "linear")
