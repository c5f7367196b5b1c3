"""How far a batch's mean and deviation are off: their sampling distributions for many sizes, against theory."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64, in_range
from bncore.batch_size.noise.example import Epsilon
from bncore.batch_size.population import Moments, Population
from bncore.batch_size.sampling import sums
from bncore.batch_size.stray import Stray, stray
from bncore.batch_size.theory import Expected, expected_deviation, expected_mean
from bncore.distributions.summary import QUANTILES, summarize
from bncore.errors import BadParameter
from bncore.progress import Said, unheard

MOST_DRAWS = 10_000
MARKED = (2, 8, 32, 256)
"""The sizes that are always looked at, where there are so many examples."""
LARGEST = 1024  # of a source with more than WHOLE examples
USUAL = Epsilon()
WHOLE = 2000  # examples up to which batches of all of them are drawn


@dataclass(frozen=True, eq=False)
class Spread:
    """An estimate over R random batches, per size and feature: (S, D), `quantiles` (5, S, D) those of `QUANTILES`.

    `average_error` and `sd_error` are the standard errors that R draws leave:

        sd / sqrt(R)        and        sd sqrt((κ + 2) / (4 R)),   κ the excess kurtosis of the drawn estimates
    """

    average: Float64
    sd: Float64
    quantiles: Float64
    average_error: Float64
    sd_error: Float64


@dataclass(frozen=True, eq=False)
class Estimates:
    """The sampling distributions of mean and deviation (biased), what theory expects of them, and how far they take
    normalized values astray (`x_hat`).
    """

    sizes: tuple[int, ...]
    draws: int
    total: int | None
    population: Moments
    mean: Spread
    deviation: Spread
    expected_mean: Expected
    expected_deviation: Expected
    x_hat: Stray

    def noise(self) -> tuple[Float64, Float64]:
        """The estimates' spread in deviations of the population: of the deviation, sd(sigma_B) / sigma, and of the
        mean, sd(mean_B) / sigma, both (S, D); not-a-number where it has none. What that does to normalized values is
        `x_hat`.
        """
        sd = np.where(self.population.sd > 0, self.population.sd, np.nan)
        return self.deviation.sd / sd, self.mean.sd / sd


def sizes_for(total: int | None, also: Sequence[int] = ()) -> tuple[int, ...]:
    """Sizes to look at: powers of two from 2 to all examples (to 1,024 of more than 2,000), and those of `also`.

    >>> sizes_for(150)
    (2, 4, 8, 16, 32, 64, 128, 150)
    >>> sizes_for(None, [100])
    (2, 4, 8, 16, 32, 64, 100, 128, 256, 512, 1024)
    """
    largest = largest_size(total)
    powers = [2**power for power in range(1, LARGEST.bit_length())]
    return tuple(sorted({size for size in (*powers, largest, *also) if 1 <= size <= largest}))


def largest_size(total: int | None) -> int:
    """The largest batch that is drawn of a population."""
    return LARGEST if total is None or total > WHOLE else total


def estimates(
    population: Population, sizes: Sequence[int], draws: int, rng: np.random.Generator, say: Said = unheard,
    epsilon: Epsilon = USUAL,
) -> Estimates:  # fmt: skip
    """Draw `draws` (2 to 10,000) batches of each size, without replacement of a finite population.

    `sizes` ascend from at least 1 to at most N. The theory is `bncore.batch_size.theory`'s. `epsilon` says how batch
    norm divides; mean and deviation are without its eps.

    Raises BadParameter for draws or sizes out of range.
    """
    draws = int(in_range(draws, 2, MOST_DRAWS, "draws"))
    _check(sizes, population.total)
    drawn = sums(population, sizes, draws, rng, say)
    at = population.moments
    return Estimates(
        sizes=tuple(sizes),
        draws=draws,
        total=population.total,
        population=at,
        mean=_spread(drawn.mean(), drawn.centre, drawn.rounding()),
        deviation=_spread(np.sqrt(drawn.var()), 0.0, drawn.rounding()),
        expected_mean=expected_mean(at, sizes, population.total),
        expected_deviation=expected_deviation(at, sizes, population.total),
        x_hat=stray(drawn, at, epsilon),
    )


def _check(sizes: Sequence[int], total: int | None) -> None:
    if not sizes or list(sizes) != sorted(set(sizes)) or sizes[0] < 1:
        raise BadParameter(f"sizes are {tuple(sizes)}; give ascending numbers from 1.", parameter="sizes")
    if total is not None and sizes[-1] > total:
        detail = f"sizes go up to {sizes[-1]}, and there are {total} examples; give sizes up to {total}."
        raise BadParameter(detail, parameter="sizes")


def _spread(drawn: Float64, centre: Float64 | float, rounding: Float64) -> Spread:
    """The spread of estimates (D, R, S), to which `centre` (D,) is added; what is smaller than `rounding` (D,) is 0."""
    features, draws, sizes = drawn.shape
    rows = np.ascontiguousarray(drawn.transpose(2, 0, 1)).reshape(sizes * features, draws)
    summary = summarize(rows)
    each = (sizes, features)
    sd = summary.sd * np.sqrt(draws / (draws - 1))
    sd[sd <= np.tile(rounding, sizes)] = 0.0
    return Spread(
        average=summary.mean.reshape(each) + centre,
        sd=sd.reshape(each),
        quantiles=summary.quantiles.reshape(len(QUANTILES), *each) + centre,
        average_error=(sd / np.sqrt(draws)).reshape(each),
        sd_error=_sd_error(rows, summary.mean, sd).reshape(each),
    )


def _sd_error(rows: Float64, mean: Float64, sd: Float64) -> Float64:
    """The standard error of each row's deviation."""
    draws = rows.shape[1]
    standard = np.divide(rows - mean[:, None], sd[:, None], out=np.zeros_like(rows), where=sd[:, None] > 0)
    np.square(standard, out=standard)
    np.square(standard, out=standard)
    error: Float64 = sd * np.sqrt(np.maximum(standard.mean(axis=1) - 1.0, 0.0) / (4.0 * draws))
    return error
