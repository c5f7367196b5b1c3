"""What x - mean is divided by, and its reciprocal where that leaves float64."""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.epsilon import EpsPlacement, reciprocal
from bncore.statistics import Statistics


@dataclass(frozen=True, eq=False)
class Denominator:
    """`scale` is s. 1 / s is `factor` times `lift`, whose product may leave float64; each is a value a feature, (D,).

        (x - mean) / s = ((x by - mean by) factor) behind          by: the powers of two of `bncore.lift`

    `lift` and `behind` are None where they are 1 for every feature, as they are of ordinary numbers. Where s is 0, so
    is `factor`.
    """

    scale: Float64
    factor: Float64
    lift: Float64 | None = None
    behind: Float64 | None = None


def denominator(of: Statistics, placement: EpsPlacement, eps: float) -> Denominator:
    """s of some statistics. Where eps is 0, s is the deviation alone, whose reciprocal may be beyond float64."""
    lifted = of.lifted
    if lifted is None:
        scale = placement.scale(of.var, eps)
        return Denominator(scale, reciprocal(scale))
    own = placement.of_sigma(of.sigma, eps)
    scale = np.where(lifted.by > 1, own, placement.scale(of.var, eps))
    if eps == 0:
        return Denominator(scale, reciprocal(lifted.sigma), lift=lifted.by)
    return Denominator(scale, reciprocal(scale), behind=1 / lifted.by)
