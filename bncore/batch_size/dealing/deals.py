"""Batches that one example is dealt into, each time with other companions: their statistics, and its x_hat in each."""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.batch_norm import forward
from bncore.batch_size.noise.example import ROUNDING, Epsilon
from bncore.batch_size.population import Finite, Population
from bncore.errors import BadParameter

Rows = np.ndarray[tuple[int, int], np.dtype[np.intp]]


@dataclass(frozen=True, eq=False)
class Deals:
    """R batches of K examples of one feature, the followed one first: the values `x` (R, K), each batch's `mean` and
    `sd` (biased), and the followed example's `x_hat`, (R,) each. `rows` (R, K) are the examples' numbers in a finite
    population, None without an end.
    """

    x: Float64
    rows: Rows | None
    mean: Float64
    sd: Float64
    x_hat: Float64

    @property
    def var(self) -> float:
        """The variance of the followed example's x_hat over the deals, divided by R; 0 where it is rounding."""
        var = float(self.x_hat.var())
        return var if var > ROUNDING else 0.0


def deal(
    population: Population, x: float, row: int | None, size: int, deals: int, rng: np.random.Generator, epsilon: Epsilon
) -> Deals:
    """`deals` batches of `size` K examples with the example `x` in them, the K - 1 others drawn from all others.

        x_hat = (x - mean_B) / s_B

    `population` has one feature; `row` is the example's number in a finite one, None without an end. No |x_hat| is
    larger than sqrt(K - 1).

    >>> dealt = deal(Finite(np.array([[0.0], [2.0]])), 2.0, 1, 2, 1, np.random.default_rng(0), Epsilon(0.0))
    >>> dealt.rows, dealt.mean, dealt.sd, dealt.x_hat
    (array([[1, 0]]), array([1.]), array([1.]), array([1.]))

    Raises BadParameter for fewer than two examples, or for more than there are.
    """
    most = population.total
    if size < 2 or (most is not None and size > most):
        raise BadParameter(f"size is {size}; give 2 to {most or 'any number of'} examples.", parameter="size")
    rows = None
    if row is not None and isinstance(population, Finite):
        rows = _with_companions(population, row, size, deals, rng)
        batches = population.x[:, 0][rows]
    else:
        others = population.draw(deals, size - 1, rng)[0]
        batches = np.concatenate([np.full((deals, 1), x), others], axis=1)
    result = forward(np.ascontiguousarray(batches.T), **epsilon.keywords)  # the examples of a batch in a column
    return Deals(batches, rows, result.mean, np.sqrt(result.var), result.x_hat[0])


def _with_companions(population: Finite, row: int, size: int, deals: int, rng: np.random.Generator) -> Rows:
    """The example's number, and those of its companions, (R, K)."""
    others = population.without(np.array([row])).rows(deals, size - 1, rng)
    others = others + (others >= row)  # numbers behind the one that is left out
    return np.concatenate([np.full((deals, 1), row), others], axis=1)
