"""Drawing axes: they hold the data, stay put, and have few ticks."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bncore.distributions.axis import Axis, axis_for, fence, nice_ceiling

sizes = st.floats(-1e150, 1e150) | st.floats(-1e-3, 1e-3) | st.floats(-100, 100)
kinds = st.sampled_from(["linear", "symlog"])
widths = st.sampled_from([3.0, 1e-5, 1e-12, 100.0])


@given(sizes, sizes, kinds, widths)
def test_an_axis_holds_the_data_and_has_a_width(a, b, kind, width):
    low, high = min(a, b), max(a, b)
    axis = axis_for(low, high, kind, width)
    assert axis.low <= low
    assert axis.high >= high
    first, last = axis.limits()
    assert first < last
    assert np.diff(axis.edges(40)).min() > 0


@given(sizes, sizes, kinds, widths, st.integers(1, 60))
def test_zero_is_an_edge_where_it_lies_inside(a, b, kind, width, bins):
    axis = axis_for(min(a, b), max(a, b), kind, width)
    low, high = axis.limits()
    edges = axis.edges(bins)
    assert len(edges) == bins + 1
    assert (edges[0], edges[-1]) == (low, high)
    if low < 0 < high and bins > 1:
        assert edges[axis.bins_below_zero(bins)] == 0.0


def test_bins_on_both_sides_of_zero_hardly_differ_in_width():
    for low in np.linspace(-9.0, -1.0, 33):
        widths = np.diff(Axis("linear", float(low), 10.0).edges(40))
        assert widths.max() / widths.min() < 1.15


@given(sizes, sizes, kinds, widths)
def test_an_axis_has_one_to_eight_ticks_inside_it_with_room_between_and_texts_that_differ(a, b, kind, width):
    axis = axis_for(min(a, b), max(a, b), kind, width)
    low, high = axis.limits()
    places, texts = zip(*axis.ticks(), strict=True)
    assert 1 <= len(places) <= 8
    slack = 1e-6 * (high - low)
    assert low - slack <= min(places) <= max(places) <= high + slack
    assert np.diff(places).min(initial=math.inf) >= (high - low) / 12
    assert len(set(texts)) == len(texts)


@given(sizes.filter(lambda v: v != 0), kinds)
def test_a_constant_is_drawn_in_the_middle_of_something(value, kind):
    axis = axis_for(value, value, kind)
    assert axis.low < axis.high
    if kind == "linear" and abs(value) > 1e-280:
        assert axis.low < value < axis.high


def test_nothing_but_zeros_has_an_axis_around_zero():
    assert axis_for(0.0, 0.0, "linear") == Axis("linear", -1.2, 1.2)
    assert axis_for(0.0, 0.0, "symlog") == Axis("symlog", -4.0, 4.0)


def test_a_symlog_axis_of_one_sided_data_ends_at_zero():
    assert axis_for(501, 900, "symlog").low == 0.0
    assert axis_for(-900, -0.5, "symlog").high == 0.0
    assert axis_for(0.0, 900, "symlog").low == 0.0


def test_slightly_different_data_have_the_same_axis():
    axes = {axis_for(-3.1 - 0.01 * k, 4.2 + 0.01 * k, "linear") for k in range(10)}
    assert len(axes) == 1


def test_a_symlog_axis_has_no_seam_is_linear_near_zero_and_gives_each_decade_the_same_room_far_from_it():
    axis = Axis("symlog", -100, 100, 3.0)
    np.testing.assert_allclose(axis.position(np.array([1e-3, -2e-3])), np.array([1e-3, -2e-3]) / 3.0, rtol=1e-6)
    np.testing.assert_allclose(np.diff(axis.position(3.0 * 10.0 ** np.arange(4, 9))), np.log(10.0), rtol=1e-6)
    values = np.linspace(-60.0, 60.0, 20_001)
    slope = np.gradient(axis.position(values), values)
    assert np.abs(np.diff(slope)).max() < 1e-3 * slope.max()


@given(sizes, widths)
def test_the_value_at_a_position_is_the_one_that_lies_there(value, width):
    for kind in ("linear", "symlog"):
        axis = Axis(kind, -1.0, 1.0, width)
        assert axis.value(axis.position(np.array([value])))[0] == pytest.approx(value, rel=1e-12, abs=1e-300)


@given(st.lists(st.floats(-1e150, 1e150), min_size=2, max_size=20), widths)
def test_positions_keep_order_and_are_odd(values, width):
    axis = Axis("symlog", -1, 1, width)
    ordered = np.sort(np.array(values))
    assert (np.diff(axis.position(ordered)) >= 0).all()
    np.testing.assert_array_equal(axis.position(-ordered), -axis.position(ordered))


def test_wines_axis_is_ticked_at_powers_of_ten():
    axis = axis_for(-4.0, 1680.0, "symlog")
    assert (axis.low, axis.high) == (-5.0, 2000.0)
    assert [text for _, text in axis.ticks()] == ["0", "10", "100", "1000"]


def test_ticks_of_a_narrow_range_far_from_zero_can_be_told_apart():
    texts = [text for _, text in axis_for(1e6, 1e6 + 0.01, "linear").ticks()]
    assert len(texts) >= 4
    assert texts[0].startswith(("1000000", "1e6"))


@given(st.floats(1e-200, 1e200), st.floats(-1, 1))
def test_the_texts_of_a_linear_axis_with_zero_are_short_and_times_its_power_of_ten_the_values(high, share):
    low = -high * abs(share)
    axis = axis_for(low, high, "linear")
    for place, text in axis.ticks():
        assert len(text) <= 5
        shown = float(text.replace("−", "-")) * 10.0**axis.exponent
        assert shown == pytest.approx(place, rel=1e-9, abs=1e-12 * high)


@given(st.floats(1e-280, 1e300))
def test_nice_ceiling_is_at_least_the_value_and_not_much_more(value):
    assert value * (1 - 1e-8) <= nice_ceiling(value) <= value * 1.52


def test_outliers_do_not_widen_the_fence_and_ordinary_values_do_not_leave_it():
    rng = np.random.default_rng(0)
    plain = np.sort(rng.standard_normal((1, 1000)), axis=1)
    low, high = fence(plain)
    assert (low[0], high[0]) == (plain[0, 0], plain[0, -1])
    wild = plain.copy()
    wild[0, -3:] = 1e6
    assert fence(wild)[1, 0] < 10
