"""Sampling distributions against theory, within what the draws leave open: five standard errors."""

from itertools import combinations
from math import lgamma

import numpy as np
import pytest

from bncore.batch_size.estimates import estimates, sizes_for
from bncore.batch_size.population import Endless, Finite, Moments
from bncore.batch_size.theory import expected_deviation, expected_mean, finite_factor
from bncore.errors import BadParameter
from tests.bncore.batch_size.populations import endless, moments_of
from tests.each import each

SE = 5


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def within(measured, expected, error, slack=0.0):
    assert (np.abs(measured - expected) <= SE * error + slack).all(), (measured, expected, error)


@pytest.mark.parametrize("name", ["gaussian", "laplace", "uniform"])
def test_the_mean_spreads_as_theory_says_exactly(rng, name):
    estimated = estimates(endless(name, 2), (2, 8, 32, 256), 4000, rng)
    within(estimated.mean.sd, estimated.expected_mean.sd, estimated.mean.sd_error)
    within(estimated.mean.average, 0.0, estimated.mean.average_error)
    np.testing.assert_allclose(estimated.expected_mean.sd[:, 0], 1 / np.sqrt([2, 8, 32, 256]))


@pytest.mark.parametrize(("name", "measured"), [("gaussian", 0.1245), ("laplace", 0.188), ("uniform", 0.081)])
def test_the_deviation_at_32_spreads_as_was_measured_before(rng, name, measured):
    estimated = estimates(endless(name, 4), (32,), 4000, rng)
    within(estimated.deviation.sd, measured, estimated.deviation.sd_error, slack=0.0005)


@pytest.mark.parametrize("name", ["gaussian", "laplace", "uniform"])
def test_theory_of_the_deviation_holds_to_first_order(rng, name):
    """What it leaves out is of the order 1/K beside it."""
    sizes = (64, 256, 1024)
    estimated = estimates(endless(name), sizes, 4000, rng)
    expected = estimated.expected_deviation
    k = np.array(sizes)[:, None]
    within(estimated.deviation.sd, expected.sd, estimated.deviation.sd_error, slack=2.0 * expected.sd / k)
    within(estimated.deviation.average, expected.average, estimated.deviation.average_error, slack=5.0 / k**2)


def test_theory_fails_at_few_examples_and_it_shows(rng):
    """The chi distribution gives the exact value of a Gaussian's K = 4: 0.337; first order says 0.354."""
    estimated = estimates(endless("gaussian"), (4,), 10_000, rng)
    average = np.sqrt(2 / 4) * 1.0 / (np.sqrt(np.pi) / 2)  # sqrt(2/K) Γ(K/2) / Γ((K-1)/2)
    within(estimated.deviation.average, average, estimated.deviation.average_error)
    within(estimated.deviation.sd, np.sqrt(3 / 4 - average**2), estimated.deviation.sd_error)
    assert (
        abs(estimated.expected_deviation.sd[0, 0] - estimated.deviation.sd[0, 0])
        > SE * estimated.deviation.sd_error[0, 0]
    )


def exactly(x, size):
    """Mean and deviation of every batch that there is."""
    batches = np.array(list(combinations(x, size)))
    return batches.mean(axis=1), batches.std(axis=1)


@pytest.mark.parametrize("size", [2, 4, 7, 8])
def test_a_finite_population_is_sampled_as_all_its_batches_are_spread(rng, size):
    x = np.array([0.0, 1.0, 1.5, 2.0, 4.0, 7.0, 7.5, 9.0])
    estimated = estimates(Finite(x[:, None]), (size,), 4000, rng)
    for measured, expected in zip((estimated.mean, estimated.deviation), exactly(x, size), strict=True):
        within(measured.average, expected.mean(), measured.average_error, slack=1e-12)
        within(measured.sd, expected.std(), measured.sd_error, slack=1e-7)


def test_the_finite_factor_of_mean_and_variance_is_exact():
    x = np.array([0.0, 1.0, 1.5, 2.0, 4.0, 7.0, 7.5, 9.0])
    at = Finite(x[:, None]).moments
    for size in range(1, 9):
        means, deviations = exactly(x, size)
        factor = finite_factor([size], 8)[0]
        assert expected_mean(at, [size], 8).sd[0, 0] == pytest.approx(means.std(), abs=1e-12)
        assert (deviations**2).mean() == pytest.approx(x.var() * (1 - factor / size))


def test_the_finite_factor_of_the_deviation_holds_to_first_order():
    """Against every half of many examples it cannot be listed; against draws of them it can be held."""
    rng = np.random.default_rng(2)
    population = Finite(rng.gamma(3.0, size=(1000, 1)))
    sizes = (100, 500, 900)
    estimated = estimates(population, sizes, 4000, rng)
    expected = estimated.expected_deviation
    k = np.array(sizes)[:, None]
    within(estimated.deviation.sd, expected.sd, estimated.deviation.sd_error, slack=4.0 * expected.sd / k)
    without = expected_deviation(population.moments, sizes, None).sd
    assert (np.abs(estimated.deviation.sd - without)[1:] > SE * estimated.deviation.sd_error[1:]).all()


