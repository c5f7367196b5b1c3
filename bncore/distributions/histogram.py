"""Histograms whose bins follow each row's own spread, so that a row has one shape on every axis.

A row's bins are equally wide in data, between the fences of the row (`bncore.axis.fence`). What lies beyond a fence is
in one wide bin. Heights are densities, the count over the bin's width in data:

    height = count / width        width = (fence above - fence below) / (bins - 2 MARGIN)

An affine map of a row maps its bins along, and leaves counts and relative heights as they are; the axis only places the
edges. The two end bins lose MARGIN of their width, so that no edge meets the numbers of a grid, where rounding would
decide on which side of an edge they are counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bncore.distributions.axis import SMALLEST, Axis
from bncore.epsilon import reciprocal

Floats = NDArray[np.float64]
Slots = NDArray[np.intp]
FEWEST, MOST = 5, 41  # bins between the fences
RICE = 2.0  # bins between the fences for each cube root of the numbers: after the Rice rule
FINER = 2.0  # times as many bins at most, where a row's middle is narrow beside its tails
NARROW = 1.987  # quartile distances over the cube root, a bin's width: after Freedman & Diaconis 1981, and not round
MARGIN = 0.1909830056250525  # (3 - sqrt 5) / 4: far from every fraction of few digits


@dataclass(frozen=True)
class Bins:
    """The bins of D rows: slot 0 and slot `most` are wide ones beyond the fences where there are any.

    `start` (D,) is the left end of slot 0 were it as wide as the others, `width` (D,) that of a bin, 0 for a row of
    one value; `least` and `most` are the first and the last slot in use, `low` and `high` the row's extremes.
    """

    start: Floats
    width: Floats
    least: Slots
    most: Slots
    low: Floats
    high: Floats

    @cached_property
    @np.errstate(over="ignore")
    def edges(self) -> Floats:
        """The edges of the slots in data units, (D, MOST + 3); slots that are not in use have no width."""
        slot = np.arange(MOST + 3)
        edges = self.start[:, None] + slot * self.width[:, None]
        edges = np.where(slot <= self.least[:, None], self.low[:, None], edges)
        return np.where(slot > self.most[:, None], self.high[:, None], edges)

    @property
    def core(self) -> Floats:
        """The ends of the bins between the fences, (2, D)."""
        first = np.where(self.least == 0, self.start + self.width, self.low)
        last = np.minimum(self.start + (np.minimum(self.most, MOST) + 1) * self.width, self.high)
        return np.stack([first, last])

    @np.errstate(over="ignore")
    def slots(self, values: Floats) -> Slots:
        """The slot of each value of (D, M)."""
        place = values - self.start[:, None]
        place *= reciprocal(self.width)[:, None]
        np.maximum(place, self.least[:, None], out=place)
        np.minimum(place, self.most[:, None], out=place)
        return place.astype(np.intp)

    def take(self, rows: slice | list[int]) -> "Bins":
        """The bins of some of the rows."""
        return Bins(
            self.start[rows], self.width[rows], self.least[rows], self.most[rows], self.low[rows], self.high[rows]
        )


@dataclass(frozen=True)
class Histogram:
    """Counts (D, MOST + 2) in a row's own `bins`, and how many values lie outside the axis on each side (D,).

    All values are counted, those outside the axis too.
    """

    axis: Axis
    bins: Bins
    counts: NDArray[np.int64]
    below: NDArray[np.int64]
    above: NDArray[np.int64]

    @property
    def outside(self) -> int:
        """How many values of all rows together lie outside the axis."""
        return int(self.below.sum() + self.above.sum())

    @property
    def constant(self) -> NDArray[np.bool_]:
        """Which rows are one value, (D,)."""
        return np.asarray(self.bins.width == 0.0)

    @cached_property
    def heights(self) -> Floats:
        """Densities per unit of data as shares of the row's highest, (D, MOST + 2); 0 in rows of one value."""
        return heights(self.counts, self.bins.edges)

    @property
    def densities(self) -> Floats:
        """Shares of all of a row's values per unit of data, (D, MOST + 2); 0 in rows of one value.

        Infinite where bins are so narrow that float64 does not hold it.
        """
        share = self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        with np.errstate(over="ignore"):
            per_width: Floats = share * reciprocal(np.diff(self.bins.edges, axis=1))
        return per_width

    def on(self, edges: Floats) -> Floats:
        """How many of each row's values lie between `edges` (C + 1,) in data units: (D, C), even over a bin."""
        return on(self.bins, self.counts, edges)


