"""How the numbers of a batch lie: as they are given, and as rows whose columns share a statistic."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bncore.arguments import Array, Float64
from bncore.diagnosis.given.passed import Passed, Rows

LIKE_X = ("dx_hat", "dx")
PARAMETERS = ("dgamma", "dbeta")
ArrayOf = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Lying:
    """A batch `x` as rows (K, n) of the forward pass `result`: a column's K numbers share a statistic."""

    x: Float64
    result: Passed

    @property
    def seen(self) -> Rows:
        return self.result.seen

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of x."""
        return self.seen.shape

    @property
    def axis(self) -> int:
        """The axis of the channels."""
        return self.seen.axis

    @property
    def count(self) -> int:
        """K, the numbers that share a statistic."""
        return len(self.x)

    @property
    def units(self) -> int:
        """n, the statistics."""
        return int(self.x.shape[1])

    @property
    def channels(self) -> int:
        return self.shape[self.axis]

    @property
    def moved(self) -> tuple[int, ...]:
        """The shape of x with the feature axis last."""
        return (*self.shape[: self.axis], *self.shape[self.axis + 1 :], self.channels)

    @property
    def positions(self) -> int:
        """Positions of an example: rows times columns of an image."""
        return int(np.prod(self.moved[1:-1]))

    def rows(self, values: Array) -> Float64:
        """An array in the shape of x, as rows (K, n) in float64."""
        return self.seen.rows(values)

    def as_given(self, rows: Float64) -> Float64:
        """Rows (K, n) in the shape of x."""
        return self.seen.as_given(rows)

    def of_parameters(self, rows: Float64) -> Float64:
        """The sum of rows over what shares a parameter, flat."""
        return self.seen.of_parameters(rows)

    def table(self, rows: ArrayOf) -> ArrayOf:
        """Rows as a table of examples and positions by channels, whatever shares a statistic."""
        given = self.seen.as_given(rows)
        return np.moveaxis(given, self.axis, -1).reshape(-1, self.channels)

    def of_table(self, table: Float64) -> Float64:
        """Rows of a table of examples and positions by channels."""
        return self.rows(np.moveaxis(table.reshape(self.moved), -1, self.axis))

    def expected(self, name: str) -> tuple[int, ...]:
        """The shape in which a tensor is to be given."""
        if name in LIKE_X:
            return self.shape
        return self.seen.parameters if name in PARAMETERS else (self.units,)