def test_a_batch_of_all_examples_has_no_spread(rng):
    x = rng.normal(size=(40, 3))
    estimated = estimates(Finite(x), (8, 40), 50, rng)
    assert (estimated.mean.sd[1] == 0).all()
    assert (estimated.deviation.sd[1] == 0).all()
    np.testing.assert_allclose(estimated.deviation.average[1], x.std(axis=0))
    assert (estimated.expected_deviation.sd[1] == 0).all()


def test_a_constant_feature_spreads_by_exactly_nothing(rng):
    estimated = estimates(Finite(np.full((50, 1), 0.1)), (2, 8), 20, rng)
    assert (estimated.deviation.sd == 0).all()
    assert (estimated.mean.average == 0.1).all()
    assert np.isnan(estimated.noise()[0]).all()
    assert (estimated.expected_deviation.sd == 0).all()


def test_a_large_mean_costs_no_digits(rng):
    x = rng.normal(size=(300, 1))
    near = estimates(Finite(x), (4, 64), 200, np.random.default_rng(0))
    far = estimates(Finite(x + 2.0**30), (4, 64), 200, np.random.default_rng(0))
    np.testing.assert_allclose(far.deviation.sd, near.deviation.sd, rtol=1e-6)


def test_noise_is_in_deviations_of_the_population(rng):
    x = rng.normal(size=(300, 1))
    one = estimates(Finite(x), (8,), 300, np.random.default_rng(0))
    scaled = estimates(Finite(100 * x + 5), (8,), 300, np.random.default_rng(0))
    np.testing.assert_allclose(np.array(scaled.noise()), np.array(one.noise()))
    assert one.noise()[1][0, 0] == pytest.approx(1 / np.sqrt(8), rel=0.15)


def test_another_size_in_between_leaves_the_draws_of_the_others(rng):
    x = rng.normal(size=(300, 2))
    few = estimates(Finite(x), (4, 64), 100, np.random.default_rng(5))
    more = estimates(Finite(x), (4, 17, 64), 100, np.random.default_rng(5))
    np.testing.assert_allclose(more.deviation.quantiles[:, [0, 2]], few.deviation.quantiles)


def test_dependent_examples_are_drawn_anew_for_every_size(rng):
    """A batch's second half repeats its first: the first half alone is no batch of this source."""

    def drawn(size, rng):
        half = rng.standard_normal((size // 2, 1))
        return np.concatenate([half, half])

    estimated = estimates(Endless(drawn, moments_of(0.0), independent=False), (8, 32), 2000, rng)
    within(estimated.mean.sd, np.sqrt([[2 / 8], [2 / 32]]), estimated.mean.sd_error)


def test_the_progress_runs_from_nothing_to_everything(rng):
    told = []
    estimates(endless("gaussian"), (2, 1024), 1000, rng, lambda done, of, _: told.append((done, of)))
    assert told[0] == (0, 1000)
    assert len(told) > 2
    assert all(done < of for done, of in told)


def test_sizes_go_up_to_all_examples_or_to_1024():
    assert sizes_for(1797)[-2:] == (1024, 1797)
    assert sizes_for(2001)[-1] == 1024
    assert sizes_for(5, [3, 9]) == (2, 3, 4, 5)
    assert sizes_for(1) == (1,)


@pytest.mark.parametrize(
    ("sizes", "draws"), [((), 10), ((8, 4), 10), ((0,), 10), ((60,), 10), ((4,), 1), ((4,), 10_001)]
)
def test_what_cannot_be_drawn_is_refused(rng, sizes, draws):
    with pytest.raises(BadParameter):
        estimates(Finite(np.ones((50, 1))), sizes, draws, rng)


@each("size", [64, 256, 1024])
def test_the_average_deviation_of_a_gaussian_is_the_chi_distributions_but_for_the_second_order(size):
    exact = np.sqrt(2 / size) * np.exp(lgamma(size / 2) - lgamma((size - 1) / 2))
    gauss = Moments(*np.array([[0.0], [1.0], [0.0], [0.0]]))
    assert abs(expected_deviation(gauss, [size], None).average[0, 0] - exact) <= 0.5 / size**2


@pytest.mark.parametrize("size", [2, 3, 8, 32])
def test_ninety_percent_of_a_bells_deviations_lie_between_theorys_ends(rng, size):
    bell = Moments(*np.array([[1.0], [3.0], [0.0], [0.0]]))
    expected = expected_deviation(bell, [size], None)
    (low,), (high,) = expected.ends(0)
    drawn = (1.0 + 3.0 * rng.standard_normal((20_000, size))).std(axis=1)
    for end, share in ((low, 0.05), (high, 0.95)):
        below = np.count_nonzero(drawn < end) / len(drawn)
        assert abs(below - share) < 5.0 * np.sqrt(share * (1.0 - share) / len(drawn))


def test_theorys_ends_of_a_deviation_are_never_below_zero_and_meet_where_the_batch_is_all_there_is():
    heavy = Moments(*np.array([[0.0, 0.0], [1.0, 0.0], [0.0, np.nan], [60.0, np.nan]]))
    expected = expected_deviation(heavy, [1, 2, 4, 50], 50)
    low, high = expected.ends(0)
    assert (low >= 0.0).all()
    assert (low[:-1] <= high[:-1]).all()
    assert low[-1] == high[-1]
    assert not np.any(expected.ends(1))