@np.errstate(over="ignore")
def bins_of(fences: Floats, low: Floats, high: Floats, middle: Floats, numbers: int) -> Bins:
    """Bins for rows of `numbers` numbers between `fences` (2, D), with extremes `low` and `high` (D,).

    `middle` (D,) is the distance of the quartiles: rows with long tails have more bins, as their middle needs, but not
    so many that noise makes peaks.
    """
    inside = fences[1] > fences[0]  # where most numbers are equal, the fences leave nothing between them
    first, last = np.where(inside, fences[0], low), np.where(inside, fences[1], high)
    span = last - first
    root = float(numbers) ** (1.0 / 3.0)
    needed = np.clip(span * reciprocal(NARROW * middle) * root, RICE * root, FINER * RICE * root)
    bins = 2 * (np.clip(needed, FEWEST, MOST) / 2.0).astype(np.intp) + 1  # odd: the middle of a grid is inside a bin
    width = np.where(high - low > SMALLEST, span / (bins - 2.0 * MARGIN), 0.0)
    start = first - (1.0 + MARGIN) * width
    beyond_low = start - low >= 0.0  # a bin's width beyond the first bin: less is counted in it
    beyond_high = high - (start + (bins + 2) * width) >= 0.0
    several = width > 0.0
    least = np.where(beyond_low & several, 0, 1)
    most = np.where(several, bins + (beyond_high & several), 1)
    return Bins(start, width, least, most, low, high)


def joined(parts: Sequence[Bins]) -> Bins:
    """The bins of several sets of rows, one behind the other."""
    if len(parts) == 1:
        return parts[0]
    return Bins(*(np.concatenate([getattr(part, name.name) for part in parts]) for name in fields(Bins)))


def counts_in(bins: Bins, values: Floats) -> NDArray[np.int64]:
    """Counts (D, MOST + 2) of values (D, M)."""
    slots, rows, length = bins.slots(values), len(values), MOST + 2
    slots += np.arange(rows)[:, None] * length
    return np.bincount(slots.ravel(), minlength=rows * length).reshape(rows, length)


def heights(counts: NDArray[Any], edges: Floats) -> Floats:
    """Counts (D, B) over the widths of their bins, as shares of each row's highest; 0 where a bin has no width."""
    width = np.diff(edges, axis=1)
    largest = width.max(axis=1, keepdims=True)
    width = np.divide(width, largest, out=np.zeros_like(width), where=largest > 0)  # so that a density stays in range
    density = counts * reciprocal(width)
    relative: Floats = density * reciprocal(density.max(axis=1, keepdims=True))
    return relative


def cut(shares: Floats, tower: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Heights (D, B) of which the highest is at most `tower` times the second, and in which rows one was higher (D,).

    >>> cut(np.array([[1.0, 0.1, 0.05], [1.0, 0.8, 0.0]]), 2.0)
    (array([[1.  , 0.5 , 0.25],
           [1.  , 0.8 , 0.  ]]), array([ True, False]))
    """
    top = tower * np.partition(shares, -2, axis=1)[:, -2]
    over = (top > 0.0) & (top < shares.max(axis=1))
    top = np.where(over, top, 1.0)[:, None]
    return np.minimum(shares, top) / top, over


@np.errstate(over="ignore")
def on(bins: Bins, counts: NDArray[np.int64], edges: Floats) -> Floats:
    """See `Histogram.on`; a row of one value is in the column that its value begins or lies in."""
    rows = len(counts)
    ends = np.broadcast_to(edges, (rows, len(edges)))
    slots, own, row = bins.slots(ends), bins.edges, np.arange(rows)[:, None]
    left, length = own[row, slots], own[row, slots + 1] - own[row, slots]
    before = np.cumsum(counts, axis=1) - counts
    share = np.clip((ends - left) * reciprocal(length), 0.0, 1.0)
    reached = before[row, slots] + counts[row, slots] * share
    alone = bins.width == 0.0
    if alone.any():
        reached[alone] = counts[alone].sum(axis=1, keepdims=True) * (ends[alone] > bins.low[alone, None])
    within: Floats = np.diff(reached, axis=1)
    return within


def outside(values: Floats, low: Floats, high: Floats, axis: Axis) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many values of each row (D, M) with extremes `low` and `high` (D,) lie below and above the axis."""
    below, above = np.zeros((2, len(low)), dtype=np.int64)
    for row in np.flatnonzero(low < axis.low).tolist():
        below[row] = np.count_nonzero(values[row] < axis.low)
    for row in np.flatnonzero(high > axis.high).tolist():
        above[row] = np.count_nonzero(values[row] > axis.high)
    return below, above


def collapsed(shown: Histogram, rows: NDArray[np.bool_], value: float = 0.0) -> Histogram:
    """The same with some rows (a mask) as if they were one value."""
    bins = shown.bins
    flat = replace(
        bins, width=np.where(rows, 0.0, bins.width), low=np.where(rows, value, bins.low),
        high=np.where(rows, value, bins.high), least=np.where(rows, 1, bins.least), most=np.where(rows, 1, bins.most),
    )  # fmt: skip
    numbers = np.zeros_like(shown.counts)
    numbers[:, 1] = shown.counts.sum(axis=1)
    counts = np.where(rows[:, None], numbers, shown.counts)
    nothing = np.zeros_like(shown.below)
    return replace(
        shown, bins=flat, counts=counts,
        below=np.where(rows, nothing, shown.below), above=np.where(rows, nothing, shown.above),
    )  # fmt: skip
