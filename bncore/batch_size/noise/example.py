"""The noise that a batch's other examples put on one example's normalized value."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.batch_size.population import Moments, Population
from bncore.batch_size.sampling import sums
from bncore.epsilon import EPS_PLACEMENTS, SMALLEST_NORMAL, OfEpsilon, reciprocal
from bncore.progress import Said, unheard

LARGEST_EPS = 1e300
ROUNDING = 1e-24  # a variance of normalized values that is smaller is rounding


@dataclass(frozen=True)
class Epsilon:
    """How batch norm divides: eps, and whether it stands beside the variance or the deviation."""

    eps: float = 1e-5
    eps_placement: str = "variance"

    @property
    def keywords(self) -> OfEpsilon:
        """As functions take it."""
        return {"eps": self.eps, "eps_placement": self.eps_placement}

    def in_units_of(self, sd: float) -> "Epsilon":
        """The same for data that are divided by `sd` > 0: eps is divided by its square, or by itself.

        >>> Epsilon(1.0).in_units_of(2.0), Epsilon(1.0, "deviation").in_units_of(2.0)
        (Epsilon(eps=0.25, eps_placement='variance'), Epsilon(eps=0.5, eps_placement='deviation'))
        """
        power = {"variance": 2, "deviation": 1}[self.eps_placement]
        scaled = self.eps
        for _ in range(power):
            scaled = min(scaled / sd, LARGEST_EPS)
        return Epsilon(scaled if scaled >= SMALLEST_NORMAL else 0.0, self.eps_placement)


WITHOUT_EPS = Epsilon(0.0)


@dataclass(frozen=True)
class Shape:
    """Mean, variance (divided by R), skewness and excess kurtosis of draws; the last two not-a-number if constant."""

    mean: float
    var: float
    skewness: float
    excess: float


@dataclass(frozen=True, eq=False)
class Jitter:
    """x_hat of examples `x` (M,) in batches of each of `sizes` with random companions: (S, M, R)."""

    sizes: tuple[int, ...]
    x: Float64
    x_hat: Float64


def jitter(
    x: Float64, companions: Population, sizes: Sequence[int], draws: int, rng: np.random.Generator, epsilon: Epsilon,
    say: Said = unheard,
) -> Jitter:  # fmt: skip
    """Each example of `x` (M,) in `draws` batches of each size, the K - 1 others drawn from `companions` (one feature).

        x_hat = (x - mean_B) / s_B       mean_B = (x + sum of companions) / K,  and so on

    `sizes` ascend from at least 2. All examples meet the same companions, each alone among them. No |x_hat| is larger
    than sqrt(K - 1).
    """
    drawn = sums(companions, [size - 1 for size in sizes], draws, rng, say)
    x_hat = np.array([
        among((x - drawn.centre[0])[:, None], drawn.sum[0, :, at], drawn.squares[0, :, at], size, epsilon)
        for at, size in enumerate(sizes)
    ])  # fmt: skip
    return Jitter(tuple(sizes), x, x_hat)


def among(
    x: Float64, total: Float64, squares: Float64, size: int, epsilon: Epsilon, beside: Float64 | None = None
) -> Float64:
    """x_hat of x (M, 1) in batches of `size` whose other examples sum to `total` (R,), their squares to `squares`.

    `beside` (M, 1) is one more example of the batch, that is not in the sums. All are relative to one centre, near
    which they should lie: of a batch whose own deviation is d, the variance is good to 1e-16 (distance to the centre
    / d)^2.
    """
    if beside is not None:
        total, squares = total + beside, squares + beside**2
    return normalized(x, total + x, squares + x**2, size, epsilon)


def normalized(x: Float64, total: Float64, squares: Float64, size: int, epsilon: Epsilon) -> Float64:
    """x_hat of x (M, 1) in batches of `size` that it is in, with these sums (M, R), all relative to one centre."""
    mean = total / size
    var = np.maximum(squares / size - mean**2, 0.0)
    x_hat = (x - mean) * reciprocal(EPS_PLACEMENTS[epsilon.eps_placement].scale(var, epsilon.eps))
    bound = np.sqrt(size - 1.0)  # what rounding of the variance puts beyond it is put back
    return np.clip(x_hat, -bound, bound)


def shape(draws: Float64) -> Shape:
    """The shape of draws (R,).

    >>> shape(np.array([0.0, 0.0, 2.0, 2.0]))
    Shape(mean=1.0, var=1.0, skewness=0.0, excess=-2.0)
    """
    mean = float(draws.mean())
    centred = draws - mean
    var = float((centred**2).mean())
    if var <= ROUNDING:
        return Shape(mean, 0.0, float("nan"), float("nan"))
    standard = centred / np.sqrt(var)
    return Shape(mean, var, float((standard**3).mean()), float((standard**4).mean()) - 3.0)


def expected_variance(
    x_hat: Float64, of: Moments, size: int, factor: float = 1.0, epsilon: Epsilon = WITHOUT_EPS
) -> Float64:
    """The variance that theory gives the noise of examples with population-normalized values `x_hat` (M,).

        (f^2/K) [k^2 + k q x_hat skewness + q^2 x_hat^2 (ρ + 2) / 4]        k = sigma / s,   q = k^2 or k

    To first order in 1/K, x_hat + noise = (x - mean_B) / s_B with mean_B = mu + sigma a, sigma_B = sigma (1 + b),
    s_B = s (1 + q b): the noise is -(k a + x_hat q b), with Var(a) = f^2/K, Var(b) = f^2 (ρ + 2)/(4K), Cov(a, b) =
    f^2 skewness/(2K). q is k^2 with eps beside the variance and k with eps beside the deviation; without eps both are
    1. `factor` is f^2 of `bncore.batch_size.theory`.
    """
    return expected_covariance(x_hat, x_hat, of, size, factor, epsilon)


def expected_covariance(
    a: Float64, b: Float64, of: Moments, size: int, factor: float = 1.0, epsilon: Epsilon = WITHOUT_EPS
) -> Float64:
    """The covariance of the noise of two examples of one batch, with the same approximation.

        (f^2/K) [k^2 + k q (a + b) skewness / 2 + q^2 a b (ρ + 2) / 4]

    On symmetric data without eps it is proportional to 1 + a b (ρ + 2) / 4: the noise is shared where a b > 0, and can
    be opposite.
    """
    skewness, excess = float(of.skewness[0]), float(of.excess[0])
    k, q = _shares(of.sd, epsilon)
    return (factor / size) * (k**2 + k * q * (a + b) * skewness / 2.0 + q**2 * a * b * (excess + 2.0) / 4.0)


def _shares(sd: Float64, epsilon: Epsilon) -> tuple[float, float]:
    """sigma / s, and by what share of its own s changes where sigma changes by a share of its own."""
    if epsilon.eps == 0:
        return 1.0, 1.0
    placement, var = EPS_PLACEMENTS[epsilon.eps_placement], np.square(sd)
    s = placement.scale(var, epsilon.eps)
    k = sd * reciprocal(s)
    return float(k[0]), float((placement.pull(var, s) * k**2)[0])
