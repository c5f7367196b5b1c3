"""Moments and histograms in the numbers' own precision, against those in float64."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bncore.axis import Axis, axis_for
from bncore.network.counting import counted
from bncore.network.moments import moments, norm
from bncore.summary import histogram

AXES = [
    Axis("linear", -3.0, 3.0), Axis("linear", 0.0, 1.0), Axis("linear", -1.0, 3.0), Axis("linear", 2.0, 3.0),
    Axis("symlog", -10.0, 5.0, 0.01), Axis("symlog", -10.0, 10.0, 3.0), Axis("symlog", 0.0, 100.0, 0.5),
]  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [1e-30, 1e-10, 1.0, 1e10, 1e35])
@pytest.mark.parametrize("shift", [0.0, 3.0, 1000.0])
def test_the_moments_are_those_in_float64(dtype, scale, shift):
    x = (scale * (np.random.default_rng(0).standard_normal((70, 50)) + shift)).astype(dtype)
    exact, found = x.astype(np.float64) / scale, moments(x)
    assert found.count == 3500
    assert found.mean / scale == pytest.approx(exact.mean(), rel=1e-5, abs=1e-5)
    assert found.sd / scale == pytest.approx(exact.std(), rel=1e-3 if shift == 1000.0 else 1e-5)
    assert (found.low, found.high) == (x.min(), x.max())
    assert found.norm / scale == pytest.approx(np.linalg.norm(exact), rel=1e-5)
    assert norm(x) / scale == pytest.approx(np.linalg.norm(exact), rel=1e-5)


@pytest.mark.parametrize("constant", [0.0, 0.1, -7e37])
def test_a_constant_has_deviation_zero(constant):
    found = moments(np.full((30, 7), constant, "float32"))
    assert found.sd == 0.0
    assert found.mean == pytest.approx(constant)


@pytest.mark.parametrize("lost", [np.nan, np.inf, -np.inf])
def test_one_number_that_is_not_finite_shows(lost):
    x = np.ones((5, 5), "float32")
    x[3, 2] = lost
    assert not moments(x).finite
    assert math.isnan(norm(x))


@pytest.mark.parametrize("axis", AXES, ids=str)
def test_counts_are_those_of_the_summarys_histogram(axis):
    x = np.random.default_rng(1).standard_normal((60, 40)) * 2.5
    expected, found = histogram(x.reshape(1, -1), axis, 60), counted(x, axis, 60)
    np.testing.assert_array_equal(found, [*expected.below, *expected.counts[0], *expected.above])


@given(
    st.lists(st.floats(-(2.0**100), 2.0**100, width=32), min_size=1, max_size=40), st.sampled_from(["linear", "symlog"])
)
def test_every_number_is_counted_once(values, kind):
    x = np.array(values, "float32")
    axis = axis_for(float(x.min()), float(x.max()), kind, 1e-3)
    assert counted(x, axis, 31).sum() == len(x)
    assert counted(x, Axis("linear", -1.0, 1.0), 31).sum() == len(x)


def test_the_ends_of_an_axis_belong_to_it():
    counts = counted(np.array([0.0, 1.0, 1.0, 1.0000001], "float32"), Axis("linear", 0.0, 1.0), 4)
    assert counts.tolist() == [0, 1, 0, 0, 2, 1]


def test_numbers_at_the_ends_of_float32_are_counted_on_a_symlog_axis():
    x = np.array([1e-38, -1e-38, 3e38, -3e38, 0.0], "float32")
    counts = counted(x, axis_for(-3e38, 3e38, "symlog", 1e-38), 10)
    assert counts[0] == counts[-1] == 0
    assert counts.sum() == 5
