"""What is known of a part of a batch after one look at it; what is known of two parts is known of both together."""

from dataclasses import dataclass
from math import prod

import numpy as np

from bncore import kernels
from bncore.arguments import Array, not_finite, real_array
from bncore.errors import ShapeMismatch
from bncore.layout import Layout, layout_of
from bncore.statistics import rough_moments
from bncore.stream.cells import Cells
from bncore.stream.cutting import piece_of
from bncore.stream.grid import Grid
from bncore.stream.part import Part, joined, part_of
from bncore.stream.sources.source import Chunk, Stored
from bncore.stream.sums import Sums, sums_of


@dataclass(frozen=True, eq=False)
class Tally:
    """Of so many `examples`: their moments, their counts on a grid, and the sums of a gradient where there is one."""

    examples: int
    part: Part
    cells: Cells
    sums: Sums | None = None


def tally_of_chunk(x: Chunk, dy: Chunk | None, grid: Grid, feature_axis: int, first: int) -> Tally:
    """Of a chunk, and dy's beside it, whose first example is number `first` of all; a file's is not read whole.

    Raises as `tally_of`, and what reading raises.
    """
    if dy is None and x.stored is not None:
        looked = look(x.stored, layout_of(x.stored.shape, feature_axis), grid)
        if looked is not None and np.isfinite(looked[0].mean).all():
            return Tally(x.stored.shape[0], *looked)
    above = None if dy is None else real_array(dy(), "dy")
    return tally_of(real_array(x(), "x"), grid, feature_axis, first, above)


def tally_of(x: Array, grid: Grid, feature_axis: int, first: int = 0, dy: Array | None = None) -> Tally:
    """Of an array whose first example is number `first` of all. Raises NonFiniteInput, ShapeMismatch."""
    if dy is not None and dy.shape != x.shape:
        detail = f"dy has shape {dy.shape}, x has {x.shape}, from example {first} on; give one number for each."
        raise ShapeMismatch(detail, parameter="dy")
    layout = layout_of(x.shape, feature_axis)
    part, cells = look(x, layout, grid) or _reference(x, layout, grid)
    if not np.isfinite(part.mean).all() and not np.isfinite(x).all():
        raise not_finite(x, "x", first)
    sums = None if dy is None else sums_of(dy, x, layout, part, first)
    return Tally(len(x), part, cells, sums)


def look(numbers: Array | Stored, layout: Layout, grid: Grid) -> tuple[Part, Cells] | None:
    """The kernels' one look at numbers of the layout's shape; None where they do not serve them."""
    if isinstance(numbers, np.ndarray) and not kernels.serves(numbers):
        return None
    (examples, *example), axis = layout.shape, layout.feature_axis
    piece, positions = piece_of(tuple(example)), prod(layout.shape[axis + 1 :])
    sizes = examples, prod(layout.shape[1:axis]), layout.features, positions
    where, offset = (numbers, 0) if isinstance(numbers, np.ndarray) else (numbers.descriptor, numbers.offset)
    ends, counters = grid.ends(), kernels.counters_of(layout.features, grid.bits)
    moments = kernels.look(where, offset, numbers.dtype, sizes, piece, ends, counters, grid.bits)
    if moments is None:
        return None
    counts = np.full(len(moments), float(piece))
    counts[-1] = examples - piece * (len(moments) - 1)
    first, end = counters[0, grid.cells : grid.cells + 2].tolist()
    cells = Cells(first, counters[:, first:end].astype(np.int64))
    return part_of(counts * (layout.count // examples), moments, ends[2], ends[3]), cells


def _reference(x: Array, layout: Layout, grid: Grid) -> tuple[Part, Cells]:
    cells, low, high = grid.counted(x, layout)
    moments = np.array(rough_moments(x, layout, threads=1))  # chunks have the threads
    return part_of(np.array([float(layout.count)]), moments[np.newaxis], low, high), cells


def together(a: Tally, b: Tally) -> Tally:
    """Of both parts."""
    part, sums = joined(a.part, b.part), None
    if a.sums is not None and b.sums is not None:
        one, other = a.sums.about(a.part, part), b.sums.about(b.part, part)
        sums = Sums(one.total + other.total, one.cross + other.cross)
    return Tally(a.examples + b.examples, part, a.cells + b.cells, sums)
