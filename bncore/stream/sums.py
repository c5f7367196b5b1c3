"""The two sums over a batch that its backward pass needs, part by part.

    total = sum dy        cross = sum dy (x - mean)        dbeta = total        dgamma = cross / s

`cross` is taken relative to a part's own mean. Relative to the mean of all it is cross + total (mean of the part - mean
of all), so that both sums are there with the statistics, after one pass.
"""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Array, Float64, not_finite
from bncore.layout import Layout, room
from bncore.stream.part import Part


@dataclass(frozen=True, eq=False)
class Sums:
    """`total` and `cross`, float64 (D,)."""

    total: Float64
    cross: Float64

    def about(self, part: Part, whole: Part) -> "Sums":
        """The same of a part, relative to the mean of the whole."""
        return Sums(self.total, self.cross + self.total * ((part.mean - whole.mean) + (part.rest - whole.rest)))


def sums_of(dy: Array, x: Array, layout: Layout, part: Part, first: int = 0) -> Sums:
    """Of arrays of the layout's shape, whose first example is number `first`. Raises NonFiniteInput."""
    of_dy, of_x, (scratch, product) = dy.reshape(layout.view), x.reshape(layout.view), layout.scratch(2)
    mean, rest = layout.expand(part.mean), layout.expand(part.rest)
    totals, crosses = [], []
    with np.errstate(invalid="ignore"):  # infinities are named below
        for index in layout.blocks():
            block, centred = room(scratch, of_dy[index]), room(product, of_x[index])
            block[...] = of_dy[index]
            totals.append(layout.sum(block))
            np.subtract(of_x[index], mean, out=centred)
            centred -= rest
            centred *= block
            crosses.append(layout.sum(centred))
        sums = Sums(np.add.reduce(totals, 0), np.add.reduce(crosses, 0))
    if not np.isfinite(sums.total).all() and not np.isfinite(dy).all():
        raise not_finite(dy, "dy", first)
    return sums
