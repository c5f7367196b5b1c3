"""The axes on which a small batch's numbers lie while one of them is dragged: of the inputs, and of the outputs."""

from math import sqrt

from bncore.arguments import Float64
from bncore.distributions.axis import Axis, axis_for


def input_ruler(x: Float64) -> Axis:
    """An axis for one feature's inputs (K,), with as much room on either side as they cover: they are to be moved.

    >>> import numpy as np
    >>> input_ruler(np.array([1.0, 2.0, 5.0])).limits()
    (-3.0, 9.0)
    """
    low, high = float(x.min()), float(x.max())
    room = (high - low) or abs(high) or 1.0
    return axis_for(low - room, high + room, "linear")


def output_ruler(gamma: float, beta: float, count: int) -> Axis:
    """An axis for one feature's outputs, wherever its `count` inputs lie: no x_hat is farther out than sqrt(count - 1).

    >>> output_ruler(2.0, 1.0, 5).limits()
    (-3.0, 5.0)
    """
    reach = abs(gamma) * sqrt(count - 1)
    return axis_for(beta - reach, beta + reach, "linear")
