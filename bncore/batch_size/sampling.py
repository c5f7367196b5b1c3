"""Sums over many random batches of many sizes, each example read once.

A batch of the largest size is drawn; its first K examples are the batch of size K. So one pass adds up the stretches
between the sizes, and running totals over the stretches are the sums of every size. Batches of one size are independent
of each other; those of different sizes are nested. The data are centred on the population's mean before they are
squared: otherwise a variance would lose as many digits as (mean / deviation)^2 has.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.batch_size.population import Population
from bncore.progress import Said, unheard

ROUNDING = 1e-13  # of a feature's size
AT_ONCE = 2**18  # numbers that are drawn at once: they stay in a core's cache


@dataclass(frozen=True, eq=False)
class Sums:
    """Of each feature, batch and size, (D, R, S): the sum of x - centre, and the sum of its squares."""

    sizes: tuple[int, ...]
    centre: Float64
    sum: Float64
    squares: Float64

    def mean(self) -> Float64:
        """Each batch's mean, less the centre (D,)."""
        means: Float64 = self.sum / np.array(self.sizes)
        return means

    def var(self) -> Float64:
        """Each batch's biased variance."""
        variances: Float64 = self.squares / np.array(self.sizes) - self.mean() ** 2
        np.maximum(variances, 0.0, out=variances)
        return variances

    def rounding(self) -> Float64:
        """What may be rounding in a mean or a deviation of each feature, (D,)."""
        size: Float64 = np.sqrt((self.squares / np.array(self.sizes)).max(axis=(1, 2)))
        return ROUNDING * size


def sums(
    population: Population, sizes: Sequence[int], draws: int, rng: np.random.Generator, say: Said = unheard
) -> Sums:
    """The sums of `draws` batches of each of `sizes` (in ascending order, the last at most N)."""
    centre = np.nan_to_num(population.moments.mean)
    shape = (len(centre), draws, len(sizes))
    summed = Sums(tuple(sizes), centre, np.empty(shape), np.empty(shape))
    if population.nested:
        _fill(summed, population, slice(None), rng, say)
    else:
        for at in range(len(sizes)):
            _fill(summed, population, slice(at, at + 1), rng, say)
    return summed


def _fill(summed: Sums, population: Population, columns: slice, rng: np.random.Generator, say: Said) -> None:
    """Draw batches of the last of the sizes in `columns`, and fill in the sums of all of them."""
    sizes = summed.sizes[columns]
    starts = [0, *sizes[:-1]]
    centre = summed.centre[:, None, None]
    draws = summed.sum.shape[1]
    before, of = columns.start or 0, len(summed.sizes) // len(sizes)
    for rows in portions(draws, sizes[-1] * len(summed.centre)):
        say(before * draws + rows.start, of * draws, f"batches of up to {sizes[-1]:,} examples")
        drawn = population.draw(rows.stop - rows.start, sizes[-1], rng)
        drawn -= centre
        summed.sum[:, rows, columns] = np.add.reduceat(drawn, starts, axis=2).cumsum(axis=2)
        np.square(drawn, out=drawn)
        summed.squares[:, rows, columns] = np.add.reduceat(drawn, starts, axis=2).cumsum(axis=2)


def portions(draws: int, numbers: int) -> Iterator[slice]:
    """The draws, so many at a time that about AT_ONCE numbers are drawn."""
    step = max(1, AT_ONCE // max(numbers, 1))
    return (slice(start, min(start + step, draws)) for start in range(0, draws, step))
