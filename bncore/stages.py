"""The joints of the chain, forward and backward: each with its summary, and its histogram on an axis that it shares."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from bncore.axis import SMALLEST, Axis, Kind, axis_for, nice_ceiling
from bncore.errors import BadParameter
from bncore.summary import BLOCK, Floats, Histogram, Summary, histogram, summarize

FORWARD = ("x", "x_hat", "y", "activation")
BACKWARD = ("d_activation", "dy", "dx_hat", "dx")
PATHS = ("dx_direct", "dx_mean", "dx_variance")
READOUT = ("readout", "d_readout")
STAGES = FORWARD + BACKWARD + PATHS + READOUT
BOUNDED = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}

AxisChoice = Literal["auto", "linear", "symlog"]
Limits = tuple[float, float]
LINEAR_WITHIN = 3.0
LONGEST_LINEAR = 40.0  # x_hat covers about 4: on a linear axis ten times as long it is a tenth of the picture
LONGEST_WIDENED = 400.0  # beyond it even an axis that gamma and beta widened turns logarithmic
NEGLIGIBLE = 1e-6  # deviations below this share of the largest gradient are rounding and do not decide the axis
TYPICAL_WITHIN = 3.0  # deviations: the linear part of a gradient axis holds a typical bell, as ±3 does for x_hat
HALF_WIDTHS = (1.0, 2.0, 3.0, 5.0, 10.0)


@dataclass(frozen=True)
class Stage:
    """One joint of the chain: its values (D, M), their summary, and their histogram on the joint's axis."""

    name: str
    values: NDArray[np.floating]
    summary: Summary
    histogram: Histogram


class PerFeature(Protocol):
    """A result of which some features can be taken."""

    def take(self, features: slice) -> Self:
        """The result for some of the features."""


Taken = TypeVar("Taken", bound=PerFeature)


def stages_of(
    values: dict[str, NDArray[np.floating]], activation: str, choice: AxisChoice, bins: int
) -> tuple[dict[str, Stage], bool]:
    """The stages of rows (D, M) by name, and whether y moved the axis that x, x_hat and y share."""
    summaries = _together(values, summarize)
    for name, summary in summaries.items():
        if not math.isfinite(_largest(summary.high) - _least(summary.low)):
            raise too_large(name, values[name].dtype)
    limits = {name: _limits(summary) for name, summary in summaries.items()}
    axes, widened = _axes(summaries, limits, activation, choice)
    histograms: dict[str, Histogram] = {}
    for axis in dict.fromkeys(axes.values()):
        sharing = {name: rows for name, rows in values.items() if axes[name] == axis}
        histograms |= _together(sharing, lambda rows, axis=axis: histogram(rows, axis, bins))  # type: ignore[misc]
    return {name: Stage(name, rows, summaries[name], histograms[name]) for name, rows in values.items()}, widened


def _together(
    values: dict[str, NDArray[np.floating]], work: Callable[[NDArray[np.floating]], Taken]
) -> dict[str, Taken]:
    """`work` on each stage's rows; small stages of equal length in one call, as a call costs more than its numbers."""
    done: dict[str, Taken] = {}
    for length in dict.fromkeys(rows.shape[1] for rows in values.values()):
        alike = {name: rows for name, rows in values.items() if rows.shape[1] == length}
        if sum(rows.size for rows in alike.values()) > BLOCK:
            done |= {name: work(rows) for name, rows in alike.items()}
            continue
        stacked, start = work(np.concatenate(list(alike.values()), dtype=np.float64)), 0
        for name, rows in alike.items():
            done[name] = stacked.take(slice(start, start + len(rows)))
            start += len(rows)
    return done


def _limits(summary: Summary) -> tuple[float, float]:
    """The limits that hold every feature's fence; the extremes where the fences leave nothing, as among only zeros."""
    low, high = _least(summary.fences[0]), _largest(summary.fences[1])
    return (low, high) if low < high else (_least(summary.low), _largest(summary.high))


def _least(values: Floats) -> float:
    """The least of a number a feature; of so few, a list is cheaper than NumPy."""
    return min(values.tolist())  # type: ignore[no-any-return]


