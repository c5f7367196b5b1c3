"""The axes that the joints of the chain share: rulers that stay put while a slider moves.

A ruler takes no more than two steps for the sliders' range of gamma and beta. It holds the data at gamma 1 and beta 0;
where they leave it, it holds all that the sliders can reach; what is typed beyond doubles it. A logarithmic one, on
which that costs little room, holds the sliders' reach from the start.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bncore.distributions.axis import SMALLEST, Axis, Kind, axis_for, nice_ceiling
from bncore.distributions.summary import Floats, Summary
from bncore.epsilon import reciprocal

GAMMA_REACH = 3.0  # the sliders' range: -3 to 3 of gamma and of beta
BETA_REACH = 3.0
BOUNDED = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}
BY_GAMMA = ("dx_hat", "dx", "dx_direct", "dx_mean", "dx_variance")  # gradients that are gamma times the rest

AxisChoice = Literal["auto", "linear", "symlog"]
Limits = tuple[float, float]
LINEAR_WITHIN = 1.0  # of x_hat: one deviation
LONGEST_LINEAR = 40.0  # x_hat covers about 4: on a linear axis ten times as long it is a tenth of the picture
LONGEST_WIDENED = 400.0  # beyond it even an axis that gamma and beta widened turns logarithmic
NEGLIGIBLE = 1e-6  # deviations below this share of the largest gradient cannot be seen and do not decide the axis
HALF_WIDTHS = (1.0, 2.0, 3.0, 5.0, 10.0)


@dataclass(frozen=True)
class Ruler:
    """An axis, and whether the data left the first one."""

    axis: Axis
    widened: bool = False


def forward_ruler(limits: Mapping[str, Limits], activation: str, choice: AxisChoice) -> Ruler:
    """The axis that x, x_hat, y and an f without bounds share."""
    at_rest = _union(limits["x"], limits["x_hat"])
    needed = _union(at_rest, limits["y"] if activation in BOUNDED else _union(limits["y"], limits["activation"]))
    kind = _kind(at_rest, LONGEST_LINEAR, choice)
    reach = GAMMA_REACH * max(-limits["x_hat"][0], limits["x_hat"][1]) + BETA_REACH
    sliders = axis_for(*_union(at_rest, (-reach, reach)), kind, LINEAR_WITHIN)
    base = sliders if kind == "symlog" else axis_for(*at_rest, kind)
    for axis in dict.fromkeys((base, sliders)):
        if axis.low <= needed[0] and needed[1] <= axis.high:
            return Ruler(axis, axis != base)
    kind = "symlog" if kind == "symlog" else _kind(needed, LONGEST_WIDENED, choice)
    return Ruler(axis_for(*_doubled(sliders, needed), kind, LINEAR_WITHIN), True)


def backward_ruler(
    summaries: Mapping[str, Summary], shown: Mapping[str, NDArray[np.bool_]], gamma: Floats, choice: AxisChoice
) -> Ruler:
    """The axis that every gradient shares: symmetric about 0; logarithmic where it is too long for a typical gradient.

    `shown` says which rows are more than rounding. Typical is the median deviation at gamma 1.
    """
    sizes = {name: np.where(shown[name], _reach(summary), 0.0) for name, summary in summaries.items()}
    needed = max(float(size.max()) for size in sizes.values())
    if needed < SMALLEST:
        return Ruler(Axis("linear", -1.0, 1.0))
    by_one = reciprocal(np.abs(gamma))
    with np.errstate(over="ignore"):
        plain = {name: size * by_one if name in BY_GAMMA else size for name, size in sizes.items()}
        deviations = {
            name: np.where(shown[name], s.sd, 0.0) * (by_one if name in BY_GAMMA else 1.0)
            for name, s in summaries.items()
        }
    largest = max(float(size.max()) for size in plain.values())
    largest = largest if SMALLEST < largest < math.inf else needed
    scales = [sd for name, sds in deviations.items() if name != "dx_mean" for sd in sds.tolist()]
    notable = [sd for sd in scales if NEGLIGIBLE * largest < sd <= largest]
    typical = median(notable) if notable else largest
    kind = _kind((0.0, 2.0 * (largest / typical)), LONGEST_LINEAR, choice)
    within = nice_ceiling(typical, HALF_WIDTHS)
    reach = min(GAMMA_REACH * largest, np.finfo(np.float64).max / 4.0)
    steps = [reach] if kind == "symlog" else [largest, reach]
    for step, size in enumerate(steps):
        axis = axis_for(-size, size, kind, within)
        if needed <= axis.high:
            return Ruler(axis, step > 0)
    size = _doubled(axis, (-needed, needed))[1]
    return Ruler(axis_for(-size, size, kind, within), True)


def _reach(summary: Summary) -> Floats:
    """How far from 0 each row is worth drawing; to its extremes where the fences leave nothing."""
    fences: Floats = np.maximum(-summary.fences[0], summary.fences[1])
    return np.where(summary.fences[0] < summary.fences[1], fences, np.maximum(-summary.low, summary.high))


def limits_of(summary: Summary) -> Limits:
    """The limits that hold every row's fence; the extremes where the fences leave nothing, as among only zeros."""
    low, high = min(summary.fences[0].tolist()), max(summary.fences[1].tolist())  # of so few, cheaper than NumPy
    return (low, high) if low < high else (min(summary.low.tolist()), max(summary.high.tolist()))


def _doubled(base: Axis, needed: Limits) -> Limits:
    """The axis' limits, those that are exceeded doubled until they hold what is needed."""
    unit, most = max(-base.low, base.high), max(-needed[0], needed[1])
    doublings = math.ceil(math.log2(most / unit)) if most > unit else 0
    reach = unit * 2.0**doublings
    return (-reach if needed[0] < base.low else base.low), (reach if needed[1] > base.high else base.high)


def _kind(limits: Limits, longest: float, choice: AxisChoice) -> Kind:
    if choice != "auto":
        return choice
    return "symlog" if limits[1] - limits[0] > longest else "linear"


def _union(a: Limits, b: Limits) -> Limits:
    return min(a[0], b[0]), max(a[1], b[1])
