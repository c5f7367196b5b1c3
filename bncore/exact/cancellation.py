"""dL/dx of standardized numbers without cancellation, for any arrangement of them."""

from collections.abc import Callable

import numpy as np

from bncore.arguments import Float64
from bncore.epsilon import reciprocal
from bncore.exact.lift import LEAST, LIFT


def without_cancellation(
    gradient: Float64, values: Float64, left: Float64, mean: Callable[[Float64], Float64], *, centred: bool = True
) -> Float64:
    """What standardization leaves of `gradient` = dL/dvalues, before the division by s:

        g - <g> - c0 v <g v>  =  r + left b v,     g = <g> + b v + r

    <.> is `mean`, over the numbers that share a statistic, in a shape that broadcasts against `values`; without <g>
    where the values are not `centred`. `left` = 1 - c0 <v^2>, in the shape of a mean, is what epsilon leaves of the
    part along v (`EpsPlacement.left`). r has lost its mean and its part along v twice, so that nothing but rounding of
    its own size is left of them. Inputs are never changed.
    """

    def balanced(rest: Float64) -> Float64:
        return rest - mean(rest) if centred else rest

    squares = mean(np.square(values))
    if squares.min() < LEAST and values.any():
        values, squares = _in_units(values, squares, mean, balanced)
    inverse = reciprocal(squares)
    rest, along = gradient, np.zeros_like(inverse)
    for _ in range(2):
        rest = balanced(rest)
        part = mean(rest * values) * inverse
        rest = rest - part * values
        along = along + part
    return balanced(rest) + left * along * values


def _in_units(
    values: Float64, squares: Float64, mean: Callable[[Float64], Float64], balanced: Callable[[Float64], Float64]
) -> tuple[Float64, Float64]:
    """Values and their mean squares in a unit, a power of two, in which the squares have all their digits.

    b v does not change with the unit of v. Values below the range have lost digits, and with them their mean of 0.
    """
    values = values * np.where(squares < LEAST, LIFT, 1.0)
    mean_square = mean(np.square(values))
    unit = np.where(squares < LEAST, np.ldexp(1.0, -(np.frexp(mean_square)[1] // 2)), 1.0)
    values = np.where(squares < LEAST, balanced(values * unit), values)
    return values, mean(np.square(values))
