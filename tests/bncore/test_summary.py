"""Moments, quantiles and histograms against NumPy's own, and their laws."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bncore import summary
from bncore.axis import Axis
from bncore.summary import QUANTILES, correlation, histogram, row_blocks, summarize

finite = st.floats(-1e100, 1e100)
tables = hnp.arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 40)), elements=finite)


@given(tables)
def test_quantiles_and_extremes_equal_numpys(values):
    found = summarize(values)
    expected = np.quantile(values, QUANTILES, axis=1)
    scale = np.abs(values).max()
    np.testing.assert_allclose(found.quantiles, expected, rtol=1e-12, atol=1e-14 * scale)
    np.testing.assert_array_equal(found.low, values.min(axis=1))
    np.testing.assert_array_equal(found.high, values.max(axis=1))


@given(tables)
def test_everything_lies_between_the_extremes(values):
    found = summarize(values)
    assert ((found.low <= found.mean) & (found.mean <= found.high)).all()
    assert ((found.low <= found.quantiles) & (found.quantiles <= found.high)).all()
    assert (found.fences[0] >= found.low).all()
    assert (found.fences[1] <= found.high).all()


@pytest.mark.parametrize("numbers", [1, 2, 101, summary.SORT_UP_TO, summary.SORT_UP_TO + 1])
def test_selected_order_statistics_give_the_quantiles_of_sorted_ones(numbers):
    values = np.random.default_rng(3).standard_normal((2, numbers))
    found = summarize(values)
    np.testing.assert_allclose(found.quantiles, np.quantile(values, QUANTILES, axis=1), rtol=1e-12)
    ordered = np.sort(values, axis=1)
    np.testing.assert_array_equal(found.fences, summary.fence(ordered))


@pytest.mark.parametrize("scale", [1e-300, 1e-150, 1e-5, 1.0, 1e8, 1e150])
def test_moments_at_any_scale(scale):
    plain = np.random.default_rng(1).standard_normal((3, 500))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = summarize(plain * scale)
    np.testing.assert_allclose(found.mean, plain.mean(axis=1) * scale, rtol=1e-9)
    np.testing.assert_allclose(found.sd, plain.std(axis=1) * scale, rtol=1e-12)


@pytest.mark.parametrize("value", [0.1, -3.3, 1e150, 1e-300, 0.0])
def test_a_constant_has_itself_as_mean_and_no_deviation(value):
    found = summarize(np.full((1, 178), value))
    assert found.mean[0] == value
    assert found.sd[0] == 0.0


def test_blocks_of_rows_change_nothing(monkeypatch):
    values = np.random.default_rng(2).standard_normal((7, 30))
    whole, counted = summarize(values), histogram(values, Axis("linear", -1, 1), 8)
    monkeypatch.setattr(summary, "BLOCK", 60)
    assert len(list(row_blocks(7, 30))) == 4
    parted, recounted = summarize(values), histogram(values, Axis("linear", -1, 1), 8)
    for name in ("mean", "sd", "low", "quantiles", "high", "fences"):
        np.testing.assert_array_equal(getattr(parted, name), getattr(whole, name))
    np.testing.assert_array_equal(recounted.counts, counted.counts)
    assert recounted.outside == counted.outside


@given(tables, st.sampled_from(["linear", "symlog"]), st.floats(0.1, 1e3), st.integers(1, 50))
def test_bins_and_outside_together_hold_every_value(values, kind, half, bins):
    axis = Axis(kind, -half, 2 * half, 0.05)
    found = histogram(values, axis, bins)
    inside = (values >= axis.low) & (values <= axis.high)
    np.testing.assert_array_equal(found.counts.sum(axis=1), inside.sum(axis=1))
    np.testing.assert_array_equal(found.below, (values < axis.low).sum(axis=1))
    np.testing.assert_array_equal(found.above, (values > axis.high).sum(axis=1))
    assert found.outside == values.size - found.counts.sum()


def test_a_linear_histogram_is_numpys():
    values = np.random.default_rng(0).standard_normal((2, 1000))
    found = histogram(values, Axis("linear", -3, 3), 24)
    for row, counts in zip(values, found.counts, strict=True):
        np.testing.assert_array_equal(counts, np.histogram(row, 24, (-3, 3))[0])


@given(tables, st.sampled_from(["linear", "symlog"]), st.floats(0.1, 1e3), st.integers(2, 50))
def test_zeros_and_what_is_above_are_never_counted_left_of_zero(values, kind, half, bins):
    axis = Axis(kind, -half, 2 * half, 0.05)
    values = np.where(values > 0, np.minimum(values, half), 0.0)
    found = histogram(values, axis, bins)
    assert found.counts[:, : axis.bins_below_zero(bins)].sum() == 0
    mirrored = histogram(-np.maximum(values, 1e-200), axis, bins)
    assert mirrored.counts[:, axis.bins_below_zero(bins) :].sum() == 0


def test_a_histogram_is_numpys_between_the_axis_own_edges():
    values = 3.0 * np.random.default_rng(0).standard_normal((2, 1000))
    for axis in (Axis("linear", -3, 7), Axis("symlog", -5, 90, 1.0)):
        found = histogram(values, axis, 24)
        for row, counts in zip(axis.position(values), found.counts, strict=True):
            np.testing.assert_array_equal(counts, np.histogram(row, axis.edges(24))[0])


def test_both_ends_of_the_axis_belong_to_it():
    found = histogram(np.array([[-1.0, 1.0]]), Axis("linear", -1, 1), 4)
    assert found.counts.tolist() == [[1, 0, 0, 1]]
    assert found.outside == 0


def test_correlation_is_numpys_and_survives_any_scale():
    a, b = np.random.default_rng(5).standard_normal((2, 50))
    pairs = np.array([[1e150 * a, 1e-150 * b], [a, a], [a, -a], [a, np.full(50, 0.1)]])
    *found, of_a_constant = correlation(pairs)
    assert found == pytest.approx([np.corrcoef(a, b)[0, 1], 1.0, -1.0], rel=1e-12)
    assert np.isnan(of_a_constant)
