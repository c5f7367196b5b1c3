"""What a stream was seen to hold."""

from dataclasses import dataclass

from numpy.typing import ArrayLike

from bncore.arguments import Float64
from bncore.statistics import Statistics
from bncore.stream.grid import Grid
from bncore.stream.sketch import BINS, Binned, Sketch
from bncore.stream.sums import Sums
from bncore.stream.tally import Tally


@dataclass(frozen=True, eq=False)
class Streamed:
    """Of all `examples`: `mean`, biased `var`, extremes `low` and `high`, float64 (D,); of `count` numbers a feature.

    `sums` are those of a gradient that was read along; `names` those of the features, where the source has some.
    """

    examples: int
    statistics: Statistics
    sketch: Sketch
    sums: Sums | None = None
    names: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return self.statistics.count

    @property
    def mean(self) -> Float64:
        return self.statistics.mean

    @property
    def var(self) -> Float64:
        return self.statistics.var

    @property
    def sigma(self) -> Float64:
        """The deviation, (D,)."""
        return self.statistics.sigma

    @property
    def low(self) -> Float64:
        return self.sketch.low

    @property
    def high(self) -> Float64:
        return self.sketch.high

    def quantiles(self, shares: ArrayLike) -> Float64:
        """Quantiles (Q, D) for shares from 0 to 1, each within a cell of the truth, as `sketch.bounds` says."""
        return self.sketch.quantiles(shares)

    def histogram(self, bins: int = BINS) -> Binned:
        """Exact counts between edges that follow each feature's spread; `densities` are 0 where two are one."""
        return self.sketch.histogram(bins)


def streamed(tally: Tally, grid: Grid, names: tuple[str, ...] = ()) -> Streamed:
    """The statistics of all that was seen. Raises VarianceOverflow and BadParameter where squares left float64."""
    sketch = Sketch(grid, tally.cells.of(grid.cells), tally.part.low, tally.part.high)
    return Streamed(tally.examples, tally.part.statistics(), sketch, tally.sums, names)
