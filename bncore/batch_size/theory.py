"""What to expect of a batch's mean and deviation, from the population's moments.

With K examples of N, the finite-population factor is f^2 = (N - K) / (N - 1); without an end f = 1. Exactly:

    sd(mean_B)  = f sigma / sqrt(K)                             Cochran, Sampling Techniques, theorem 2.2
    E[var_B]    = sigma^2 (1 - f^2 / K)                         biased, divided by K

To first order in 1/K, with ρ the excess kurtosis:

    sd(sigma_B) ~ f sigma sqrt((ρ + 2) / (4 K))                 Luo et al. 2019, "Towards Understanding Regularization
    E[sigma_B]  ~ sigma (1 - f^2 (ρ + 6) / (8 K))               in Batch Normalization", ICLR

Derivation. Let var_B = sigma^2 (1 + d). E[var_B] gives E[d] = -f^2/K exactly. To first order d is the mean of the K
numbers z^2 - 1, whose variance is ρ + 2, so Var(d) ~ f^2 (ρ + 2) / K by the first line, applied to z^2. Then
sigma_B = sigma sqrt(1 + d) ~ sigma (1 + d/2 - d^2/8): its deviation is sigma/2 that of d, and its mean
sigma (1 - f^2/(2K) - f^2 (ρ + 2)/(8K)) = sigma (1 - f^2 (ρ + 6)/(8K)). The same f^2 stands in both.

It fails where d is not small: at few examples, and with heavy tails, where ρ is large or does not exist.

The ends between which 90 % of the batches lie are those of a law that is never below 0:

    sigma_B ~ sigma sqrt((1 - f^2/K) chi^2_n / n)        n = 2 / (f^2 (ρ/K + 2/(K - 1)))

Its square has the exact mean of var_B, and its exact variance without an end (Cramér 1946, section 27.4). Of a bell
n = K - 1, and the law is exact; of other data it is the chi-square of the same two moments (Satterthwaite 1946).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.batch_size.chi_square import quantile
from bncore.batch_size.population import Moments

NINETY = 1.645  # deviations to either side of a bell's middle, between which 90 % of it lie
ENDS = (0.05, 0.95)


@dataclass(frozen=True, eq=False)
class Expected:
    """Mean and deviation of an estimate over random batches, (S, D); not-a-number where theory has nothing to say."""

    average: Float64
    sd: Float64

    def ends(self, feature: int) -> tuple[Float64, Float64]:
        """Between which 90 % of a bell of this mean and deviation lie, (S,) each."""
        average, sd = self.average[:, feature], self.sd[:, feature]
        return average - NINETY * sd, average + NINETY * sd


@dataclass(frozen=True, eq=False)
class ExpectedDeviation(Expected):
    """The same of a batch's deviation, whose law is never below 0: `sigma` and `excess` (D,) of the population, `sizes`
    and their factors f^2 (S,).
    """

    sigma: Float64
    excess: Float64
    sizes: tuple[int, ...]
    factors: Float64

    def ends(self, feature: int) -> tuple[Float64, Float64]:
        """Between which 90 % of the law above lie, (S,) each."""
        rho, each = float(self.excess[feature]), list(zip(self.sizes, self.factors.tolist(), strict=True))
        low, high = (np.array([_quantile(end, rho, size, factor) for size, factor in each]) for end in ENDS)
        return self.sigma[feature] * low, self.sigma[feature] * high


def finite_factor(sizes: Sequence[int], total: int | None) -> Float64:
    """f^2 = (N - K) / (N - 1) of each size K, (S,); 1 without an end, and 0 for K = N.

    >>> finite_factor([1, 6, 11], 11)
    array([1. , 0.5, 0. ])
    """
    k = np.asarray(sizes, dtype=np.float64)
    if total is None:
        return np.ones_like(k)
    return np.maximum(total - k, 0.0) / max(total - 1, 1)


def expected_mean(of: Moments, sizes: Sequence[int], total: int | None) -> Expected:
    """Of the batch's mean. Exact."""
    spread = np.sqrt(finite_factor(sizes, total) / np.asarray(sizes, dtype=np.float64))
    return Expected(np.broadcast_to(of.mean, (len(sizes), len(of.mean))), np.outer(spread, of.sd))


def expected_deviation(of: Moments, sizes: Sequence[int], total: int | None) -> ExpectedDeviation:
    """Of the batch's deviation (biased), to first order in 1/K.

    >>> gauss = Moments(*np.array([[0.0], [1.0], [0.0], [0.0]]))
    >>> expected_deviation(gauss, [32], None).sd
    array([[0.125]])
    """
    share = finite_factor(sizes, total) / np.asarray(sizes, dtype=np.float64)
    constant = of.sd == 0  # has no ρ, and no need of one
    excess = np.where(constant, 0.0, of.excess)
    average = of.sd * (1.0 - np.outer(share, excess + 6.0) / 8.0)
    sd = of.sd * np.sqrt(np.outer(share, excess + 2.0) / 4.0)
    return ExpectedDeviation(average, sd, of.sd, excess, tuple(sizes), finite_factor(sizes, total))


def _quantile(end: float, rho: float, size: int, factor: float) -> float:
    """sigma_B over sigma below which the share `end` of the batches lies."""
    if size == 1:
        return 0.0
    if math.isnan(rho) or math.isnan(factor):
        return math.nan
    spread = factor * (rho / size + 2.0 / (size - 1))
    middle = 1.0 - factor / size
    if spread <= 0.0:
        return math.sqrt(middle)
    freedom = 2.0 / spread
    return math.sqrt(middle * quantile(end, freedom) / freedom)
