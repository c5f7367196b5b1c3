"""Histograms of many numbers in bins of their own, in the numbers' own precision: exact counts at a tenth of the time.

`bncore.summary.histogram` has a row a feature and works in float64; here all numbers are one row.
"""

import math

import numpy as np
from numpy.typing import NDArray

from bncore.arguments import Array
from bncore.distributions.axis import Axis
from bncore.distributions.histogram import MOST, Bins, bins_of
from bncore.network.measures.moments import Moments

Counts = NDArray[np.int64]
COMFORTABLE = (1e-30, 1e30)  # widths of a bin on whose positions float32 neither overflows nor loses digits
REACH = 4.0  # deviations from the mean between which bins are equally wide


def bins_for(of: Moments) -> Bins:
    """Bins (one row) between the numbers' extremes, at most REACH deviations from their mean.

    A constant, and what the rounding of its mean may make of one, is one value.
    """
    low, high = np.array([of.low]), np.array([of.high])
    fences = np.stack([np.maximum(low, of.mean - REACH * of.sd), np.minimum(high, of.mean + REACH * of.sd)])
    return bins_of(fences, low, high, np.zeros(1), of.count)


def counted(values: Array, bins: Bins) -> Counts:
    """Counts (MOST + 2,) of finite numbers in one row of bins. All are counted, none is sampled.

    >>> x = np.array([-1.0, -0.1, 0.0, 0.1, 1.0])
    >>> counted(x, bins_for(Moments(5, 0.0, 0.64, -1.0, 1.0)))[:7].tolist()
    [0, 1, 0, 3, 0, 1, 0]
    """
    start, width = float(bins.start[0]), float(bins.width[0])
    least, most = int(bins.least[0]), int(bins.most[0])
    flat = _comfortable(values.reshape(-1), start, width)
    place = flat - flat.dtype.type(start)
    place *= flat.dtype.type(1.0 / width if width > 0.0 else 0.0)
    np.clip(place, least, most, out=place)
    return np.bincount(place.astype(np.intp), minlength=MOST + 2)


def _comfortable(flat: Array, start: float, width: float) -> Array:
    """In float64 where the bins go to the ends of float32, or are narrow beside their distance from 0."""
    least, most = COMFORTABLE
    fine = math.sqrt(float(np.finfo(flat.dtype).eps))
    easy = least < width < most and abs(start) < most and width > fine * abs(start)
    return flat if easy else flat.astype(np.float64)


def outside(values: Array, of: Moments, axis: Axis) -> int:
    """How many of the numbers lie outside the axis."""
    below = int(np.count_nonzero(values < axis.low)) if of.low < axis.low else 0
    above = int(np.count_nonzero(values > axis.high)) if of.high > axis.high else 0
    return below + above


def apart(a: Counts, b: Counts) -> float:
    """The share of numbers that two histograms in the same bins have in different bins: their total variation distance.

    >>> apart(np.array([2, 2]), np.array([1, 3]))
    0.25
    """
    return float(np.abs(a / a.sum() - b / b.sum()).sum()) / 2.0
