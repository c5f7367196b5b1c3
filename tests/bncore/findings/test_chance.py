"""The law of a ratio of variances against exact quantiles, and how many healthy features are named."""

import numpy as np
import pytest

from bncore.findings.chance import beyond_chance, deviate, upper_tail
from tests.each import each


def tails(chances, df, other):
    """What the law says of the ratios that have these chances exactly."""
    from scipy import stats

    law = stats.chi2(df) if np.isinf(other) else stats.f(df, other)
    ratios = law.isf(chances) / (df if np.isinf(other) else 1.0)
    return upper_tail(deviate(ratios, np.full(len(chances), float(df)), np.full(len(chances), float(other))))


@each(("df", "off"), [(0.5, 0.35), (1, 0.3), (3, 0.15), (15, 0.05), (63, 0.02)])
def test_a_chance_of_one_in_a_hundred_is_told_to_a_few_percent_of_itself(df, off):
    chances = np.array([0.01, 0.005, 0.001])
    np.testing.assert_allclose(tails(chances, df, np.inf), chances, rtol=off)


@each("df", [0.5, 1.0, 3.0, 15.0, 63.0])
@each("averaged", [19.0, np.inf])
def test_no_chance_below_one_in_a_thousand_is_understated_by_a_tenth(df, averaged):
    """Far out the cube root errs to the careful side."""
    chances = np.array([1e-3, 1e-4, 1e-5, 1e-6])
    assert (tails(chances, df, averaged * df) > 0.9 * chances).all()


@each("df", [0.5, 1.0, 3.0, 15.0, 63.0])
def test_a_small_variance_is_never_called_less_likely_than_it_is_for_a_bell(df):
    chances = np.array([0.01, 1e-3, 1e-5])
    from scipy import stats

    ratios = stats.chi2(df).ppf(chances) / df
    told = upper_tail(-deviate(ratios, np.full(3, df), np.full(3, np.inf)))
    assert (told > 0.9 * chances).all()


def test_an_infinite_ratio_is_as_unlikely_as_can_be():
    assert upper_tail(deviate(np.array([np.inf]), np.array([3.0]), np.array([np.inf])))[0] == 0.0
    beside = deviate(np.array([np.inf, 1e30]), np.full(2, 1.0), np.full(2, 19.0))
    assert beside[0] == pytest.approx(beside[1], rel=1e-6)


def test_of_healthy_features_something_is_named_once_in_a_hundred_times():
    rng, trials, level = np.random.default_rng(0), 20_000, 0.01
    wrong = sum(beyond_chance(chances, level).any() for chances in rng.random((trials, 64)))
    assert abs(wrong / trials - level) < 5 * np.sqrt(level / trials)


def test_among_many_that_are_off_each_healthy_one_is_named_once_in_a_hundred_times_at_most():
    rng, trials, level = np.random.default_rng(1), 20_000, 0.01
    wrong = 0
    for healthy in rng.random(trials):
        named = beyond_chance(np.array([healthy] + [0.0] * 63), level)
        assert named[1:].all()
        wrong += named[0]
    assert wrong / trials < level + 5 * np.sqrt(level / trials)


def test_all_that_are_as_unlikely_are_named_alike():
    assert beyond_chance(np.array([1e-4, 0.5, 1e-4, 1e-4]), 0.01).tolist() == [True, False, True, True]
    assert not beyond_chance(np.array([0.02, 0.011]), 0.01).any()
