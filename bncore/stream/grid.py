"""A grid of cells over the numbers of each feature: fine and even near the middle, ever wider outwards.

    t = (x - centre) / unit        cell = the leading bits of 1 + |t|, mirrored for t < 0

A floating-point number's leading bits are its exponent and the first digits behind it. Those of 1 + |t| cut [0, 1) into
2^bits even cells of t, [1, 3) into as many twice as wide, and so on: no logarithm is taken, and no search. A number's
cell depends on nothing but itself, and counts are integers, so that the counts of a batch are the same to the last one
however it is cut, in whatever order its parts come and wherever they are counted.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bncore.arguments import Array, Float64
from bncore.layout import Layout, room
from bncore.stream.cells import Cells, Counts

Counted = tuple[Cells, Float64, Float64]
OCTAVES = 32  # doublings of the cells' width on each side
FINEST = 5  # bits: 32 cells a unit, which is about a deviation
COUNTERS = 2**20  # of all features together, where a feature has more than the fewest cells
MANTISSA = 23  # bits of float32
ONE = 127  # the exponent that float32 writes for 1
LARGEST = np.float32(np.nextafter(np.float32(2.0**OCTAVES), np.float32(0)))
QUARTILES = 1.349  # of a bell, over its deviation


@dataclass(frozen=True, eq=False)
class Grid:
    """`centre` (D,) float64; `unit` (D,), powers of two; 2^`bits` cells a unit."""

    centre: Float64
    unit: Float64
    bits: int

    @property
    def side(self) -> int:
        """Cells on each side of the centre."""
        return OCTAVES << self.bits

    @property
    def cells(self) -> int:
        """Cells of a feature."""
        return 2 * self.side

    def edges(self) -> Float64:
        """Where cells begin and end, in units from the centre, (cells + 1,); the outermost have no end."""
        octave, step = np.divmod(np.arange(self.side + 1), 1 << self.bits)
        right = np.ldexp(1.0 + step / (1 << self.bits), octave) - 1.0
        right[-1] = np.inf
        return np.concatenate([-right[:0:-1], right])

    def ends(self) -> Float64:
        """(4, D): centre, 1 / unit, and the smallest and the largest number of none so far."""
        nothing = np.full_like(self.centre, np.inf)
        return np.array([self.centre, 1.0 / self.unit, nothing, -nothing])

    def counted(self, x: Array, layout: Layout) -> Counted:
        """How many numbers of each feature lie in which cells, and the extremes, (D,) each.

        Where some number is not finite, counts and extremes mean nothing. The reference of the kernels' counts.
        """
        low, high = _extremes(x.reshape(layout.view), layout)
        are_finite = np.isfinite(low).all() and np.isfinite(high).all()
        counts = self._counts(x, layout) if are_finite else np.zeros((layout.features, 0), np.int64)
        return Cells(0, counts), low, high

    @np.errstate(over="ignore")  # what float32 does not hold lies in the outermost cell
    def _counts(self, x: Array, layout: Layout) -> Counts:
        """Block by block."""
        own = np.dtype(np.float32 if x.dtype.itemsize < 8 else np.float64)
        view, features = x.reshape(layout.view), layout.features
        centre, by = (layout.expand(values).astype(own) for values in (self.centre, 1.0 / self.unit))
        offset = layout.expand(self.side + np.arange(features, dtype=np.float64) * self.cells).astype(np.intp)
        cells, start = np.empty(x.size, np.intp), 0
        longest = max(view[index].size for index in layout.blocks())
        scratch, wide = np.empty(longest, np.float32), np.empty(longest if own.itemsize > 4 else 0)
        for index in layout.blocks():
            block = view[index]
            t = room(scratch if own.itemsize == 4 else wide, block)
            np.subtract(block, centre, out=t, dtype=own)
            t *= by
            narrow = room(scratch, block)
            narrow[...] = t
            here = cells[start : start + block.size].reshape(block.shape)
            np.add(_mirrored(narrow, self.bits), offset, out=here)
            start += block.size
        return np.bincount(cells, minlength=features * self.cells).reshape(features, self.cells)


def _extremes(view: Array, layout: Layout) -> tuple[Float64, Float64]:
    """The smallest and the largest number of each feature, (D,)."""
    low, high = (_end(extreme, view, layout).astype(np.float64) for extreme in (np.minimum, np.maximum))
    return low, high


def _end(extreme: np.ufunc, view: Array, layout: Layout) -> Array:
    rows: Array = extreme.reduce(view, (0, 2) if view.ndim == 3 else 0)
    return rows if layout.fold == 1 else extreme.reduce(rows.reshape(layout.fold, -1), 0)


def _mirrored(t: NDArray[np.float32], fine: int) -> NDArray[np.int32]:
    """The cell of each t, from 0 upwards and from -1 downwards; t is overwritten."""
    bits = t.view(np.int32)
    sign = bits >> 31  # -1 below 0
    bits &= 0x7FFFFFFF
    np.minimum(t, LARGEST, out=t)
    t += np.float32(1)
    bits >>= MANTISSA - fine
    bits -= ONE << fine
    bits ^= sign
    return bits


def grid_of(pilot: Array, layout: Layout) -> Grid:
    """The grid for a batch by its first examples: their median, and a power of two near their deviation."""
    rows = np.moveaxis(pilot, layout.feature_axis, 0).reshape(layout.features, -1)
    ordered = np.sort(rows, axis=1)
    last = ordered.shape[1] - 1
    low, centre, high = (ordered[:, place].astype(np.float64) for place in (last // 4, last // 2, last - last // 4))
    spread = high / QUARTILES - low / QUARTILES
    wide = ordered[:, -1].astype(np.float64) / 4.0 - ordered[:, 0].astype(np.float64) / 4.0
    spread = np.where(spread > 0, spread, wide)
    spread = np.where(spread > 0, spread, np.maximum(np.abs(centre), 2.0**-100) / 2.0**16)
    most = 120 if pilot.dtype.itemsize < 8 else 1000
    return Grid(centre, np.ldexp(1.0, np.clip(np.frexp(spread)[1] - 1, -most, most)), _bits(layout.features))


def _bits(features: int) -> int:
    """How fine cells are, so that all counters together are few."""
    room_for = COUNTERS // (2 * OCTAVES * features)
    return min(max(room_for.bit_length() - 1, 0), FINEST)
