"""What is known of a part of a batch after one look at it; what is known of two parts is known of both together."""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Array, not_finite
from bncore.errors import ShapeMismatch
from bncore.layout import layout_of
from bncore.stream.cells import Cells
from bncore.stream.grid import Grid
from bncore.stream.part import Part, joined, part_of
from bncore.stream.sums import Sums, sums_of


@dataclass(frozen=True, eq=False)
class Tally:
    """Of so many `examples`: their moments, their counts on a grid, and the sums of a gradient where there is one."""

    examples: int
    part: Part
    cells: Cells
    sums: Sums | None = None


def tally_of(x: Array, grid: Grid, feature_axis: int, first: int = 0, dy: Array | None = None) -> Tally:
    """Of an array whose first example is number `first` of all. Raises NonFiniteInput, ShapeMismatch."""
    if dy is not None and dy.shape != x.shape:
        detail = f"dy has shape {dy.shape}, x has {x.shape}, from example {first} on; give one number for each."
        raise ShapeMismatch(detail, parameter="dy")
    layout = layout_of(x.shape, feature_axis)
    cells, low, high = grid.counted(x, layout)
    part = part_of(x, layout, low, high)
    if not np.isfinite(part.mean).all() and not np.isfinite(x).all():
        raise not_finite(x, "x", first)
    sums = None if dy is None else sums_of(dy, x, layout, part, first)
    return Tally(len(x), part, cells, sums)


def together(a: Tally, b: Tally) -> Tally:
    """Of both parts."""
    part, sums = joined(a.part, b.part), None
    if a.sums is not None and b.sums is not None:
        one, other = a.sums.about(a.part, part), b.sums.about(b.part, part)
        sums = Sums(one.total + other.total, one.cross + other.cross)
    return Tally(a.examples + b.examples, part, a.cells + b.cells, sums)
