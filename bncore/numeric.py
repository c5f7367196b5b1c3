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
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Array, Float64, real_array
from bncore.batch_norm import Forward, forward
from bncore.epsilon import OfEpsilon
from bncore.gradient import backward

STEPS = 4.0 ** -np.arange(2, 9)  # of the scale on which the function bends
ROUNDINGS = 8  # of 2^-52 that a value of the function may be off by
EPSILON = float(np.finfo(np.float64).eps)
LEAST_LENGTH = 1e-290  # whose smallest step is a number with all its digits
STACK = 2**16  # numbers of the points that are evaluated at once


@dataclass(frozen=True, eq=False)
class Numeric:
    """`value` is the derivative, `bound` the most that it should be off by, `step` the h that was kept; same shapes."""

    value: Float64
    bound: Float64
    step: Float64


def differentiate(
    function: Callable[[Float64], Array], at: ArrayLike, scale: ArrayLike = 1.0, *, stacked: bool = False
) -> Numeric:
    """The derivative of each output of `function` by each entry of `at`: shape (*outputs, *entries).

    `scale` (broadcasts against `at`, above 0) is the length on which the function bends; the steps are 1/16 to
    1/65536 of it. A `stacked` function takes many points at once, (M, *entries), and gives (M, *outputs).
    `function` must neither keep nor change its argument.

    >>> slope = differentiate(lambda x: x**3, [2.0])
    >>> bool(abs(slope.value[0, 0] - 12) <= slope.bound[0, 0] < 1e-7)
    True
    """
    point = np.array(at, dtype=np.float64)
    scales = np.broadcast_to(np.asarray(scale, dtype=np.float64), point.shape).ravel()
    evaluate = function if stacked else _one_by_one(function)
    at_once = max(1, STACK // (2 * len(STEPS) * max(point.size, 1)))
    groups = [np.arange(i, min(i + at_once, point.size)) for i in range(0, point.size, at_once)]
    differences = [_derivatives(evaluate, point, entries, scales[entries]) for entries in groups]
    value, bound, step = (_entries_last(np.concatenate(part), point.shape) for part in zip(*differences, strict=True))
    return Numeric(value, bound, step)


def _one_by_one(function: Callable[[Float64], Array]) -> Callable[[Float64], Array]:
    return lambda points: np.array([function(point) for point in points])


def _derivatives(
    evaluate: Callable[[Float64], Array], point: Float64, entries: Array, scales: Float64
) -> tuple[Float64, Float64, Float64]:
    """Derivative, bound and step of every output by some entries: (E, *outputs) each."""
    steps = STEPS[:, np.newaxis] * scales
    quotients, largest = _quotients(evaluate, point, entries, steps)
    coarse, fine = quotients[:-1], quotients[1:]
    finer = steps[1:].reshape(*steps[1:].shape, *(1,) * (coarse.ndim - 2))
    bounds = np.abs(coarse - fine) + ROUNDINGS * EPSILON * largest[1:] / finer
    best = np.argmin(bounds, axis=0)[np.newaxis]
    richardson = (16 * fine - coarse) / 15
    return _chosen(richardson, best), _chosen(bounds, best), _chosen(np.broadcast_to(finer, bounds.shape), best)


def _quotients(
    evaluate: Callable[[Float64], Array], point: Float64, entries: Array, steps: Float64
) -> tuple[Float64, Float64]:
    """(f(x + h) - f(x - h)) / 2h with the h that the floating-point numbers really differ by; and the size of f.

    `steps` (S, E) are those of each entry; both results are (S, E, *outputs).
    """
    stack = np.tile(point.ravel(), (2, *steps.shape, 1))
    here = np.arange(len(entries))
    stack[0, :, here, entries] += steps.T
    stack[1, :, here, entries] -= steps.T
    values = np.asarray(evaluate(stack.reshape(-1, *point.shape)), np.float64)
    high, low = values.reshape(*stack.shape[:3], *values.shape[1:])
    width = (stack[0, :, here, entries] - stack[1, :, here, entries]).T
    width = width.reshape(*width.shape, *(1,) * (high.ndim - 2))
    return (high - low) / width, np.maximum(np.abs(high), np.abs(low))


def _chosen(values: Float64, best: Array) -> Float64:
    return np.asarray(np.take_along_axis(values, best, axis=0)[0])


def _entries_last(columns: Float64, entries: tuple[int, ...]) -> Float64:
    """(E, *outputs) as (*outputs, *entries)."""
    return np.moveaxis(columns, 0, -1).reshape(*columns.shape[1:], *entries)


def outputs_of_many(x: Float64, gamma: Float64, beta: Float64, *, feature_axis: int = 1, **keywords: Any) -> Float64:
    """y of many batches (M, *shape) at once, each with its own gamma and beta (M, D).

    The batches stand side by side as the features of one wide batch: normalization does not mix features.
    """
    many, features = gamma.shape
    wide = np.moveaxis(x, (0, feature_axis + 1), (-2, -1))
    y = forward(wide.reshape(-1, many * features), gamma.ravel(), beta.ravel(), **keywords).y
    return np.moveaxis(y.reshape(wide.shape), (-2, -1), (0, feature_axis + 1))


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

    Every number is nudged on its own, 14 times: meant for small batches. Shapes as in `bncore.backward`.
    Raises what `bncore.forward` and `bncore.backward` raise.
    """
    array = real_array(x, "x").astype(np.float64)
    epsilon: OfEpsilon = {"eps": eps, "eps_placement": eps_placement}
    middle = forward(array, gamma, beta, feature_axis=feature_axis, **epsilon)
    weights = backward(dy, middle).terms.dy.reshape(array.shape).astype(np.float64)

    at = standing(middle, array)

    def y_of(x: Float64, gamma: Float64, beta: Float64) -> Array:
        many = max(len(x), len(gamma), len(beta))
        x, gamma, beta = (np.broadcast_to(part, (many, *part.shape[1:])) for part in (x, gamma, beta))
        return outputs_of_many(x, gamma, beta, feature_axis=feature_axis, **epsilon)

    x_, gamma_, beta_ = (part[np.newaxis] for part in (at.point, middle.gamma, middle.beta))
    derivatives = {
        "dx": at.of_x(differentiate(lambda x: y_of(x, gamma_, beta_), at.point, at.length, stacked=True)),
        "dgamma": differentiate(lambda gamma: y_of(x_, gamma, beta_), middle.gamma, stacked=True),
        "dbeta": differentiate(lambda beta: y_of(x_, gamma_, beta), middle.beta, stacked=True),
    }
    return {name: _weighted(weights, outputs) for name, outputs in derivatives.items()}


@dataclass(frozen=True, eq=False)
class Standing:
    """Where y is differentiated: at `point`, (x - the feature's first number) `unit`, which bends on `length`.

    Batch norm does not see a shift, so that a step need not be as large as the last digit of x is; nor, at eps 0, a
    unit, a power of two by which squares stay in range (`bncore.lift`). `length` and `unit` broadcast against x.
    """

    point: Float64
    length: Float64
    unit: Float64

    def of_x(self, of_point: Numeric) -> Numeric:
        """The derivative by x itself of one by the point."""
        with np.errstate(over="ignore"):  # beyond float64 it is infinite
            return Numeric(of_point.value * self.unit, of_point.bound * self.unit, of_point.step / self.unit)


def standing(result: Forward, x: Float64) -> Standing:
    """Where the y of a forward pass of `x` is differentiated by it.

    y bends on the deviation; where that is 0 on the denominator, and where it is below LEAST_LENGTH, which no eps above
    0 is small beside, on that.
    """
    shape = [1] * x.ndim
    shape[result.feature_axis] = -1
    lift, sigma = result.denominator.lift, result.sigma
    unit = np.ones_like(sigma) if lift is None else lift
    length = np.where(sigma > 0, sigma * unit if result.eps == 0 else np.maximum(sigma, LEAST_LENGTH), 0.0)
    length = np.where(length > 0, length, np.maximum(result.scale, 1e-3))
    first = x[tuple(slice(None if axis == result.feature_axis else 1) for axis in range(x.ndim))]
    unit = unit.reshape(shape)
    return Standing((x - first) * unit, length.reshape(shape), unit)


def _weighted(dy: Float64, outputs: Numeric) -> Numeric:
    """dL/dx_j = sum_k dL/dy_k dy_k/dx_j, with the bounds added up; the step is the smallest that was kept."""
    axes = dy.ndim
    value = np.tensordot(dy, outputs.value, axes)
    bound = np.tensordot(np.abs(dy), outputs.bound, axes)
    return Numeric(value, bound, outputs.step.min(axis=tuple(range(axes))))
