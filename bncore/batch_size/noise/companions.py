"""Examples of a finite population, each or two of them at a time, in batches with random companions from all others.

A random order of all N examples, those looked at struck out, is a random order of the others, whose first ones are the
companions. So one set of orders serves every example and every pair, without a companion that is left out for another's
sake: with a and b the places at which two of them stand in an order (from 0),

    alone      first K                      if a < K,              else first K - 1 and the example itself
    together   first K                      if a < K and b < K,
               first K - 1 and the other    if one is < K - 1,     else first K - 2 and both
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.batch_size.noise.example import Epsilon, normalized
from bncore.batch_size.population import Finite
from bncore.batch_size.sampling import portions

Places = np.ndarray[tuple[int, int], np.dtype[np.intp]]
Rows = np.ndarray[tuple[int], np.dtype[np.intp]]


@dataclass(frozen=True, eq=False)
class Orders:
    """R random orders, one feature: `total` and `squares` (3, R) of their first K, K - 1 and K - 2 examples.

    `x` (M,) are the examples looked at, `place` (M, R) where each stands, K if it is not among the first K. All numbers
    are relative to the population's mean.
    """

    size: int
    x: Float64
    total: Float64
    squares: Float64
    place: Places

    def alone(self, epsilon: Epsilon) -> Float64:
        """x_hat of each example among random companions, (M, R)."""
        x = self.x[:, None]
        inside = self.place < self.size
        total, squares = (np.where(inside, of[0], of[1] + own) for of, own in self._with(x))
        return normalized(x, total, squares, self.size, epsilon)

    def together(self, first: Rows, second: Rows, epsilon: Epsilon) -> tuple[Float64, Float64]:
        """x_hat of the one and of the other example of each of P pairs, both in one batch of K >= 2: (P, R) each."""
        a, b = self.x[first, None], self.x[second, None]
        at_a, at_b = self.place[first], self.place[second]
        both = (at_a < self.size) & (at_b < self.size)
        before = self.size - 1
        total, squares = (
            np.select([both, at_a < before, at_b < before], [of[0], of[1] + other, of[1] + one], of[2] + one + other)
            for (of, one), (_, other) in zip(self._with(a), self._with(b), strict=True)
        )
        return tuple(normalized(x, total, squares, self.size, epsilon) for x in (a, b))  # type: ignore[return-value]

    def _with(self, x: Float64) -> Iterator[tuple[Float64, Float64]]:
        """The sums beside what an example adds to them, then the sums of squares."""
        yield self.total, x
        yield self.squares, x**2


def orders(population: Finite, rows: Rows, size: int, draws: int, rng: np.random.Generator) -> Orders:
    """`draws` random orders of a population with one feature, as far as batches of `size` K (2 to N) need them.

    `rows` (M,) are the numbers of the examples looked at.
    """
    values = population.x[:, 0] - population.moments.mean[0]
    total, squares = np.empty((3, draws)), np.empty((3, draws))
    place = np.empty((len(rows), draws), dtype=np.intp)
    for part in portions(draws, size):
        order = population.rows(part.stop - part.start, size, rng)
        drawn = values[order]
        for sums, x in ((total, drawn), (squares, drawn**2)):
            sums[2, part] = x[:, : size - 2].sum(axis=1)
            sums[1, part] = sums[2, part] + x[:, size - 2]
            sums[0, part] = sums[1, part] + x[:, size - 1]
        for example, row in enumerate(rows):
            at_row = order == row
            place[example, part] = np.where(at_row.any(axis=1), at_row.argmax(axis=1), size)
    return Orders(size, values[rows], total, squares, place)
