"""How far each joint moved between two passes of the same batch."""

import math
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Array
from bncore.network.moments import moments, norm
from bncore.network.survey import Survey, Surveyed


@dataclass(frozen=True)
class Moved:
    """One joint's movement, in units of its deviation before; exactly 0 where nothing moved, NaN where it diverged.

        distribution = (1/M) sum_k |a_(k) - b_(k)| / sd_b          a_(k), b_(k) the k-th smallest after and before
        values       = sqrt( (1/M) sum_m (a_m - b_m)^2 ) / sd_b

    `distribution` is the Wasserstein distance of order 1 of all M numbers of the joint, after and before, for which
    sorting gives the best pairing (Peyré & Cuturi 2019, "Computational Optimal Transport", remark 2.28). It does not
    see a change of sign where the numbers lie evenly about 0; `values`, which keeps examples and units, does.
    """

    block: int
    kind: str
    distribution: float
    values: float


def movements(before: Survey, after: Survey, block: int) -> list[Moved]:
    """The movement of every joint from the disturbed block onwards."""
    pairs = zip(before.joints, after.joints, strict=True)
    return [_moved(b, a) for b, a in pairs if b.joint.block >= block]


def _moved(before: Surveyed, after: Surveyed) -> Moved:
    joint = before.joint
    if not (before.forward.finite and after.forward.finite):
        return Moved(joint.block, joint.kind, math.nan, math.nan)
    a, b = after.joint.y.reshape(-1), before.joint.y.reshape(-1)
    return Moved(joint.block, joint.kind, *_distances(a, b, before.forward.sd))


@np.errstate(over="ignore")  # a distance beyond the dtype's range is infinite
def _distances(a: Array, b: Array, unit: float) -> tuple[float, float]:
    if np.array_equal(a, b):
        return 0.0, 0.0
    if unit == 0.0:
        return math.nan, math.nan
    paired = moments(np.abs(np.sort(a) - np.sort(b))).mean
    return paired / unit, norm(a - b) / math.sqrt(a.size) / unit
