"""Counts of the cells that numbers were seen in: few of a grid's, side by side, as most data lies near its middle."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Cells:
    """How many numbers of each feature lie in each of some cells, (D, W), from number `first` on; in all others, none.

    >>> both = Cells(3, np.array([[1, 2]])) + Cells(4, np.array([[5, 1]]))
    >>> both.first, both.counts, both.of(8)
    (3, array([[1, 7, 1]]), array([[0, 0, 0, 1, 7, 1, 0, 0]]))
    """

    first: int
    counts: Counts

    def __add__(self, other: "Cells") -> "Cells":
        """Of both parts together."""
        first = min(self.first, other.first)
        counts = np.zeros((len(self.counts), max(self._end, other._end) - first), np.int64)
        for part in (self, other):
            counts[:, part.first - first : part._end - first] += part.counts
        return Cells(first, counts)

    def of(self, cells: int) -> Counts:
        """The counts of all cells of a grid of so many a side and side, (D, cells)."""
        return (Cells(0, np.zeros((len(self.counts), cells), np.int64)) + self).counts

    @property
    def _end(self) -> int:
        return self.first + int(self.counts.shape[1])
