"""Many numbers in few: histograms, percentiles, norms."""

import numpy as np

from bncore.arguments import Array
from bncore.training.records.record import Histogram, Percentiles

BINS = 24
SHARES = (0.15, 0.5, 0.85)


def histogram(values: Array) -> Histogram:
    """Of equal bins from the least to the largest value; where they are equal all are in the middle one.

    Where a value, or the way from the least to the largest, is NaN or infinite, both ends are NaN and every bin is
    empty: what is not a number has no place. Placed in float64, and divided before it is multiplied, as a way of
    subnormal numbers has no reciprocal.

    >>> sum(histogram(np.array([0.0, 1.0])).counts), sum(histogram(np.array([0.0, np.nan, np.inf])).counts)
    (2, 0)
    """
    low, high = float(values.min()), float(values.max())
    span = high - low
    if not np.isfinite(span):
        return Histogram(np.nan, np.nan, (0,) * BINS)
    wide = values.ravel().astype(np.float64)
    places = (wide - low) / span * BINS if span > 0 else np.full(values.size, BINS / 2)
    counts = np.bincount(np.minimum(places.astype(np.intp), BINS - 1), minlength=BINS)
    return Histogram(low, high, tuple(counts.tolist()))


def percentiles(values: Array) -> Percentiles:
    """The 15th, 50th and 85th, between neighbours on a straight line; all NaN where a single value is NaN or infinite.

    Of what is left the percentiles would look as if nothing had happened.

    >>> percentiles(np.arange(101.0))
    (15.0, 50.0, 85.0)
    >>> percentiles(np.array([1.0, 2.0, 3.0, np.nan])), percentiles(np.array([-np.inf, 1.0, 2.0]))
    ((nan, nan, nan), (nan, nan, nan))
    """
    ordered = np.sort(values.ravel()).astype(np.float64)  # puts NaN last
    if not (np.isfinite(ordered[0]) and np.isfinite(ordered[-1])):
        return np.nan, np.nan, np.nan
    low, middle, high = (_between(ordered, share * (len(ordered) - 1)) for share in SHARES)
    return low, middle, high


def _between(ordered: Array, place: float) -> float:
    below = min(int(place), len(ordered) - 1)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))


def size(values: Array) -> float:
    """The Euclidean norm, its squares summed in float64; NaN where a value is NaN, infinite where one is."""
    return float(np.sqrt(np.square(values, dtype=np.float64).sum()))
