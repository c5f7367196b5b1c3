"""Chi-square's quantiles, against tables, the exponential law and draws."""

import math

import numpy as np
import pytest

from bncore.batch_size.chi_square import probability, quantile
from tests.each import each

TABLE = [
    (0.05, 1, 0.003932), (0.95, 1, 3.841459), (0.05, 4, 0.710723), (0.95, 4, 9.487729), (0.05, 30, 18.492661),
    (0.95, 30, 43.772972), (0.05, 100, 77.929465), (0.95, 100, 124.342113),
]  # fmt: skip


@each(("share", "freedom", "expected"), TABLE)
def test_quantiles_are_the_tables(share, freedom, expected):
    assert quantile(share, freedom) == pytest.approx(expected, rel=1e-4)


@each("share", [0.05, 0.5, 0.95])
def test_two_degrees_of_freedom_are_the_exponential_law(share):
    assert quantile(share, 2.0) == pytest.approx(-2.0 * math.log1p(-share), rel=1e-12)


@each("freedom", [0.074, 0.5, 3.7, 63.0, 199.0, 201.0, 5000.0])
def test_the_probability_below_a_quantile_is_its_share(freedom):
    for share in (0.05, 0.95):
        assert probability(quantile(share, freedom), freedom) == pytest.approx(share, abs=1e-4)


@pytest.mark.parametrize("freedom", [0.5, 7.0])
def test_quantiles_are_those_of_draws(freedom):
    draws = np.random.default_rng(3).chisquare(freedom, 40_000)
    for share in (0.05, 0.95):
        below = np.count_nonzero(draws < quantile(share, freedom)) / len(draws)
        assert abs(below - share) < 5.0 * math.sqrt(share * (1 - share) / len(draws))
