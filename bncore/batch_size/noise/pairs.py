"""How far two examples of a batch share their noise: a correlation for every pair."""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.batch_size.noise.companions import Orders
from bncore.batch_size.noise.example import WITHOUT_EPS, Epsilon, among, expected_covariance, expected_variance
from bncore.batch_size.population import Moments, Population
from bncore.batch_size.sampling import sums

NOTHING = 1e-12  # a noise below it is rounding


@dataclass(frozen=True, eq=False)
class Pairs:
    """Every pair of M examples, P = M (M - 1) / 2 of them: `first` and `second` (P,), the product of their
    population-normalized values, the measured correlation and the expected one, both not-a-number where one of the two
    has no noise.
    """

    first: np.ndarray[tuple[int], np.dtype[np.intp]]
    second: np.ndarray[tuple[int], np.dtype[np.intp]]
    product: Float64
    measured: Float64
    expected: Float64


def pairs_in_batch_norm(
    x: Float64, z: Float64, companions: Population, at: Moments, size: int, draws: int, rng: np.random.Generator,
    epsilon: Epsilon,
) -> Pairs:  # fmt: skip
    """Each pair of `x` (M,) together in `draws` batches of `size` >= 2, the K - 2 others drawn from `companions`.

    `z` (M,) are their values by the population's statistics, whose moments are `at`. The expected correlation is

        C(a, b) / sqrt(C(a, a) C(b, b)),    C the `expected_covariance`

    to first order in 1/K. In a batch of two there is no companion, and no noise.
    """
    first, second = np.triu_indices(len(x), 1)
    if size > 2:
        drawn = sums(companions, [size - 2], draws, rng)
        others = drawn.sum[0, :, 0], drawn.squares[0, :, 0]
        a, b = x[first, None] - drawn.centre[0], x[second, None] - drawn.centre[0]
        noisy = among(a, *others, size, epsilon, beside=b), among(b, *others, size, epsilon, beside=a)
        measured = correlations(*noisy)
    else:
        measured = np.full(len(first), np.nan)
    return _against_theory(first, second, z, measured, at, epsilon)


def pairs_in_orders(z: Float64, drawn: Orders, at: Moments, epsilon: Epsilon) -> Pairs:
    """Each pair of M examples of a finite population together in the batches of `drawn`, as `pairs_in_batch_norm`."""
    first, second = np.triu_indices(len(z), 1)
    return _against_theory(first, second, z, correlations(*drawn.together(first, second, epsilon)), at, epsilon)


def _against_theory(
    first: np.ndarray[tuple[int], np.dtype[np.intp]], second: np.ndarray[tuple[int], np.dtype[np.intp]], z: Float64,
    measured: Float64, at: Moments, epsilon: Epsilon,
) -> Pairs:  # fmt: skip
    """The pairs with what theory expects, where there is noise."""
    expected = np.where(np.isnan(measured), np.nan, expected_correlation(z[first], z[second], at, epsilon))
    return Pairs(first, second, z[first] * z[second], measured, expected)


def expected_correlation(a: Float64, b: Float64, at: Moments, epsilon: Epsilon = WITHOUT_EPS) -> Float64:
    """Of the noise of two examples with population-normalized values `a` and `b` (P,), to first order in 1/K."""
    size: Float64 = np.sqrt(expected_variance(a, at, 1, epsilon=epsilon)) * np.sqrt(
        expected_variance(b, at, 1, epsilon=epsilon)
    )
    return np.divide(
        expected_covariance(a, b, at, 1, epsilon=epsilon), size, out=np.full_like(a, np.nan), where=size > 0
    )


def pairs_of(values: Float64, z: Float64, expected: Float64) -> Pairs:
    """The pairs of noisy values (M, R) of examples `z` (M,); `expected` (P,)."""
    first, second = np.triu_indices(len(z), 1)
    return Pairs(first, second, z[first] * z[second], correlations(values[first], values[second]), expected)


def correlations(a: Float64, b: Float64) -> Float64:
    """Pearson's correlation of each pair of rows (P, R).

    >>> correlations(np.array([[1.0, 2.0, 3.0]]), np.array([[6.0, 4.0, 2.0]]))
    array([-1.])
    """
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    size = np.sqrt((a * a).sum(axis=1)) * np.sqrt((b * b).sum(axis=1))
    least = NOTHING * a.shape[1]
    together = np.divide((a * b).sum(axis=1), size, out=np.full(len(a), np.nan), where=size > least)
    return np.asarray(np.clip(together, -1.0, 1.0))
