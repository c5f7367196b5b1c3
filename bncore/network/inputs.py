"""What a network's inputs are taken in: each feature, or channel of images, in deviations from its mean.

Features are axis 1 of x (N, D); of images (N, C, H, W) each channel is one, over all examples and positions.
"""

import numpy as np
from numpy.typing import NDArray

from bncore.arguments import Array, Float64
from bncore.errors import EmptyBatch, ShapeMismatch


def varying(x: Array) -> NDArray[np.bool_]:
    """Which features (D,) or channels (C,) have more than one value over the examples and positions.

    >>> varying(np.array([[1.0, 7.0], [2.0, 7.0]]))
    array([ True, False])

    Raises ShapeMismatch for fewer than two axes, EmptyBatch for an array without numbers.
    """
    axes = _others(x)
    differ: NDArray[np.bool_] = x.max(axis=axes) > x.min(axis=axes)
    return differ


def standardized(x: Array) -> Float64:
    """(x - mean) / sd of each feature, or of each channel over examples and positions, in float64; a constant one is 0.

        mean = (1/K) sum x        sd = sqrt((1/K) sum (x - mean)^2)

    x is (N, D) or (N, C, ...) of finite numbers. Each feature is taken in units of its largest value, so that no square
    leaves float64's range.

    >>> standardized(np.array([[1e200, 7.0], [3e200, 7.0]]))
    array([[-1.,  0.],
           [ 1.,  0.]])

    Raises ShapeMismatch for fewer than two axes, EmptyBatch for an array without numbers.
    """
    axes = _others(x)
    largest = np.abs(x).max(axis=axes, keepdims=True).astype(np.float64)
    scaled = x / np.where(largest > 0.0, largest, 1.0)
    centred = scaled - scaled.mean(axis=axes, keepdims=True)
    varies = varying(x).reshape(1, -1, *[1] * (x.ndim - 2))
    sd = np.sqrt(np.square(centred).mean(axis=axes, keepdims=True))
    return np.where(varies, centred / np.where(varies, sd, 1.0), 0.0)


def _others(x: Array) -> tuple[int, ...]:
    """All axes but the features'."""
    if x.ndim < 2:
        raise ShapeMismatch(f"x has shape {x.shape}; give two or more axes: examples and features.", parameter="x")
    if x.size == 0:
        raise EmptyBatch(f"x has shape {x.shape}: it is empty; give at least one example and feature.", parameter="x")
    return (0, *range(2, x.ndim))
