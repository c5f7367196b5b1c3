"""How far each joint moved between two passes of the same batch."""

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from bncore.activations import ACTIVATIONS
from bncore.arguments import Array
from bncore.network.joints import KINDS, Joint
from bncore.network.layers.pointwise import Activate
from bncore.network.measures.moments import moments, norm
from bncore.network.measures.passing import SMALL
from bncore.network.measures.survey import Survey, Surveyed


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

    @property
    def noticed(self) -> bool:
        """Whether the distribution moved by more than `SMALL`; so it is where there was no deviation to measure by."""
        return not self.distribution <= SMALL

    @property
    def stirred(self) -> bool:
        """The same of the single values."""
        return not self.values <= SMALL


def movements(before: Survey, after: Survey, block: int, kinds: Collection[str] = KINDS) -> list[Moved]:
    """The movement of every joint, or of those of some `kinds`, from the disturbed block onwards."""
    moves, entered = [], None
    for b, a in zip(before.joints, after.joints, strict=True):
        if b.joint.block >= block and b.joint.kind in kinds:
            moved, entered = _moved(b, a, entered)
            moves.append(moved)
    return moves


Ordered = tuple[Array, Array] | None  # all numbers of a joint in order, after and before; None where not needed


@np.errstate(over="ignore")  # a distance beyond the dtype's range is infinite
def _moved(before: Surveyed, after: Surveyed, entered: Ordered) -> tuple[Moved, Ordered]:
    """The movement of a joint, and its numbers in order; `entered` are those of the joint before it."""
    block, kind, unit = before.joint.block, before.joint.kind, before.forward.sd
    if not (before.forward.finite and after.forward.finite):
        return Moved(block, kind, math.nan, math.nan), None
    a, b = after.joint.y.reshape(-1), before.joint.y.reshape(-1)
    if np.array_equal(a, b):
        return Moved(block, kind, 0.0, 0.0), None
    if unit == 0.0:
        return Moved(block, kind, math.nan, math.nan), None
    ordered = _kept_in_order(before.joint, entered) or (np.sort(a), np.sort(b))
    paired = moments(np.abs(ordered[0] - ordered[1])).mean
    return Moved(block, kind, paired / unit, norm(a - b) / math.sqrt(a.size) / unit), ordered


def _kept_in_order(joint: Joint, entered: Ordered) -> Ordered:
    """What an f that falls nowhere makes of numbers in order is in order; sorting is what costs time here."""
    layer = joint.record.layer
    if entered is None or not isinstance(layer, Activate) or not ACTIVATIONS[layer.activation].rising:
        return None
    f = ACTIVATIONS[layer.activation].value
    return f(entered[0]), f(entered[1])
