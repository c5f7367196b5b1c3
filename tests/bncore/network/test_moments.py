"""Moments and histograms in the numbers' own precision, against those in float64."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bncore.distributions.axis import Axis
from bncore.network.measures.counting import bins_for, counted, outside
from bncore.network.measures.moments import moments, norm
from tests.each import each


@each("dtype", ["float32", "float64"])
@each("scale", [1e-30, 1e-10, 1.0, 1e10, 1e35])
@each("shift", [0.0, 3.0, 1000.0])
def test_the_moments_are_those_in_float64(dtype, scale, shift):
    x = (scale * (np.random.default_rng(0).standard_normal((70, 50)) + shift)).astype(dtype)
    exact, measured = x.astype(np.float64) / scale, moments(x)
    assert measured.count == 3500
    assert measured.mean / scale == pytest.approx(exact.mean(), rel=1e-5, abs=1e-5)
    assert measured.sd / scale == pytest.approx(exact.std(), rel=1e-3 if shift == 1000.0 else 1e-5)
    assert (measured.low, measured.high) == (x.min(), x.max())
    assert measured.norm / scale == pytest.approx(np.linalg.norm(exact), rel=1e-5)
    assert norm(x) / scale == pytest.approx(np.linalg.norm(exact), rel=1e-5)


@each("constant", [0.0, 0.1, -7e37])
def test_a_constant_has_deviation_zero(constant):
    measured = moments(np.full((30, 7), constant, "float32"))
    assert measured.sd == 0.0
    assert measured.mean == pytest.approx(constant)


@each("lost", [np.nan, np.inf, -np.inf])
def test_one_number_that_is_not_finite_shows(lost):
    x = np.ones((5, 5), "float32")
    x[3, 2] = lost
    assert not moments(x).finite
    assert math.isnan(norm(x))


@each("dtype", ["float32", "float64"])
@each(("shift", "scale"), [(0.0, 1.0), (0.0, 1e-35), (3.0, 1e30), (1000.0, 0.5), (-1.0, 1e-3)])
def test_counts_are_numpys_between_the_rows_own_edges(dtype, shift, scale):
    x = ((np.random.default_rng(1).standard_normal((60, 40)) + shift) * scale).astype(dtype)
    bins = bins_for(moments(x))
    edges = bins.edges[0]
    used = np.diff(edges) > 0.0
    counts = counted(x, bins)
    expected = np.histogram(x.astype(float).ravel(), np.append(edges[:-1][used], edges[-1]))[0]
    assert counts.sum() == x.size
    assert np.abs(counts[used] - expected).sum() <= (4 if dtype == "float32" else 0)


@given(st.lists(st.floats(-(2.0**100), 2.0**100, width=32), min_size=1, max_size=40))
def test_every_number_is_counted_once(values):
    x = np.array(values, "float32")
    assert counted(x, bins_for(moments(x))).sum() == len(x)


@each("values", [[1e-38, -1e-38, 3e38, -3e38, 0.0], [7.0] * 9, [0.0, 1e-45]])
def test_numbers_at_the_ends_of_float32_are_counted(values):
    x = np.array(values, "float32")
    assert counted(x, bins_for(moments(x))).sum() == len(x)


@given(st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=40), st.floats(-50, 0), st.floats(1, 50))
def test_what_is_outside_an_axis_is_counted(values, low, high):
    x = np.array(values, "float32")
    assert outside(x, moments(x), Axis("linear", low, high)) == np.count_nonzero((x < low) | (x > high))
