"""One example among random companions, other noise of the same size, and what two examples share."""

from itertools import combinations

import numpy as np
import pytest

from bncore.batch_norm import forward
from bncore.batch_size.noise.example import Epsilon, among, expected_variance, jitter, shape
from bncore.batch_size.noise.pairs import correlations, pairs_in_batch_norm, pairs_of
from bncore.batch_size.noise.perturbations import MOST_RATE, PERTURBATIONS
from bncore.batch_size.population import Finite
from bncore.batch_size.theory import finite_factor
from bncore.errors import BadParameter
from tests.bncore.batch_size.populations import endless

X = np.array([-2.0, -1.0, -0.3, 0.0, 0.8, 1.5])
EXACT = Epsilon(0.0)


@pytest.fixture
def rng():
    return np.random.default_rng(17)


@pytest.mark.parametrize("epsilon", [Epsilon(), Epsilon(0.5, "deviation")])
def test_an_example_is_normalized_as_in_a_batch_of_its_own(rng, epsilon):
    companions = rng.normal(3.0, 2.0, size=(9, 4))
    alone = among(np.array([[7.0]]), companions.sum(axis=0), (companions**2).sum(axis=0), 10, epsilon)
    for batch in range(4):
        x = np.append(companions[:, batch], 7.0)[:, None]
        expected = forward(x, eps=epsilon.eps, eps_placement=epsilon.eps_placement).x_hat[-1, 0]
        assert alone[0, batch] == pytest.approx(expected)


def test_no_normalized_value_passes_the_bound(rng):
    noise = jitter(np.append(X, 1e6), endless("laplace"), (2, 8, 32), 500, rng, EXACT)
    for size, x_hat in zip(noise.sizes, noise.x_hat, strict=True):
        assert np.abs(x_hat).max() <= np.sqrt(size - 1) * (1 + 1e-12)
    np.testing.assert_allclose(np.abs(noise.x_hat[0]), 1.0, atol=1e-5)


@pytest.mark.parametrize("name", ["gaussian", "laplace", "uniform"])
def test_the_variance_of_the_noise_is_theorys_to_first_order(rng, name):
    size, draws, population = 256, 4000, endless(name)
    variances = jitter(X, population, (size,), draws, rng, EXACT).x_hat[0].var(axis=1)
    expected = expected_variance(X, population.moments, size)
    assert (np.abs(variances - expected) <= expected * (5 * np.sqrt(2.5 / draws) + 8 / size)).all()


@pytest.mark.parametrize("placement", ["variance", "deviation"])
@pytest.mark.parametrize("eps", [1.0, 100.0])
def test_theory_of_the_noise_knows_epsilon(rng, eps, placement):
    """Held against the plain definition: an example among K - 1 others, normalized by its batch, ε in place."""
    size, draws, epsilon = 128, 4000, Epsilon(eps, placement)
    population = endless("laplace")
    s = {"variance": np.sqrt(1 + eps), "deviation": 1 + eps}[placement]
    for x in (-0.5, 2.0):
        batch = np.concatenate([rng.laplace(size=(draws, size - 1)) / np.sqrt(2), np.full((draws, 1), x)], axis=1)
        s_b = {"variance": np.sqrt(batch.var(axis=1) + eps), "deviation": batch.std(axis=1) + eps}[placement]
        variance = ((x - batch.mean(axis=1)) / s_b).var()
        (expected,) = expected_variance(np.array([x / s]), population.moments, size, epsilon=epsilon)
        assert variance == pytest.approx(expected, rel=5 * np.sqrt(2.5 / draws) + 8 / size)


def test_skewed_companions_and_a_finite_population_are_in_the_theory(rng):
    population = Finite(rng.gamma(4.0, size=(1000, 1)))
    at, size, draws = population.moments, 200, 4000
    x = np.quantile(population.x[:, 0], [0.05, 0.5, 0.95])
    z = (x - at.mean) / at.sd
    variances = jitter(x, population, (size,), draws, rng, EXACT).x_hat[0].var(axis=1)
    expected = expected_variance(z, at, size, finite_factor([size], 1000)[0])
    assert (np.abs(variances - expected) <= expected * (5 * np.sqrt(2.5 / draws) + 10 / size)).all()


