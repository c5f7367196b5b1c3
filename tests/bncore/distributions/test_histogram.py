"""Histograms in bins of the row's own: every value counted, shapes kept by affine maps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bncore.distributions.axis import Axis
from bncore.distributions.histogram import FEWEST, MOST, collapsed
from bncore.distributions.histogram import heights as heights_of
from bncore.distributions.summary import histogram
from tests.each import each

finite = st.floats(-1e100, 1e100)
tables = hnp.arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 40)), elements=finite)
AXIS = Axis("linear", -1.0, 1.0)


@given(tables)
def test_every_value_is_counted_once_between_the_rows_extremes(values):
    counts = histogram(values, AXIS)
    np.testing.assert_array_equal(counts.counts.sum(axis=1), values.shape[1])
    edges = counts.bins.edges
    assert (np.diff(edges, axis=1) >= 0).all()
    several = ~counts.constant
    np.testing.assert_array_equal(edges[several, 0], values.min(axis=1)[several])
    np.testing.assert_array_equal(edges[several, -1], values.max(axis=1)[several])


@given(tables)
def test_a_row_is_constant_where_its_values_are(values):
    span = values.max(axis=1) - values.min(axis=1)
    np.testing.assert_array_equal(histogram(values, AXIS).constant, span <= 1e-290)


@given(tables, st.sampled_from(["linear", "symlog"]), st.floats(0.1, 1e3))
def test_what_lies_outside_the_axis_is_counted_on_each_side(values, kind, half):
    axis = Axis(kind, -half, 2 * half, 0.05)
    counts = histogram(values, axis)
    np.testing.assert_array_equal(counts.below, (values < axis.low).sum(axis=1))
    np.testing.assert_array_equal(counts.above, (values > axis.high).sum(axis=1))
    assert counts.outside == counts.below.sum() + counts.above.sum()


@each("make", ["normal", "integers", "two_peaks", "heavy", "relu"])
def test_counts_are_numpys_between_the_rows_own_edges_and_densities_are_per_unit_of_data(make):
    rows = drawn(make)
    binned = histogram(rows, AXIS)
    for row, counts, edges, heights in zip(rows, binned.counts, binned.bins.edges, binned.heights, strict=True):
        used = np.diff(edges) > 0
        kept = np.append(edges[:-1][used], edges[-1])
        np.testing.assert_array_equal(counts[used], np.histogram(row, kept)[0])
        assert counts[~used].sum() == 0
        density = np.histogram(row, kept, density=True)[0]
        np.testing.assert_allclose(heights[used], density / density.max(), rtol=1e-9)


def drawn(make, numbers=1000, rows=3):
    rng = np.random.default_rng(7)
    return {
        "normal": lambda: rng.standard_normal((rows, numbers)),
        "uniform": lambda: rng.random((rows, numbers)),
        "integers": lambda: rng.integers(0, 17, (rows, numbers)).astype(float),
        "two_peaks": lambda: rng.standard_normal((rows, numbers)) + 6.0 * rng.integers(0, 2, (rows, numbers)),
        "heavy": lambda: rng.standard_t(1.5, (rows, numbers)),
        "relu": lambda: np.maximum(rng.standard_normal((rows, numbers)), 0.0),
    }[make]()


@each("make", ["normal", "uniform", "integers", "two_peaks", "heavy", "relu"])
@each("factor", [3.0, -3.0, 1.7e-9, -4.1e12])
@each("shift", [0.0, 0.37, -11.0])
@each("numbers", [5, 64, 1000])
def test_an_affine_map_keeps_the_counts_of_a_row_and_a_mirror_turns_them_round(make, factor, shift, numbers):
    rows = drawn(make, numbers)
    before, after = histogram(rows, AXIS), histogram(factor * (rows + shift), AXIS)
    for a, b, some in zip(before.counts, after.counts, ~before.constant, strict=True):
        used_a, used_b = (np.trim_zeros(counts) for counts in (a, b))
        assert some
        np.testing.assert_array_equal(used_a if factor > 0 else used_a[::-1], used_b)


@each("numbers", [2, 10, 256, 100_000])
def test_there_are_no_more_bins_than_noise_allows(numbers):
    counts = histogram(drawn("normal", numbers, 1), AXIS)
    bins = int(counts.bins.most[0] - counts.bins.least[0]) + 1
    assert FEWEST <= bins <= min(MOST, max(FEWEST, 2.0 * 2.0 * numbers ** (1 / 3) + 1)) + 2


def test_an_outlier_is_in_a_wide_bin_and_leaves_the_shape_as_it_is():
    plain = drawn("normal", 1000, 1)
    wild = np.append(plain, [[1e6, -1e6]], axis=1)
    without, counts = histogram(plain, AXIS), histogram(wild, AXIS)
    assert counts.counts[0, 0] == 1
    assert counts.counts[0].max() <= without.counts[0].max() + 20
    assert counts.heights[0, 0] < 1e-6
    assert counts.bins.width[0] == pytest.approx(without.bins.width[0], rel=0.2)


def test_zeros_are_the_left_end_of_what_relu_lets_through():
    counts = histogram(drawn("relu"), AXIS)
    assert (counts.bins.edges[:, 0] == 0.0).all()
    columns = counts.on(np.array([-1.0, 0.0, 1.0, 9.0]))
    assert (columns[:, 0] == 0.0).all()
    np.testing.assert_allclose(columns.sum(axis=1), 1000)


@given(tables, st.integers(1, 30))
def test_columns_over_a_row_hold_all_of_its_values(values, columns):
    low, high = values.min() - 1.0, values.max() + 1.0
    low, high = low - abs(low), high + abs(high)
    counts = histogram(values, AXIS).on(np.linspace(low, high, columns + 1))
    np.testing.assert_allclose(counts.sum(axis=1), values.shape[1], rtol=1e-9)
    assert (counts >= -1e-9 * values.shape[1]).all()


@each(("value", "expected"), [(0.0, [0, 4, 0]), (-0.5, [4, 0, 0]), (1.5, [0, 0, 4]), (7.0, [0, 0, 0])])
def test_a_row_of_one_value_is_in_the_column_that_it_begins(value, expected):
    counts = histogram(np.full((1, 4), value), AXIS)
    assert counts.on(np.array([-1.0, 0.0, 1.0, 2.0])).tolist() == [expected]
    assert not counts.heights.any()


def test_rows_that_are_rounding_collapse_to_zero():
    rows = np.array([[1e-17, -1e-17, 0.0, 5.0], [1.0, 2.0, 3.0, 4.0]])
    counts = histogram(rows, AXIS)
    flat = collapsed(counts, np.array([True, False]))
    assert flat.constant.tolist() == [True, False]
    assert (flat.bins.low[0], flat.counts[0, 1], flat.outside) == (0.0, 4, 3)
    np.testing.assert_array_equal(flat.counts[1], counts.counts[1])


def test_blocks_of_rows_change_nothing(monkeypatch):
    from bncore.distributions import summary

    values = np.random.default_rng(2).standard_normal((7, 30))
    whole = histogram(values, AXIS)
    monkeypatch.setattr(summary, "BLOCK", 60)
    parted = histogram(values, AXIS)
    np.testing.assert_array_equal(parted.counts, whole.counts)
    assert parted.outside == whole.outside


def test_bins_whose_width_has_no_reciprocal_have_heights():
    tiny = 5e-310
    heights = heights_of(np.array([[1, 2, 1]]), np.array([[0.0, tiny, 2 * tiny, 3 * tiny]]))
    np.testing.assert_allclose(heights, [[0.5, 1.0, 0.5]])
