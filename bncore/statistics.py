"""Mean and variance of each feature, whose error does not grow with |mean| / deviation.

One pass over memory. Every number is taken relative to its feature's first one, so that a constant feature is exactly
constant; each block is centred twice (the corrected two-pass algorithm) and the blocks are then merged. Chan, Golub and
LeVeque, "Algorithms for computing the sample variance", The American Statistician 37 (1983), equations 1.7 and 2.1.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bncore import kernels
from bncore.arguments import Array, Float64, not_finite, real_array
from bncore.errors import VarianceOverflow
from bncore.exact.lift import LEAST, LIFT, Lifted, square_of
from bncore.layout import Layout, layout_of, room

FAR = 2.0**960  # a mean up to here cannot take any number across the end of float64: half of the last digit there


@dataclass(frozen=True)
class Statistics:
    """Mean and biased variance of each feature, float64, (D,).

    `mean_rest` is what is missing from `mean` after its rounding: x is centred as (x - mean) - mean_rest. `lifted` are
    the statistics where some variance is below float64's range though its deviation is not; None where none is.
    """

    mean: Float64
    var: Float64
    mean_rest: Float64
    count: int
    lifted: Lifted | None = None

    @property
    def sigma(self) -> Float64:
        """The deviation, (D,); 0 for a constant feature only, also where var is too small for float64 and so 0."""
        return np.sqrt(self.var) if self.lifted is None else self.lifted.own_sigma


def statistics(x: ArrayLike, feature_axis: int = 1) -> Statistics:
    """Mean and biased variance over all axes but `feature_axis`.

        mean = (1/K) sum x        var = (1/K) sum (x - mean)^2

    >>> batch = statistics([[1.0, 5.0], [3.0, 5.0]])
    >>> batch.mean, batch.var
    (array([2., 5.]), array([1., 0.]))

    Returns float64 of shape (D,), K = `count`. Raises BatchNormError (shape, dtype, empty, not finite, overflow).
    """
    array = real_array(x, "x")
    return batch_statistics(array, layout_of(array.shape, feature_axis))


def given_statistics(mean: Float64, var: Float64, count: int) -> Statistics:
    """Statistics that are given: x is centred by the mean as it is.

    x - mean is within float64's range unless the mean is near its end; both are taken a quarter as large there.
    """
    rest = np.zeros_like(mean)
    if not (np.abs(mean) > FAR).any():
        return Statistics(mean, var, rest, count)
    by = np.where(np.abs(mean) > FAR, 0.25, 1.0)
    return Statistics(mean, var, rest, count, Lifted(by, mean * by, rest, np.sqrt(var) * by))


def batch_statistics(x: Array, layout: Layout) -> Statistics:
    """The statistics of an array of its layout's shape, or already in its layout's view."""
    mean, var, rest = rough_moments(x, layout)
    rough = Statistics(mean, var, rest, layout.count)
    if var.min() >= LEAST and var.max() < np.inf:
        return rough
    return beyond_squares(x.reshape(layout.view), layout, rough)


def rough_moments(x: Array, layout: Layout, threads: int | None = None) -> tuple[Float64, Float64, Float64]:
    """Mean, variance and what the mean's rounding left, (D,) each, not looked at: squares may have left float64.

    `threads`, which change no digit, are as many as there may be unless the caller computes on several itself.
    """
    if not kernels.serves(x):
        return _by_blocks(x, layout)
    return kernels.moments(x.reshape(layout.shape), layout.feature_axis, layout.features, threads)


def _by_blocks(x: Array, layout: Layout) -> tuple[Float64, Float64, Float64]:
    """Mean, variance and what the mean's rounding left, of one block after the other."""
    view = x.reshape(layout.view)
    first = layout.first(view)
    with np.errstate(over="ignore", invalid="ignore"):  # looked at by the caller, and then named
        shift, var = _merged(*_block_moments(view, first, layout), layout.count)
        mean, rest = two_sum(first, shift)
    return mean, var, rest


