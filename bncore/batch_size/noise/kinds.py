"""Kinds of noise side by side: batch norm's among random companions, and perturbations of a given strength.

Each kind gives the normalized values of the same M examples in R draws. They are compared on the first example: its
shape, and its histogram on an axis that all kinds share.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.batch_size.noise.companions import Rows, orders
from bncore.batch_size.noise.example import ROUNDING, Epsilon, Shape, expected_variance, jitter, shape
from bncore.batch_size.noise.pairs import Pairs, pairs_in_batch_norm, pairs_in_orders, pairs_of
from bncore.batch_size.noise.perturbations import MOST_DEVIATION, MOST_RATE, PERTURBATIONS
from bncore.batch_size.population import Finite, Moments, Population
from bncore.batch_size.theory import finite_factor
from bncore.distributions.axis import Axis, axis_for, fence
from bncore.distributions.histogram import Histogram
from bncore.distributions.summary import histogram

MOST = {"rate": MOST_RATE, "deviation": MOST_DEVIATION}


@dataclass(frozen=True, eq=False)
class Noisy:
    """The noisy values (M, R) of one kind, what pairs share, and how strong it is made (None of batch norm's)."""

    values: Float64
    pairs: Pairs
    strength: float | None = None


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of noise on the first example: its shape, its histogram on the common axis, the strength that it is
    given, the variance averaged over all examples, and what pairs share.
    """

    name: str
    strength: float | None
    shape: Shape
    histogram: Histogram
    average: float
    pairs: Pairs


@dataclass(frozen=True)
class Matched:
    """The strengths that give as much noise as a variance, by what they are called; those in `capped` would have to be
    larger than is allowed, and are the largest.
    """

    strengths: dict[str, float]
    capped: tuple[str, ...]


def among_companions(
    x: Float64, z: Float64, population: Population, at: Moments, rows: Rows | None, size: int, draws: int,
    epsilon: Epsilon, rng: np.random.Generator, rng_of_pairs: np.random.Generator,
) -> Noisy:  # fmt: skip
    """Batch norm's noise on each of the examples `x` (M,), and on each two of them, in batches of `size` K >= 2.

    `z` (M,) are their values by the population's statistics, whose moments are `at`, (1,). Of a finite `population`
    (one feature) `rows` (M,) are the examples' numbers, and companions are drawn from all others; of one without an end
    `rows` are None, and `rng_of_pairs` draws the companions of pairs.
    """
    if rows is not None and isinstance(population, Finite):
        drawn = orders(population, rows, size, draws, rng)
        return Noisy(drawn.alone(epsilon), pairs_in_orders(z, drawn, at, epsilon))
    x_hat = jitter(x, population, (size,), draws, rng, epsilon).x_hat[0]
    return Noisy(x_hat, pairs_in_batch_norm(x, z, population, at, size, draws, rng_of_pairs, epsilon))


def perturbed(strengths: Mapping[str, float], z: Float64, draws: int, rng: np.random.Generator) -> dict[str, Noisy]:
    """The noise of perturbations on `z` (M,): `strengths` by their names in PERTURBATIONS, drawn in that order.

    Raises BadParameter for a strength that is out of range.
    """
    first, second = np.triu_indices(len(z), 1)
    kinds = {}
    for name, strength in strengths.items():
        kind = PERTURBATIONS[name]
        values = kind.draw(z, strength, draws, rng)
        kinds[name] = Noisy(values, pairs_of(values, z, kind.correlation(z[first], z[second])), strength)
    return kinds


def kinds_of(noisy: Mapping[str, Noisy]) -> dict[str, Kind]:
    """The kinds by name, the first example's histograms on one axis."""
    axis = common_axis(each.values[:1] for each in noisy.values())
    return {
        name: Kind(
            name, of.strength, shape(of.values[0]), histogram(of.values[:1], axis), average_variance(of.values),
            of.pairs,
        )
        for name, of in noisy.items()
    }  # fmt: skip


def average_variance(values: Float64) -> float:
    """The variance of noisy values (M, R), averaged over the examples; 0 where it is rounding.

    >>> average_variance(np.array([[-1.0, 1.0], [0.0, 0.0]])), average_variance(np.full((2, 3), 0.1))
    (0.5, 0.0)
    """
    average = float(values.var(axis=1).mean())
    return average if average > ROUNDING else 0.0


def common_axis(rows: Iterable[Float64]) -> Axis:
    """One linear axis for several sets of rows (D, R), 0 on it and outliers left out."""
    low, high = np.concatenate([fence(np.sort(each, axis=1)) for each in rows], axis=1)
    return axis_for(float(min(low.min(), 0.0)), float(max(high.max(), 0.0)), "linear")


def matched(names: Iterable[str], var: float, square: float) -> Matched:
    """The strengths at which the perturbations `names` put the variance `var` on an example whose z^2 is `square`.

    >>> matched(["dropout", "additive"], 0.25, 0.0)
    Matched(strengths={'rate': 0.95, 'deviation': 0.5}, capped=('rate',))
    """
    wanted = {PERTURBATIONS[name].strength: PERTURBATIONS[name].matched(var, square) for name in names}
    return Matched(
        {name: min(strength, MOST[name]) for name, strength in wanted.items()},
        tuple(name for name, strength in wanted.items() if strength > MOST[name]),
    )


def expected_variances(z: float, at: Moments, sizes: Sequence[int], total: int | None, epsilon: Epsilon) -> Float64:
    """The variance that theory gives the noise of one example `z` in batches of each of `sizes`, (S,).

    `at` are the population's moments (1,), and `total` is how many examples it has, None without an end.
    """
    factors, one = finite_factor(sizes, total), np.array([z])
    return np.array([
        expected_variance(one, at, size, factor, epsilon)[0] for size, factor in zip(sizes, factors, strict=True)
    ])  # fmt: skip