def _largest(values: Floats) -> float:
    return max(values.tolist())  # type: ignore[no-any-return]


def _axes(
    summaries: dict[str, Summary], limits: dict[str, Limits], activation: str, choice: AxisChoice
) -> tuple[dict[str, Axis], bool]:
    """The axis of each stage, and whether y moved the shared one."""
    shared, widened = _forward_axis(limits, activation, choice)
    backward_axis = _backward_axis(summaries, limits, choice)
    axes = {name: shared if name in FORWARD else backward_axis for name in limits}
    axes |= {name: axis_for(*limits[name], "linear") for name in READOUT if name in limits}
    if activation in BOUNDED:
        axes["activation"] = Axis("linear", *BOUNDED[activation])
    return axes, widened


def _forward_axis(limits: dict[str, Limits], activation: str, choice: AxisChoice) -> tuple[Axis, bool]:
    """The axis that x, x_hat and y share. Gamma and beta do not move it until y leaves it; then it grows in steps."""
    at_rest = _union(limits["x"], limits["x_hat"])
    moving = limits["y"] if activation in BOUNDED else _union(limits["y"], limits["activation"])
    needed = _union(at_rest, moving)
    base = axis_for(*at_rest, _kind(at_rest, LONGEST_LINEAR, choice), LINEAR_WITHIN)
    if base.low <= needed[0] and needed[1] <= base.high:
        return base, False
    kind = "symlog" if base.kind == "symlog" else _kind(needed, LONGEST_WIDENED, choice)
    return axis_for(*_doubled(base, needed), kind, LINEAR_WITHIN), True


def _doubled(base: Axis, needed: Limits) -> Limits:
    """The axis' limits, those that are exceeded doubled until they hold what is needed: a ruler that moves rarely."""
    unit = max(-base.low, base.high)
    doublings = math.ceil(math.log2(max(-needed[0], needed[1]) / unit)) if max(-needed[0], needed[1]) > unit else 0
    reach = unit * 2.0**doublings
    return (-reach if needed[0] < base.low else base.low), (reach if needed[1] > base.high else base.high)


def _kind(limits: Limits, longest: float, choice: AxisChoice) -> Kind:
    if choice != "auto":
        return choice
    return "symlog" if limits[1] - limits[0] > longest else "linear"


def _backward_axis(summaries: dict[str, Summary], limits: dict[str, Limits], choice: AxisChoice) -> Axis:
    """The axis that every gradient shares: symmetric about 0; logarithmic where it is too long for a typical gradient.

    Typical is the median deviation. Bins are equally wide on the axis: a bell within its linear part is drawn as one.
    """
    names = [name for name in (*BACKWARD, *PATHS) if name in limits]
    largest = max(max(-limits[name][0], limits[name][1]) for name in names)
    if largest < SMALLEST:
        return Axis("linear", -1.0, 1.0)
    scales = [sd for name in names if name != "dx_mean" for sd in summaries[name].sd.tolist()]
    notable = [sd for sd in scales if sd > NEGLIGIBLE * largest]
    typical = median(notable) if notable else largest
    kind = _kind((0.0, 2.0 * (largest / typical)), LONGEST_LINEAR, choice)
    return axis_for(-largest, largest, kind, nice_ceiling(TYPICAL_WITHIN * typical, HALF_WIDTHS))


def _union(a: Limits, b: Limits) -> Limits:
    return min(a[0], b[0]), max(a[1], b[1])


def check_finite(arrays: dict[str, NDArray[np.floating]]) -> None:
    """Raises BadParameter for the first array with a number that its dtype does not hold."""
    for name, values in arrays.items():
        if not np.isfinite(values).all():
            raise too_large(name, values.dtype)


def too_large(name: str, dtype: np.dtype[Any]) -> BadParameter:
    """The refusal of a result that its dtype does not hold."""
    parameter, remedy = ("eps", "a larger eps") if name == "x_hat" else ("gamma", "a smaller gamma or a larger eps")
    return BadParameter(
        f"{name} is larger than {dtype} holds at this gamma and eps; give {remedy}.", parameter=parameter
    )
