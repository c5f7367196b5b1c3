"""Histograms of many numbers on a given axis, in the numbers' own precision: exact counts at a tenth of the time.

`bncore.summary.histogram` has a row a feature and works in float64; here all numbers are one row.
"""

import math

import numpy as np
from numpy.typing import NDArray

from bncore.arguments import Array
from bncore.axis import Axis

Counts = NDArray[np.int64]
COMFORTABLE = (1e-30, 1e30)  # limits of an axis on which float32 positions neither overflow nor lose digits


def counted(values: Array, axis: Axis, bins: int) -> Counts:
    """Counts (bins + 2,) of finite numbers: below the axis, between each pair of `axis.edges(bins)`, above it.

    All numbers are counted, none is sampled. A number on an edge belongs to the bin above it, the two ends to the axis.

    >>> counted(np.array([-9.0, -1.0, -0.1, 0.0, 0.9, 1.0, 7.0]), Axis("linear", -1.0, 1.0), 4).tolist()
    [1, 1, 1, 1, 2, 1]
    """
    flat = _comfortable(values.reshape(-1), axis)
    low, high = axis.limits()
    below = axis.bins_below_zero(bins)
    place = _places(flat, axis)
    if below:
        place = _floored(place, below / -low, (bins - below) / high)
    else:
        place = place - low
        place *= bins / (high - low)
        np.floor(place, out=place)
    np.clip(place, -below - 1, bins - below, out=place)
    place += below + 1
    counts = np.bincount(place.astype(np.intp), minlength=bins + 2)
    at_the_end = int(np.count_nonzero(flat == axis.high)) if counts[-1] else 0
    counts[-1] -= at_the_end
    counts[-2] += at_the_end
    return counts


def _comfortable(flat: Array, axis: Axis) -> Array:
    """In float64 where the axis goes to the ends of float32."""
    least, most = COMFORTABLE
    finest = axis.linear_within if axis.kind == "symlog" else axis.high - axis.low
    extreme = finest < least or max(-axis.low, axis.high) > most
    return flat.astype(np.float64) if extreme else flat


def _places(flat: Array, axis: Axis) -> Array:
    """`axis.position` without branches: |x|/c and 1 + log10(|x|/c) meet at c, and the smaller of the two is meant."""
    if axis.kind == "linear":
        return flat
    c = axis.linear_within
    size = np.abs(flat)
    outer = np.maximum(size, flat.dtype.type(c))
    np.log(outer, out=outer)
    outer *= 1.0 / math.log(10.0)
    outer += 1.0 - math.log10(c)
    size *= 1.0 / c
    np.minimum(size, outer, out=size)
    return np.copysign(size, flat, out=size)


def _floored(place: Array, slope_below: float, slope_above: float) -> Array:
    """Whole bins from 0, whose widths on its two sides differ slightly: floor(slope place), by its side's."""
    below, above = place * place.dtype.type(slope_below), place * place.dtype.type(slope_above)
    pick = np.minimum if slope_below >= slope_above else np.maximum
    whole: Array = np.floor(pick(below, above, out=below), out=below)
    return whole
