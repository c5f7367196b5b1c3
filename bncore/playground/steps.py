"""The steps of batch norm one at a time, for a few features: x, less its mean, over s, times gamma, plus beta, f.

Each step but f is an affine map of x, and so are the parts of the gradient that go through the statistics.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bncore.distributions.axis import POWERS, Axis, axis_for, nice_ceiling
from bncore.distributions.summary import Floats
from bncore.playground.chain import Walked
from bncore.playground.moments import moments_of_rows

STEPS = ("x", "centred", "x_hat", "scaled", "y", "activation")
BEFORE = ("x", "centred")
"""The steps whose ruler is their own; the others share one, as far as it holds them."""
ENDS = (4.0, 8.0, 20.0)  # of the shared ruler, to both sides, in deviations: 20 is beyond what sliders of -3 to 3 reach
LEEWAY = 2e-9  # of a value, so that rounding leaves none outside
LARGEST = 2.0**900  # the shared ruler's end at the most


@dataclass(frozen=True, eq=False)
class Step:
    """One step: `slope` and `offset` (L,) make its values of x, but for f; mean and deviation (L,) of its values.

    `low` and `high` (L,) are the smallest and the largest value; `values` (L, M) are those of f, None elsewhere.
    """

    name: str
    slope: Floats
    offset: Floats
    mean: Floats
    sd: Floats
    low: Floats
    high: Floats
    axis: Axis
    values: NDArray[np.floating] | None = None


@dataclass(frozen=True, eq=False)
class Backward:
    """The gradient at x of L features, (L, M): its direct path, and per feature (L,) what the paths through the mean
    (`mean`, the same for every example) and through the variance (`variance`, to be multiplied by x_hat) add to it.
    """

    dx: NDArray[np.floating]
    direct: NDArray[np.floating]
    mean: Floats
    variance: Floats


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # what overflows on its way is infinite, and shown so
def steps_of(walk: Walked, lanes: tuple[int, ...]) -> tuple[dict[str, Step], Backward]:
    """The steps by name, and the gradient, of the features `lanes`."""
    at = list(lanes)
    rows, forward = walk.rows[at].astype(np.float64), walk.forward
    mean, s = forward.mean[at], forward.scale[at]
    gamma, beta = forward.gamma[at], forward.beta[at]
    ones, none = np.ones(len(at)), np.zeros(len(at))
    over = np.where(s > 0.0, 1.0 / np.where(s > 0.0, s, 1.0), 0.0)  # a feature that does not vary stays at 0
    maps = {
        "x": (ones, none), "centred": (ones, -mean), "x_hat": (over, -mean * over),
        "scaled": (gamma * over, -gamma * mean * over), "y": (gamma * over, beta - gamma * mean * over),
    }  # fmt: skip
    values = {
        "x": rows, "centred": rows - mean[:, None], "x_hat": forward.x_hat[at].astype(np.float64),
        "scaled": gamma[:, None] * forward.x_hat[at], "y": forward.y[at].astype(np.float64),
        "activation": walk.activation[at].astype(np.float64),
    }  # fmt: skip
    axes = _axes(values)
    steps = {name: _step(name, values[name], maps.get(name, (ones, none)), axes[name]) for name in STEPS}
    return steps, _backward(walk, at)


def _step(name: str, values: Floats, map_: tuple[Floats, Floats], axis: Axis) -> Step:
    kept = values if name == "activation" else None
    ends = values.min(axis=1), values.max(axis=1)
    moments = moments_of_rows(values)
    return Step(name, *map_, moments.mean, moments.sd, *ends, axis, kept)


def _axes(values: dict[str, Floats]) -> dict[str, Axis]:
    """One linear ruler a step for all features: the first two have their own, the others share one.

    Where that is too long for deviations, as by a gamma and beta that undo the normalization, x_hat has its own, too.
    """
    own = {name: axis_for(min(0.0, float(values[name].min())), max(0.0, float(values[name].max())), "linear")
           for name in BEFORE}  # fmt: skip
    after = [name for name in STEPS if name not in BEFORE]
    shared = _shared([values[name] for name in after])
    axes = own | dict.fromkeys(after, shared)
    return axes if shared.high - shared.low <= 2.0 * ENDS[-1] else axes | {"x_hat": _shared([values["x_hat"]])}


def _shared(values: list[Floats]) -> Axis:
    """A ruler that holds all values: alike to both sides as far as sliders reach, beyond that each side as it needs."""
    low, high = min(float(of.min()) for of in values), max(float(of.max()) for of in values)
    reach = max(-low, high)
    if reach > ENDS[-1]:
        return Axis("linear", 0.0 - _end(-low), _end(high))
    end = next((end for end in ENDS if reach <= end), ENDS[0])  # what is not a number is outside of any ruler
    return Axis("linear", -end, end)


def _end(reach: float) -> float:
    if not reach > 0.0:
        return 0.0
    within = min(reach, LARGEST)
    return min(nice_ceiling(within * (1.0 + LEEWAY), POWERS), LARGEST)


def _backward(walk: Walked, at: list[int]) -> Backward:
    gradients, x_hat = walk.gradients, walk.forward.x_hat[at].astype(np.float64)
    through_variance = gradients.dx_variance[at].astype(np.float64)
    largest = np.abs(x_hat).argmax(axis=1)
    rows = np.arange(len(at))
    slope = through_variance[rows, largest] / x_hat[rows, largest]
    return Backward(
        gradients.dx[at], gradients.dx_direct[at], gradients.dx_mean[at, 0].astype(np.float64),
        np.where(np.isfinite(slope), slope, 0.0),
    )  # fmt: skip
