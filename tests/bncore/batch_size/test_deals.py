"""One example dealt into batches with random companions, held against the definition and every batch there is."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bncore.batch_size.dealing.deals import deal
from bncore.batch_size.noise.example import Epsilon
from bncore.batch_size.population import Endless, Finite, moments
from bncore.errors import BadParameter

X = np.array([0.5, -1.0, 2.0, 3.5, -0.25, 1.0])
FINITE = Finite(X[:, None])


def rng(seed=0):
    return np.random.default_rng(seed)


def endless():
    drawn = rng(9).normal(size=(1000, 1))
    return Endless(lambda size, of: of.normal(size=(size, 1)), moments(drawn))


@given(size=st.integers(2, 6), row=st.integers(0, 5), eps=st.sampled_from([0.0, 1e-5, 0.5]))
def test_each_deal_is_a_batch_of_different_examples_with_the_followed_one_first(size, row, eps):
    dealt = deal(FINITE, X[row], row, size, 20, rng(), Epsilon(eps))
    assert (dealt.rows[:, 0] == row).all()
    assert all(len(set(rows)) == size for rows in dealt.rows.tolist())
    np.testing.assert_array_equal(dealt.x, X[dealt.rows])
    np.testing.assert_allclose(dealt.mean, dealt.x.mean(axis=1))
    np.testing.assert_allclose(dealt.sd, dealt.x.std(axis=1), atol=1e-12)
    by_definition = (X[row] - dealt.x.mean(axis=1)) / np.sqrt(dealt.x.var(axis=1) + eps)
    np.testing.assert_allclose(dealt.x_hat, by_definition, atol=1e-9)
    assert (np.abs(dealt.x_hat) <= np.sqrt(size - 1) + 1e-12).all()


def test_every_set_of_companions_is_as_likely_as_every_other():
    dealt = deal(FINITE, X[2], 2, 3, 4000, rng(), Epsilon(0.0))
    others = [frozenset(rows[1:]) for rows in dealt.rows.tolist()]
    counts = [others.count(frozenset(pair)) for pair in combinations([0, 1, 3, 4, 5], 2)]
    assert sum(counts) == 4000
    assert max(abs(count - 400) for count in counts) < 5 * np.sqrt(400 * 0.9)


def test_a_batch_of_everything_is_the_same_each_time():
    dealt = deal(FINITE, X[1], 1, 6, 50, rng(), Epsilon())
    assert dealt.var == 0.0
    np.testing.assert_allclose(dealt.mean, X.mean())


def test_a_source_without_an_end_gives_companions_of_its_own():
    dealt = deal(endless(), 1.5, None, 4, 3000, rng(), Epsilon(0.0))
    assert dealt.rows is None
    assert (dealt.x[:, 0] == 1.5).all()
    assert dealt.mean.mean() == pytest.approx(1.5 / 4, abs=5 * np.sqrt(3) / 4 / np.sqrt(3000))


@pytest.mark.parametrize("size", [1, 7])
def test_a_batch_that_there_is_not_is_refused(size):
    with pytest.raises(BadParameter, match="give 2 to 6"):
        deal(FINITE, X[0], 0, size, 5, rng(), Epsilon())
