"""Where batches come from: moments, and draws without replacement or without an end."""

import numpy as np
import pytest

from bncore.batch_size.population import Endless, Finite, excess_of_sums, moments
from tests.bncore.batch_size.populations import endless, moments_of


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def test_moments_are_those_of_their_definition(rng):
    x = rng.gamma(2.0, size=(500, 3)) + 7.0
    measured = moments(x)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    np.testing.assert_allclose(measured.mean, x.mean(axis=0))
    np.testing.assert_allclose(measured.sd, x.std(axis=0))
    np.testing.assert_allclose(measured.skewness, (z**3).mean(axis=0))
    np.testing.assert_allclose(measured.excess, (z**4).mean(axis=0) - 3.0)


def test_a_constant_feature_has_a_mean_and_no_shape():
    measured = moments(np.full((7, 1), 0.1))
    assert measured.mean[0] == 0.1
    assert measured.sd[0] == 0.0
    assert np.isnan(measured.skewness[0])
    assert np.isnan(measured.excess[0])


def test_moments_of_extreme_sizes_do_not_overflow():
    measured = moments(np.array([[1e200], [-1e200], [1e-200], [0.0]]))
    assert np.isfinite(measured.sd).all()
    assert np.isfinite(measured.excess).all()


@pytest.mark.parametrize(("total", "size"), [(9, 9), (9, 4), (400, 5)])
def test_a_batch_of_a_finite_population_names_no_example_twice(rng, total, size):
    drawn = Finite(np.arange(total, dtype=float)[:, None]).draw(200, size, rng)
    assert drawn.shape == (1, 200, size)
    assert all(len(set(batch)) == size for batch in drawn[0])


@pytest.mark.parametrize("total", [6, 60])
def test_every_example_is_drawn_equally_often(rng, total):
    draws, size = 20_000, 3
    drawn = Finite(np.arange(total, dtype=float)[:, None]).draw(draws, size, rng)
    share = np.bincount(drawn.ravel().astype(int), minlength=total) / draws
    expected = size / total
    assert np.abs(share - expected).max() < 5 * np.sqrt(expected * (1 - expected) / draws)


def test_features_of_an_example_stay_together(rng):
    x = np.arange(20.0)[:, None] * np.array([1.0, 10.0])
    drawn = Finite(x).draw(50, 4, rng)
    np.testing.assert_array_equal(drawn[1], 10 * drawn[0])


def test_an_endless_source_of_independent_examples_is_cut_into_batches(rng):
    drawn = endless("gaussian", 2).draw(5, 4, rng)
    assert drawn.shape == (2, 5, 4)
    x = np.random.default_rng(3).standard_normal((20, 2))
    np.testing.assert_array_equal(drawn[:, 1, 2], x[6])


def test_batches_of_dependent_examples_are_each_drawn_on_their_own(rng):
    asked = []

    def drawn(size, _rng):
        asked.append(size)
        return np.full((size, 1), float(len(asked)))

    batches = Endless(drawn, moments_of(0.0), independent=False).draw(3, 4, rng)
    assert asked == [4, 4, 4]
    np.testing.assert_array_equal(batches[0], [[1] * 4, [2] * 4, [3] * 4])


def test_the_kurtosis_of_sums_of_independent_features_is_theirs_by_weight(rng):
    sd, weights = np.array([1.0, 2.0, 0.5]), np.array([[1.0, 0.0], [0.3, 0.0], [-2.0, 1.0]])
    x = rng.laplace(size=(400_000, 3)) / np.sqrt(2) * sd
    excess = excess_of_sums(weights, sd, np.full(3, 3.0))
    np.testing.assert_allclose(moments(x @ weights).excess, excess, atol=0.15)
    assert excess[1] == pytest.approx(3.0)
    assert np.isnan(excess_of_sums(np.zeros((3, 1)), sd, np.full(3, 3.0)))[0]
