"""By how much the mean and the variance of one batch stray from the population's, as its own shape tells.

An image is its mean and its own variance, and images are independent: so positions that are alike need no model. With
σ² = w + b², b² the variance of the images' means and w the mean of their variances u_j, β = b²/σ², and ρ the excess
kurtosis of the means (of (N, D) data, β = 1 and u_j = 0):

    Var(mean) / σ²  = β / N                                                     exact
    sd(var) / σ²    ≤ (1 - β) sd(u) / (w sqrt(N)) + β sqrt(2/(N - 1) + ρ/N)

The last root is exact for independent means (Cramér, Mathematical Methods of Statistics, 27.4); the sum allows for
bright images that are rich in contrast as well.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bncore.distributions.summary import Floats, row_blocks
from bncore.epsilon import reciprocal

TAILS = 3.0  # the excess kurtosis that few examples leave open: Laplace's
READS_LOW = 10.0  # measured: a ReLU's kurtosis is right then, and Laplace's at N = 16 read as 1.8 instead of 3
TELLING = 8  # examples from which on data show their own tails
BORROWED = 4.0  # degrees of freedom that a feature's β and sd(u) take from all features together
ALIKE, UNEVEN = 1.0, 2.0 + TAILS  # β and (sd(u)/w)² that a handful of images cannot exclude
FEWEST = 2  # examples from which a variance can be had; one image is taken for as many


@dataclass(frozen=True)
class SamplingLaw:
    """Of N `examples` of L `positions`: mean and biased variance per feature (D,), and what is known of their errors.

    `share` is β, `contrast` sd(u)/w, both (D,); `excess` is ρ, pooled over the features, not-a-number below `TELLING`
    examples. The kurtosis of few numbers reads low: it is raised by 1 + `READS_LOW`/N.
    """

    examples: int
    positions: int
    mean: Floats
    var: Floats
    share: Floats
    contrast: Floats
    excess: float

    @property
    def tails(self) -> float:
        """An excess kurtosis to be careful with: a standard error among D bells, sqrt(24/(N D)), above what is seen."""
        error = math.sqrt(24.0 / (self.examples * len(self.mean)))
        return TAILS if math.isnan(self.excess) else max(0.0, self.excess + error)

    @property
    def mean_share(self) -> Floats:
        """Var(mean) / σ² (D,); of one image 1, as nobody knows how alike its positions are."""
        share: Floats = self.share / self.examples
        return share

    def var_error(self, excess: float) -> Floats:
        """sd(var) / σ² (D,), for the unbiased variance and this excess kurtosis of the examples' means."""
        count = max(self.examples, FEWEST)
        between = np.sqrt(2.0 / (count - 1) + excess / count)
        error: Floats = (1.0 - self.share) * self.contrast / np.sqrt(count) + self.share * between
        return error

    def degrees(self, excess: float) -> Floats:
        """ν = 2/(sd(var)/σ²)² (D,): of a bell's sample variance that strays as much; N - 1 for N bells."""
        freedom: Floats = 2.0 / np.square(self.var_error(excess))
        return freedom

    def deviation_error(self) -> Floats:
        """sd(σ_B) / σ (D,) of the biased deviation, by the law of χ at ν degrees; of fewer than `TELLING` as of bells.

            sqrt(1 - β/N) sqrt(1 - c²)        c = sqrt(2/ν) Γ((ν + 1)/2) / Γ(ν/2)

        Of a bell it is exact: 42.6 % at N = 2, 37.8 % at 3, 33.7 % at 4. It is Kenney & Keeping, Mathematics of
        Statistics II, section 7.8.
        """
        df = self.degrees(0.0 if math.isnan(self.excess) else self.excess)
        c = [math.exp(math.lgamma((nu + 1.0) / 2.0) - math.lgamma(nu / 2.0)) * math.sqrt(2.0 / nu) for nu in df]
        error: Floats = np.sqrt((1.0 - self.mean_share) * np.maximum(1.0 - np.square(c), 0.0))
        return error


