"""Derivatives by central differences, each with its step and a bound of its error: the route that needs no algebra.

    D(h) = (f(x + h) - f(x - h)) / 2h = f'(x) + f'''(x) h^2 / 6 + ...
    R(h) = (16 D(h/4) - D(h)) / 15                                   Richardson: the h^2 is gone

A large h leaves the curve's bend, a small one leaves few digits of f(x + h) - f(x - h). So a ladder of steps is climbed
down and each derivative keeps the step with the smallest bound: |D(h) - D(h/4)|, which is more than R's own truncation,
plus what the rounding of f does. Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", Advances in Engineering
Software 4 (1982); Press et al., Numerical Recipes, section 5.7.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Array, Float64, real_array
from bncore.batch_norm import forward
from bncore.gradient import backward

STEPS = 4.0 ** -np.arange(2, 9)  # of the scale on which the function bends
ROUNDINGS = 8  # of 2^-52 that a value of the function may be off by
EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class Numeric:
    """`value` is the derivative, `bound` the most that it should be off by, `step` the h that was kept; same shapes."""

    value: Float64
    bound: Float64
    step: Float64


def differentiate(function: Callable[[Float64], Array], at: ArrayLike, scale: ArrayLike = 1.0) -> Numeric:
    """The derivative of each output of `function` by each entry of `at`: shape (*outputs, *entries).

    `scale` (broadcasts against `at`, above 0) is the length on which the function bends; the steps are 1/16 to
    1/65536 of it.
    `function` must neither keep nor change its argument.

    >>> found = differentiate(lambda x: x**3, [2.0])
    >>> bool(abs(found.value[0, 0] - 12) <= found.bound[0, 0] < 1e-7)
    True
    """
    point = np.array(at, dtype=np.float64)
    scales = np.broadcast_to(np.asarray(scale, dtype=np.float64), point.shape)
    columns = [_column(function, point, index, float(scales[index])) for index in np.ndindex(point.shape)]
    value, bound, step = (_stacked(part, point.shape) for part in zip(*columns, strict=True))
    return Numeric(value, bound, step)


def _column(
    function: Callable[[Float64], Array], point: Float64, index: tuple[int, ...], scale: float
) -> tuple[Float64, Float64, Float64]:
    """Derivative, bound and step of every output by one entry."""
    steps = scale * STEPS
    quotients, largest = zip(*(_quotient(function, point, index, step) for step in steps), strict=True)
    coarse, fine = np.array(quotients[:-1]), np.array(quotients[1:])
    finer = steps[1:].reshape(-1, *(1,) * (coarse.ndim - 1))
    rounding = ROUNDINGS * EPSILON * np.array(largest[1:]) / finer
    bounds = np.abs(coarse - fine) + rounding
    best = np.argmin(bounds, axis=0)[np.newaxis]
    richardson = (16 * fine - coarse) / 15
    step = np.broadcast_to(finer, bounds.shape)
    return _chosen(richardson, best), _chosen(bounds, best), _chosen(step, best)


def _quotient(
    function: Callable[[Float64], Array], point: Float64, index: tuple[int, ...], step: float
) -> tuple[Float64, Float64]:
    """(f(x + h) - f(x - h)) / 2h with the h that the floating-point numbers really differ by; and the size of f."""
    above, below = point.copy(), point.copy()
    above[index] += step
    below[index] -= step
    high, low = np.asarray(function(above), np.float64), np.asarray(function(below), np.float64)
    return (high - low) / (above[index] - below[index]), np.maximum(np.abs(high), np.abs(low))


def _chosen(values: Float64, best: Array) -> Float64:
    return np.asarray(np.take_along_axis(values, best, axis=0)[0])


def _stacked(columns: tuple[Float64, ...], entries: tuple[int, ...]) -> Float64:
    """One column an entry, as one array (*outputs, *entries)."""
    return np.stack(columns, axis=-1).reshape(*columns[0].shape, *entries)


def numeric_gradients(
    x: ArrayLike,
    gamma: ArrayLike | None = None,
    beta: ArrayLike | None = None,
    *,
    dy: ArrayLike,
    eps: float = 1e-5,
    eps_placement: str = "variance",
    feature_axis: int = 1,
) -> dict[str, Numeric]:
    """`dx`, `dgamma` and `dbeta` of L = sum dy y, each by central differences of `bncore.forward`.

    Every example is nudged on its own, 14 times: meant for small batches. Shapes as in `bncore.backward`.
    Raises what `bncore.forward` and `bncore.backward` raise.
    """
    array = real_array(x, "x").astype(np.float64)
    keywords = {"eps": eps, "eps_placement": eps_placement, "feature_axis": feature_axis}
    middle = forward(array, gamma, beta, **keywords)  # type: ignore[arg-type]
    weights = backward(dy, middle).terms.dy.reshape(array.shape).astype(np.float64)
    shape = [1] * array.ndim
    shape[feature_axis] = -1
    scales = np.where(middle.var > 0, np.sqrt(middle.var), np.maximum(middle.scale, 1e-3)).reshape(shape)

    def y_of_x(point: Float64) -> Array:
        return forward(point, middle.gamma, middle.beta, **keywords).y  # type: ignore[arg-type]

    def y_of(gamma: Float64, beta: Float64) -> Array:
        return forward(array, gamma, beta, **keywords).y  # type: ignore[arg-type]

    return {
        "dx": _weighted(weights, differentiate(y_of_x, array, scales)),
        "dgamma": _weighted(weights, differentiate(lambda gamma: y_of(gamma, middle.beta), middle.gamma)),
        "dbeta": _weighted(weights, differentiate(lambda beta: y_of(middle.gamma, beta), middle.beta)),
    }


def _weighted(dy: Float64, outputs: Numeric) -> Numeric:
    """dL/dx_j = sum_k dL/dy_k dy_k/dx_j, with the bounds added up; the step is the smallest that was kept."""
    axes = dy.ndim
    value = np.tensordot(dy, outputs.value, axes)
    bound = np.tensordot(np.abs(dy), outputs.bound, axes)
    return Numeric(value, bound, outputs.step.min(axis=tuple(range(axes))))
