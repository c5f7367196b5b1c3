"""Examples of a finite population among random companions, held against every batch that there is."""

from itertools import combinations

import numpy as np
import pytest

from bncore.batch_norm import forward
from bncore.batch_size.noise.companions import orders
from bncore.batch_size.noise.example import Epsilon
from bncore.batch_size.population import Finite

X = np.array([-1.5, -1.1, -0.4, 0.2, 0.9, 1.7, 2.5])
ROWS = np.array([4, 0, 6])
DRAWS = 20_000
EXACT = Epsilon(0.0)


def every(members, size):
    """x_hat of the members in every batch with other companions, (members, batches)."""
    others = [value for row, value in enumerate(X) if row not in members]
    batches = [[*X[list(members)], *chosen] for chosen in combinations(others, size - len(members))]
    return forward(np.array(batches).T, eps=0.0).x_hat[: len(members)]


@pytest.fixture(params=[2, 3, 5, 6, 7])
def size(request):
    return request.param


@pytest.fixture
def companions(size):
    return orders(Finite(X[:, None]), ROWS, size, DRAWS, np.random.default_rng(3))


def test_an_example_alone_meets_all_the_others(companions, size):
    for row, measured in zip(ROWS, companions.alone(EXACT), strict=True):
        (exact,) = every([row], size)
        assert measured.mean() == pytest.approx(exact.mean(), abs=5 * exact.std() / np.sqrt(DRAWS) + 1e-12)
        assert measured.var() == pytest.approx(exact.var(), rel=0.1, abs=1e-12)
        assert set(np.round(measured, 9)) == set(np.round(exact, 9))


def test_two_together_meet_all_the_others(companions, size):
    first, second = np.triu_indices(len(ROWS), 1)
    for a, b, measured in zip(first, second, np.stack(companions.together(first, second, EXACT), axis=1), strict=True):
        exact = every([ROWS[a], ROWS[b]], size)
        assert {tuple(pair) for pair in np.round(measured, 9).T} == {tuple(pair) for pair in np.round(exact, 9).T}
        np.testing.assert_allclose(
            measured.mean(axis=1), exact.mean(axis=1), atol=5 * exact.std() / np.sqrt(DRAWS) + 1e-12
        )
        if size not in (2, 7):
            r = np.corrcoef(exact)[0, 1]
            assert np.corrcoef(measured)[0, 1] == pytest.approx(r, abs=5 * (1 - r**2) / np.sqrt(DRAWS) + 1e-3)


def test_a_huge_example_costs_its_companions_no_digits():
    x = np.append(X, 1e9)
    companions = orders(Finite(x[:, None]), np.array([2, 7]), 3, 50, np.random.default_rng(0))
    _, huge = companions.alone(EXACT)
    np.testing.assert_allclose(huge, np.sqrt(2), rtol=1e-6)