def sampling_law(rows: NDArray[np.floating], positions: int) -> SamplingLaw:
    """The law of features × numbers (D, N·positions), from their own spread alone."""
    parts = [_parts(rows[block].astype(np.float64, copy=False), positions) for block in row_blocks(*rows.shape)]
    mean, var, *of_examples = (np.concatenate(part) for part in zip(*parts, strict=True))
    return _law(rows.shape[1] // positions, positions, mean, var, *of_examples)


def law_of_batches(means: Floats, variances: Floats, numbers: int) -> SamplingLaw:
    """The law of K batches of `numbers` numbers each, from their means and biased variances (D, K) alone.

    A batch takes the place of an example, its numbers that of positions: batches are independent, and what depends on
    what within one needs no model.
    """
    mean = means.mean(axis=1)
    away = means - mean[:, None]
    unit = np.maximum(np.abs(away).max(axis=1), np.sqrt(variances.max(axis=1)))
    away, own = away * reciprocal(unit)[:, None], variances * np.square(reciprocal(unit))[:, None]
    var = (own.mean(axis=1) + np.square(away).mean(axis=1)) * np.square(unit)
    return _law(means.shape[1], numbers, mean, var, *_of_examples(away, own))


def _law(
    examples: int,
    positions: int,
    mean: Floats,
    var: Floats,
    between: Floats,
    within: Floats,
    spread: Floats,
    peak: Floats,
) -> SamplingLaw:
    share, contrast = np.ones_like(var), np.zeros_like(var)
    if positions > 1 and examples > 1:
        share = _moderated(between * reciprocal(between + within), between + within > 0, examples, ALIKE)
        contrast = np.sqrt(_moderated(np.square(spread * reciprocal(within)), within > 0, examples, UNEVEN))
    return SamplingLaw(examples, positions, mean, var, share, contrast, _excess(peak[between > 0], examples))


def _excess(peaks: Floats, examples: int) -> float:
    """ρ from each feature's m4/m2², whose mean is 3 (N - 1)/(N + 1) for bells; at least -2, which two values have."""
    if examples < TELLING or not peaks.size:
        return math.nan
    seen = float(peaks.mean()) * (examples + 1) / (examples - 1) - 3.0
    return max(-2.0, seen if seen < 0.0 else seen * (1.0 + READS_LOW / examples))


def _parts(values: Floats, positions: int) -> tuple[Floats, ...]:
    """Mean, variance; then in units of the feature's largest distance: b², w, sd(u) and the kurtosis of the means."""
    features = len(values)
    mean = np.clip(values.mean(axis=1), values.min(axis=1), values.max(axis=1))  # a constant's is that constant
    centred = values - mean[:, None]
    unit = np.abs(centred).max(axis=1)
    centred *= reciprocal(unit)[:, None]
    var = np.square(centred).mean(axis=1)
    images = centred.reshape(features, -1, positions)
    means = images.mean(axis=2) if positions > 1 else centred
    own = images.var(axis=2) if positions > 1 else np.zeros((features, 1))
    return mean, var * np.square(unit), *_of_examples(means, own)


def _of_examples(means: Floats, own: Floats) -> tuple[Floats, ...]:
    """b², w, sd(u) and the kurtosis of the means, from each example's mean and variance (D, N)."""
    squares = np.square(means - means.mean(axis=1)[:, None])
    of_means = squares.mean(axis=1)
    peak = np.square(squares).mean(axis=1) * np.square(reciprocal(of_means))
    count = means.shape[1]
    unbiased = count / (count - 1) if count > 1 else 1.0
    return of_means * unbiased, own.mean(axis=1), own.std(axis=1) * np.sqrt(unbiased), peak


def _moderated(own: Floats, live: NDArray[np.bool_], examples: int, unknown: float) -> Floats:
    """Each feature's own estimate, of N - 1 degrees of freedom, drawn to the average over the features.

    Few examples tell little of one feature: the average counts as `BORROWED` degrees more (Smyth, "Linear models and
    empirical Bayes methods", 2004, equation 3). Into it goes one degree of what is to be feared, `unknown`;
    and the average stands at features that are not `live`, where there is nothing to estimate.
    """
    degrees = examples - 1
    all_degrees = int(live.sum()) * degrees
    average = (degrees * own[live].sum() + unknown) / (all_degrees + 1)
    borrowed = min(BORROWED, all_degrees)
    moderated: Floats = np.full_like(own, average)
    moderated[live] = (borrowed * average + degrees * own[live]) / (borrowed + degrees)
    return moderated
