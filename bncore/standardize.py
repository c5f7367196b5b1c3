"""x_hat = (x - mean) / s, block by block in float64: never a x + b, which cancels where |mean| is large."""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Array, Float64
from bncore.exact.denominator import Denominator
from bncore.layout import Index, Layout, room
from bncore.statistics import Statistics


@dataclass(frozen=True, eq=False)
class Standardizer:
    """x_hat of a view by its statistics, which are in the shape that broadcasts against it.

    x_hat = ((x by - mean) - rest) factor behind            by and behind: powers of two, None where they are 1
    """

    view: Array
    mean: Float64
    rest: Float64
    factor: Float64
    by: Float64 | None
    behind: Float64 | None

    def block(self, index: Index, scratch: Float64) -> Float64:
        """x_hat of one block, in `scratch`."""
        block = self.view[index]
        x_hat = room(scratch, block)
        np.subtract(block if self.by is None else block * self.by, self.mean, out=x_hat)
        x_hat -= self.rest
        x_hat *= self.factor
        if self.behind is not None:
            x_hat *= self.behind
        return x_hat

    def again(self, index: Index, scratch: Float64) -> Float64:
        """The same, without a word where it is infinite: the forward pass has warned of it."""
        with np.errstate(over="ignore"):
            return self.block(index, scratch)


def standardizer(x: Array, layout: Layout, used: Statistics, divided: Denominator) -> Standardizer:
    """For an array of its layout's shape, by the statistics in force."""
    lifted = used.lifted
    by, mean, rest = (None, used.mean, used.mean_rest) if lifted is None else (lifted.by, lifted.mean, lifted.rest)
    expanded = (None if values is None else layout.expand(values) for values in (by, divided.behind))
    centre = (layout.expand(values) for values in (mean, rest, divided.factor))
    return Standardizer(x.reshape(layout.view), *centre, *expanded)
