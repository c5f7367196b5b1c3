"""The joints of the chain, forward and backward: each with its summary, and its histogram on an axis that it shares."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from bncore.distributions.axis import Axis, axis_for
from bncore.distributions.histogram import Histogram, collapsed
from bncore.distributions.summary import BLOCK, Described, Floats, Summary, described
from bncore.errors import BadParameter
from bncore.playground.rulers import BOUNDED, AxisChoice, backward_ruler, forward_ruler, limits_of
from bncore.playground.vanishing import rounding_rows

__all__ = ["BACKWARD", "BOUNDED", "FORWARD", "PATHS", "READOUT", "STAGES", "AxisChoice", "Stage", "stages_of"]
FORWARD = ("x", "x_hat", "y", "activation")
BACKWARD = ("d_activation", "dy", "dx_hat", "dx")
PATHS = ("dx_direct", "dx_mean", "dx_variance")
READOUT = ("readout", "d_readout")
STAGES = FORWARD + BACKWARD + PATHS + READOUT


@dataclass(frozen=True)
class Stage:
    """One joint of the chain: its values (D, M), their summary, and their histogram on the joint's axis.

    `rounding` (D,) are the rows that are no more than rounding, which the histogram has at 0; None where none is.
    """

    name: str
    values: NDArray[np.floating]
    summary: Summary
    histogram: Histogram
    rounding: NDArray[np.bool_] | None = None


class PerFeature(Protocol):
    """A result of which some features can be taken."""

    def take(self, features: slice) -> Self:
        """The result for some of the features."""


Taken = TypeVar("Taken", bound=PerFeature)


@dataclass(frozen=True)
class Drawn:
    """The stages by name, and whether the axis of x, x_hat and y, or that of the gradients, left its first step."""

    stages: dict[str, Stage]
    widened: bool
    gradients_widened: bool


def stages_of(values: dict[str, NDArray[np.floating]], activation: str, choice: AxisChoice, gamma: Floats) -> Drawn:
    """The stages of rows (D, M) by name; `gamma` (D,) is what the gradients behind x_hat are multiples of."""
    shown = _together(values, described)
    for name, rows in shown.items():
        if not math.isfinite(_largest(rows.summary.high) - _least(rows.summary.low)):
            raise too_large(name, values[name].dtype)
    summaries = {name: rows.summary for name, rows in shown.items()}
    rounding = rounding_rows(summaries, values["dx"].shape[1], values["dx"].dtype)
    forward = forward_ruler({name: limits_of(summaries[name]) for name in FORWARD}, activation, choice)
    behind = {name: summaries[name] for name in (*BACKWARD, *PATHS) if name in values}
    nothing = np.zeros(len(gamma), dtype=bool)
    backward = backward_ruler(behind, {name: ~rounding.get(name, nothing) for name in behind}, gamma, choice)
    axes = dict.fromkeys(FORWARD, forward.axis) | dict.fromkeys(behind, backward.axis)
    axes |= {name: axis_for(*limits_of(summaries[name]), "linear") for name in READOUT if name in values}
    if activation in BOUNDED:
        axes["activation"] = Axis("linear", *BOUNDED[activation])
    stages = {
        name: _stage(name, rows, shown[name], axes[name], rounding.get(name, nothing)) for name, rows in values.items()
    }
    return Drawn(stages, forward.widened, backward.widened)


def _stage(
    name: str, rows: NDArray[np.floating], described: Described, axis: Axis, rounding: NDArray[np.bool_]
) -> Stage:
    shown = described.on(rows, axis)
    if not rounding.any():
        return Stage(name, rows, described.summary, shown)
    return Stage(name, rows, described.summary, collapsed(shown, rounding), rounding)


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


def _least(values: Floats) -> float:
    """The least of a number a feature; of so few, a list is cheaper than NumPy."""
    return min(values.tolist())  # type: ignore[no-any-return]


def _largest(values: Floats) -> float:
    return max(values.tolist())  # type: ignore[no-any-return]


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
