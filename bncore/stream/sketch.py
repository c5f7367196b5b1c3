"""Quantiles and histograms of many numbers from the counts of a grid: exact counts, in places known to a cell."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bncore.arguments import Float64
from bncore.epsilon import reciprocal
from bncore.errors import BadParameter
from bncore.stream.cells import Counts
from bncore.stream.grid import Grid

BINS = 41  # between the fences, as many as the views draw
CLIPPED = (0.01, 0.99)  # the quantiles that fences lie beyond by half of their distance


@dataclass(frozen=True, eq=False)
class Binned:
    """Exact counts (D, B) of the numbers between edges (D, B + 1), in data units; bins are nearly equally wide.

    The first and the last bin hold what lies beyond the fences. A bin that a feature has no use for has no width, as
    where nothing lies beyond a fence, and no count, unless the feature is one value. The last bin that has a width
    holds its upper edge, too, as NumPy's does.
    """

    edges: Float64
    counts: Counts

    @property
    def densities(self) -> Float64:
        """Shares of all of a feature's numbers per unit of data (D, B); 0 in a bin that has no width."""
        share = self.counts / self.counts.sum(axis=1, keepdims=True)
        with np.errstate(over="ignore"):
            per_width: Float64 = share * reciprocal(np.diff(self.edges, axis=1))
        return per_width


@dataclass(frozen=True, eq=False)
class Sketch:
    """The counts (D, cells) of a grid, and the extremes (D,) of what was counted."""

    grid: Grid
    counts: Counts
    low: Float64
    high: Float64

    @property
    def count(self) -> int:
        """Numbers a feature."""
        return int(self.counts[0].sum())

    def quantiles(self, shares: ArrayLike) -> Float64:
        """Quantiles (Q, D), within `bounds`: numbers of a cell count as evenly spread in it. 0 and 1 are exact.

        Raises BadParameter for shares outside 0 to 1.
        """
        places = self._places(shares)
        below, above = self._ends(places)
        cell = self._cells(places)
        row = np.arange(len(self.low))
        before = np.where(cell > 0, self._reached[row, np.maximum(cell - 1, 0)], 0)
        inside = (places[:, np.newaxis] - before + 0.5) / self.counts[row, cell]
        value = below + np.clip(inside, 0.0, 1.0) * (above - below)
        value[places == 0] = self.low
        value[places == self.count - 1] = self.high
        return value

    def bounds(self, shares: ArrayLike) -> Float64:
        """Between what (2, Q, D) the quantiles of NumPy's default kind lie, up to rounding."""
        places = self._places(shares)
        return np.stack([self._ends(np.floor(places))[0], self._ends(np.ceil(places))[1]])

    def histogram(self, bins: int = BINS) -> Binned:
        """Counts in bins that follow each feature's own spread: whole cells, so that no number is torn."""
        first, last = self._fences()
        wanted = np.linspace(first, last, bins + 1, axis=1)
        at = np.array([np.searchsorted(self._middles, row) for row in self._in_units(wanted)])
        reached = np.concatenate([np.zeros((len(at), 1), np.int64), self._reached], axis=1)
        inner = np.take_along_axis(reached, at, axis=1)
        ends = np.full((2, len(at), 1), 0, dtype=np.int64)
        ends[1] = self.count
        counts = np.diff(np.concatenate([ends[0], inner, ends[1]], axis=1))
        inner_edges = self._in_data(self.grid.edges()[at])
        edges = np.concatenate([self.low[:, None], inner_edges, self.high[:, None]], axis=1)
        return Binned(edges, _with_top(edges, counts))

    @cached_property
    def _reached(self) -> Counts:
        return np.cumsum(self.counts, axis=1)

    @cached_property
    def _middles(self) -> Float64:
        """Between each two edges of the grid: a place is nearest to the edge whose middles it lies between."""
        edges = self.grid.edges()
        inner = edges[1:-1]
        return np.concatenate([[-np.inf], (inner[1:] + inner[:-1]) / 2.0, [np.inf]])

    def _fences(self) -> tuple[Float64, Float64]:
        low, high = self.quantiles(CLIPPED)
        reach = (high - low) / 2.0
        return np.maximum(self.low, low - reach), np.minimum(self.high, high + reach)

    def _places(self, shares: ArrayLike) -> Float64:
        asked = np.atleast_1d(np.asarray(shares, dtype=np.float64))
        if not ((asked >= 0) & (asked <= 1)).all():
            raise BadParameter(f"shares is {shares!r}; give numbers from 0 to 1.", parameter="shares")
        return asked * (self.count - 1)

    def _cells(self, places: Float64) -> NDArray[np.intp]:
        """The cell (Q, D) in which the number at each place of the order lies, counted from 0."""
        cells = [np.searchsorted(row, places, side="right") for row in self._reached]
        return np.minimum(np.array(cells).T, self.grid.cells - 1)

    def _ends(self, places: Float64) -> tuple[Float64, Float64]:
        """Where these cells begin and end, within the extremes; (Q, D) each."""
        edges, cell = self.grid.edges(), self._cells(places)
        below, above = self._in_data(edges[cell].T).T, self._in_data(edges[cell + 1].T).T
        return np.clip(below, self.low, self.high), np.clip(above, self.low, self.high)

    def _in_units(self, values: Float64) -> Float64:
        scaled: Float64 = (values - self.grid.centre[:, np.newaxis]) / self.grid.unit[:, np.newaxis]
        return scaled

    @np.errstate(over="ignore")
    def _in_data(self, places: Float64) -> Float64:
        """Places (D, …) in units from the centre, as data within the extremes."""
        data = self.grid.centre[:, np.newaxis] + places * self.grid.unit[:, np.newaxis]
        return np.clip(data, self.low[:, np.newaxis], self.high[:, np.newaxis])


def _with_top(edges: Float64, counts: Counts) -> Counts:
    """Counts in which the largest numbers of a feature, where its last edges are one, lie below these edges."""
    has_width = np.diff(edges, axis=1) > 0
    last = has_width.shape[1] - 1 - has_width[:, ::-1].argmax(axis=1)  # of one value: the last of all
    is_beyond = np.arange(has_width.shape[1]) > last[:, None]
    closed = np.where(is_beyond, 0, counts)
    closed[np.arange(len(last)), last] += np.where(is_beyond, counts, 0).sum(axis=1)
    return closed
