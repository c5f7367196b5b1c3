"""How an array is seen so that the cells that share a statistic stand in one row.

The array is seen with the axes `seen`; the axes `reduced` of that are averaged over, the others are kept. Whatever the
norm, its statistics are then those of the rows of an array (M, K): M statistics of K cells each.
"""

from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from bncore.arguments import Array, Float64


@dataclass(frozen=True)
class Arrangement:
    """An array of shape `shape` as its rows of cells that share a statistic.

    >>> groups = Arrangement((8, 6, 4, 4), (8, 3, 2, 16), (2, 3))
    >>> groups.kept, groups.statistics, groups.count
    ((8, 3), 24, 32)
    """

    shape: tuple[int, ...]
    seen: tuple[int, ...]
    reduced: tuple[int, ...]

    @cached_property
    def kept(self) -> tuple[int, ...]:
        """The shape of the statistics: the axes that are not averaged over."""
        return tuple(length for axis, length in enumerate(self.seen) if axis not in self.reduced)

    @cached_property
    def statistics(self) -> int:
        """How many means (and deviations) are taken: M."""
        return prod(self.kept)

    @cached_property
    def count(self) -> int:
        """How many cells share one: K."""
        return prod(self.seen[axis] for axis in self.reduced)

    @property
    def _order(self) -> tuple[int, ...]:
        kept = (axis for axis in range(len(self.seen)) if axis not in self.reduced)
        return (*kept, *self.reduced)

    def rows(self, array: Array) -> Array:
        """(M, K) of an array of shape `shape`."""
        return array.reshape(self.seen).transpose(self._order).reshape(self.statistics, self.count)

    def whole(self, rows: Array) -> Array:
        """The array of shape `shape` of its rows (M, K), contiguous."""
        lengths = tuple(self.seen[axis] for axis in self._order)
        back = rows.reshape(lengths).transpose(np.argsort(self._order))
        return np.ascontiguousarray(back).reshape(self.shape)

    def shaped(self, statistics: Float64) -> Float64:
        """Values (M,) in the shape of the kept axes."""
        return statistics.reshape(self.kept)

    def owners(self) -> NDArray[np.intp]:
        """For each cell of the array the number, 0 to M - 1, of the statistic that it shares."""
        numbers = np.broadcast_to(np.arange(self.statistics)[:, np.newaxis], (self.statistics, self.count))
        return self.whole(numbers)