def beyond_squares(view: Array, layout: Layout, rough: Statistics) -> Statistics:
    """`rough` with the features taken again of which squares left float64; raises where their variance does, too."""
    if not np.isfinite(rough.var).all():
        rough = replace(rough, var=_of_large(view, layout, rough.var))
    rows, features = _varied(_rows(view, layout, rough.var < LEAST))
    features = np.flatnonzero(rough.var < LEAST)[features]
    if not len(rows):
        return rough
    by = np.ones(layout.features)
    by[features] = LIFT
    large = statistics(rows * LIFT, 0)
    mean, rest, sigma, var = rough.mean.copy(), rough.mean_rest.copy(), np.sqrt(rough.var), rough.var.copy()
    mean[features], rest[features], sigma[features] = large.mean, large.mean_rest, np.sqrt(large.var)
    var[features] = square_of(sigma[features], by[features])
    return Statistics(mean / by, var, rest / by, rough.count, Lifted(by, mean, rest, sigma))


def _of_large(view: Array, layout: Layout, var: Float64) -> Float64:
    """The variances, of which squares or their sum left float64 upwards, from x / 2^600; raises where there is none."""
    if not np.isfinite(view).all():
        raise not_finite(view.reshape(layout.shape), "x")
    beyond = ~np.isfinite(var)
    rows = _rows(view, layout, beyond) / LIFT
    lifted = statistics(rows, 0)
    again = var.copy()
    again[beyond] = square_of(lifted.sigma, np.full(len(rows), 1 / LIFT))
    if not np.isfinite(again).all():
        feature = int(np.argmin(np.isfinite(again)))
        detail = f"the variance of feature {feature} is larger than float64 holds (1.8e308)"
        raise VarianceOverflow(f"{detail}; divide x by a constant first.", parameter="x")
    return again


def _rows(view: Array, layout: Layout, which: NDArray[np.bool_]) -> Float64:
    """The numbers of some features as rows of float64, (n, K)."""
    rows = np.moveaxis(view.reshape(layout.shape), layout.feature_axis, 0)[which]
    return rows.reshape(len(rows), layout.count).astype(np.float64)


def _varied(rows: Float64) -> tuple[Float64, NDArray[np.intp]]:
    """The rows whose numbers are not all equal, and which they are."""
    which = np.flatnonzero((rows != rows[:, :1]).any(axis=1))
    return rows[which], which


def _block_moments(view: Array, first: Float64, layout: Layout) -> tuple[Float64, Float64, Float64]:
    """A block a row: examples a feature (blocks, 1), mean relative to `first` and sum of squares (blocks, D)."""
    expanded, (scratch,) = layout.expand(first), layout.scratch()
    counts, means, squares = [], [], []
    for index in layout.blocks():
        block = view[index]
        count = block.size // layout.features
        mean, square = _moments(np.subtract(block, expanded, out=room(scratch, block)), layout, count)
        counts.append((count,))
        means.append(mean)
        squares.append(square)
    return np.array(counts, dtype=np.float64), np.array(means), np.array(squares)


def _moments(block: Float64, layout: Layout, count: int) -> tuple[Float64, Float64]:
    """Mean and sum of squared deviations of one block, centred twice; the block is overwritten."""
    mean = layout.sum(block) / count
    block -= layout.expand(mean)
    rest = layout.sum(block)
    np.multiply(block, block, out=block)
    return mean + rest / count, layout.sum(block) - rest * rest / count


def _merged(counts: Float64, means: Float64, squares: Float64, count: int) -> tuple[Float64, Float64]:
    """Mean and variance of all blocks together."""
    if len(counts) == 1:
        return means[0], np.maximum(squares[0], 0) / count
    mean = np.add.reduce(counts * means, 0) / count
    mean += np.add.reduce(counts * (means - mean), 0) / count
    between = np.add.reduce(counts * (means - mean) ** 2, 0)
    return mean, (np.maximum(np.add.reduce(squares, 0), 0) + between) / count


def two_sum(a: Float64, b: Float64) -> tuple[Float64, Float64]:
    """fl(a + b) and its rounding error, exactly (Knuth, TAOCP 2, section 4.2.2, theorem B)."""
    total = a + b
    of_b = total - a
    return total, (a - (total - of_b)) + (b - of_b)