def test_shapes_are_told_by_their_moments(rng):
    shaped = shape(rng.exponential(size=200_000))
    assert (shaped.mean, shaped.var) == pytest.approx((1, 1), abs=0.02)
    assert shaped.skewness == pytest.approx(2, abs=0.1)
    assert shaped.excess == pytest.approx(6, abs=1.2)
    assert np.isnan(shape(np.full(9, 0.3)).skewness)


@pytest.mark.parametrize("name", list(PERTURBATIONS))
def test_a_matched_perturbation_has_the_variance_averaged_over_the_batch(rng, name):
    var, draws = 0.04, 100_000
    kind = PERTURBATIONS[name]
    strength = kind.matched(var, float((X**2).mean()))
    noisy = kind.draw(X, strength, draws, rng)
    each = noisy.var(axis=1)
    assert each.mean() == pytest.approx(var, rel=5 * np.sqrt(5 / draws))
    assert (np.abs(noisy.mean(axis=1) - X) <= 5 * np.sqrt(each / draws) + 1e-12).all()


def test_the_strength_of_dropout_is_a_rate(rng):
    assert PERTURBATIONS["dropout"].matched(1.0, 1.0) == 0.5
    assert PERTURBATIONS["dropout"].matched(0.0, 0.0) == 0.0
    assert PERTURBATIONS["dropout"].matched(1.0, 0.0) > MOST_RATE  # no rate moves a 0
    kept = PERTURBATIONS["dropout"].draw(np.array([1.0]), 0.25, 100_000, rng)[0]
    assert set(np.unique(kept)) == {0.0, 1 / 0.75}
    with pytest.raises(BadParameter):
        PERTURBATIONS["dropout"].draw(X, 1.0, 10, rng)


@pytest.mark.parametrize("name", ["gaussian", "laplace", "uniform"])
def test_batch_norm_shares_its_noise_as_theory_says(rng, name):
    """Within five standard errors of a correlation, (1 - r^2) / sqrt(R), and what first order leaves out."""
    size, draws, population = 128, 4000, endless(name)
    pairs = pairs_in_batch_norm(X, X, population, population.moments, size, draws, rng, EXACT)
    error = (1 - pairs.expected**2) / np.sqrt(draws)
    assert (np.abs(pairs.measured - pairs.expected) <= 5 * error + 4 / size).all()
    assert pairs.measured.max() > 0.9
    assert (pairs.measured.min() < 0) == (name != "uniform")


def test_pairs_in_small_batches_are_those_of_every_batch_written_out(rng):
    others, x, draws = np.array([-1.1, -0.4, 0.2, 0.9, 2.5]), np.array([-1.5, 0.3, 1.7]), 20_000
    population = Finite(others[:, None])
    pairs = pairs_in_batch_norm(x, x, population, population.moments, 4, draws, rng, EXACT)
    for first, second, measured in zip(pairs.first, pairs.second, pairs.measured, strict=True):
        batches = np.array([[x[first], x[second], *pair] for pair in combinations(others, 2)]).T
        x_hat = forward(batches, eps=0.0).x_hat
        exact = np.corrcoef(x_hat[0], x_hat[1])[0, 1]
        assert measured == pytest.approx(exact, abs=5 * (1 - exact**2) / np.sqrt(draws))


@pytest.mark.parametrize("name", list(PERTURBATIONS))
def test_other_noise_is_shared_by_all_or_by_none(rng, name):
    kind, draws, z = PERTURBATIONS[name], 4000, X[X != 0]
    first, second = np.triu_indices(len(z), 1)
    expected = kind.correlation(z[first], z[second])
    pairs = pairs_of(kind.draw(z, 0.3, draws, rng), z, expected)
    assert (np.abs(pairs.measured - expected) <= 5 / np.sqrt(draws) * (1 - expected**2) + 1e-9).all()
    assert set(np.unique(expected)) <= {-1.0, 0.0, 1.0}


def test_a_batch_of_two_leaves_no_room_for_companions_or_noise(rng):
    population = endless("gaussian")
    pairs = pairs_in_batch_norm(X, X, population, population.moments, 2, 50, rng, EXACT)
    assert np.isnan(pairs.measured).all()
    assert np.isnan(pairs.expected).all()


def test_what_does_not_vary_has_no_correlation():
    assert np.isnan(correlations(np.ones((1, 5)), np.arange(5.0)[None]))[0]
