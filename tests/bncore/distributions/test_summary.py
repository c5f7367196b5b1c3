"""Moments and quantiles against NumPy's own, and their laws."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bncore.distributions import summary
from bncore.distributions.summary import QUANTILES, correlation, row_blocks, summarize
from tests.each import each

finite = st.floats(-1e100, 1e100)
tables = hnp.arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 40)), elements=finite)


@given(tables)
def test_quantiles_and_extremes_equal_numpys(values):
    summarized = summarize(values)
    expected = np.quantile(values, QUANTILES, axis=1)
    scale = np.abs(values).max()
    np.testing.assert_allclose(summarized.quantiles, expected, rtol=1e-12, atol=1e-14 * scale)
    np.testing.assert_array_equal(summarized.low, values.min(axis=1))
    np.testing.assert_array_equal(summarized.high, values.max(axis=1))


@given(tables)
def test_everything_lies_between_the_extremes(values):
    summarized = summarize(values)
    assert ((summarized.low <= summarized.mean) & (summarized.mean <= summarized.high)).all()
    assert ((summarized.low <= summarized.quantiles) & (summarized.quantiles <= summarized.high)).all()
    assert (summarized.fences[0] >= summarized.low).all()
    assert (summarized.fences[1] <= summarized.high).all()


@each("numbers", [1, 2, 101, summary.SORT_UP_TO, summary.SORT_UP_TO + 1])
def test_selected_order_statistics_give_the_quantiles_of_sorted_ones(numbers):
    values = np.random.default_rng(3).standard_normal((2, numbers))
    summarized = summarize(values)
    np.testing.assert_allclose(summarized.quantiles, np.quantile(values, QUANTILES, axis=1), rtol=1e-12)
    ordered = np.sort(values, axis=1)
    np.testing.assert_array_equal(summarized.fences, summary.fence(ordered))


@each("scale", [1e-300, 1e-150, 1e-5, 1.0, 1e8, 1e150])
def test_moments_at_any_scale(scale):
    plain = np.random.default_rng(1).standard_normal((3, 500))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        summarized = summarize(plain * scale)
    np.testing.assert_allclose(summarized.mean, plain.mean(axis=1) * scale, rtol=1e-9)
    np.testing.assert_allclose(summarized.sd, plain.std(axis=1) * scale, rtol=1e-12)


@each("value", [0.1, -3.3, 1e150, 1e-300, 0.0])
def test_a_constant_has_itself_as_mean_and_no_deviation(value):
    constant = summarize(np.full((1, 178), value))
    assert constant.mean[0] == value
    assert constant.sd[0] == 0.0


def test_blocks_of_rows_change_nothing(monkeypatch):
    values = np.random.default_rng(2).standard_normal((7, 30))
    whole = summarize(values)
    monkeypatch.setattr(summary, "BLOCK", 60)
    assert len(list(row_blocks(7, 30))) == 4
    parted = summarize(values)
    for name in ("mean", "sd", "low", "quantiles", "high", "fences"):
        np.testing.assert_array_equal(getattr(parted, name), getattr(whole, name))


def test_correlation_is_numpys_and_survives_any_scale():
    a, b = np.random.default_rng(5).standard_normal((2, 50))
    pairs = np.array([[1e150 * a, 1e-150 * b], [a, a], [a, -a], [a, np.full(50, 0.1)]])
    *correlations, of_a_constant = correlation(pairs)
    assert correlations == pytest.approx([np.corrcoef(a, b)[0, 1], 1.0, -1.0], rel=1e-12)
    assert np.isnan(of_a_constant)
