"""Moments of parts are those of the whole, however it was dealt."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bncore import BadParameter, BatchNormError, EmptyBatch, VarianceOverflow
from bncore.doctor import merged, moments
from tests.each import each


@settings(max_examples=30)
@given(
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=6),
    shift=st.sampled_from([0.0, 1e6]),
    seed=st.integers(0, 99),
)
def test_however_a_batch_is_dealt_its_moments_are_the_same(sizes, shift, seed):
    rng = np.random.default_rng(seed)
    parts = [rng.normal(shift + part, 1, (size, 3)) for part, size in enumerate(sizes)]
    whole = np.concatenate(parts)
    together = merged([moments(len(part), part.mean(0), part.var(0)) for part in parts])
    assert together.count == len(whole)
    np.testing.assert_allclose(together.mean, whole.mean(0), rtol=1e-14)
    np.testing.assert_allclose(together.var, whole.var(0), rtol=1e-8 if shift else 1e-12, atol=1e-20)


def test_the_variance_between_parts_is_not_lost():
    together = merged([moments(2, [0.0], [0.0]), moments(2, [2.0], [0.0])])
    assert (together.var[0], together.between[0]) == (1.0, 1.0)
    assert together.unbiased[0] == pytest.approx(4 / 3)


def test_one_example_has_no_unbiased_variance():
    assert np.isnan(moments(1, [2.0], [0.0]).unbiased[0])


@each(
    ("given", "error"),
    [((0, [1.0], [1.0]), BadParameter), ((2, [1.0], [-1.0]), BadParameter), ((2, [1.0], [1.0, 2.0]), BatchNormError)],
)
def test_moments_that_cannot_be_are_refused(given, error):
    with pytest.raises(error):
        moments(*given)


@pytest.mark.parametrize("means", [(1e308, -1e308), (1.7e308, -1.7e308)])
def test_means_too_far_apart_for_float64_are_refused(means):
    with pytest.raises(VarianceOverflow):
        merged([moments(2, [mean], [1.0]) for mean in means])


def test_no_parts_have_no_moments():
    with pytest.raises(EmptyBatch):
        merged([])
