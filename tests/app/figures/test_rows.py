"""Row panels: outlines that are the histogram, positions that are the numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from app.figures.outlines import ROW_HEIGHT, edges_on, placed, step_outlines
from app.figures.rows import Panel
from bncore.distributions.axis import Axis
from bncore.distributions.summary import histogram
from tests.each import each

histograms = hnp.arrays(
    np.float64, st.tuples(st.integers(1, 4), st.integers(1, 12)), elements=st.floats(0.01, 1) | st.just(0.0)
)


@given(histograms)
def test_an_outline_has_the_heights_between_the_edges_and_a_gap_behind_each_row(shares):
    rows, bins = shares.shape
    edges, bases = np.tile(np.arange(bins + 1.0), (rows, 1)), np.arange(rows - 1.0, -1, -1)
    x, y = step_outlines(edges, shares, bases, np.full(rows, np.nan))
    gaps = np.flatnonzero(np.isnan(y))
    assert len(gaps) == rows
    assert np.isnan(x[gaps]).all()
    for row, (xs, ys) in enumerate(zip(np.split(x, gaps)[:rows], np.split(y, gaps)[:rows], strict=True)):
        xs, ys = xs[~np.isnan(ys)], ys[~np.isnan(ys)]
        drawn = heights_between(xs, ys - bases[row], edges[row])
        np.testing.assert_allclose(drawn, shares[row] * ROW_HEIGHT, atol=0.006)
        if len(ys):
            assert ys[0] == ys[-1] == bases[row]


def test_a_row_of_one_value_is_one_line_at_its_mark_and_a_row_off_the_axis_is_nothing():
    x, y = step_outlines(np.zeros((2, 4)), np.zeros((2, 3)), np.array([1.0, 0.0]), np.array([0.5, np.nan]))
    np.testing.assert_array_equal(x, [0.5, 0.5, np.nan, np.nan])
    np.testing.assert_allclose(y, [1.0, 1.0 + ROW_HEIGHT, np.nan, np.nan])


@each("scale", [1e-12, 1e-4, 0.01, 1.0])
@each("shift", [0.0, 0.9])
def test_a_row_that_is_narrow_on_the_axis_is_drawn_with_its_own_shape(scale, shift):
    axis = Axis("linear", -1.0, 1.0)
    rows = np.random.default_rng(0).random((1, 500))
    bins = histogram(shift + scale * (rows - 0.5) / 20.0, axis).bins
    drawn, exact = edges_on(axis, bins), bins.edges
    assert np.abs(drawn - exact).max() <= max(0.01 * (exact[0, -1] - exact[0, 0]), 1e-15)
    if scale == 1.0:
        assert (drawn == drawn.round(4)).all()


def heights_between(xs, ys, edges):
    """The height of a line of shape `hv` over each bin; 0 where it is not drawn."""
    middles = (edges[1:] + edges[:-1]) / 2
    if len(xs) < 2:
        return np.zeros(len(middles))
    at = np.searchsorted(xs, middles, side="right") - 1
    inside = (middles > xs[0]) & (middles < xs[-1])
    return np.where(inside, ys[np.clip(at, 0, len(ys) - 1)], 0.0)


@each("length", [1e-280, 1e-9, 0.3, 1.0, 7.0, 1e6, 1e150])
def test_positions_are_rounded_to_a_thousandth_of_the_axis(length):
    axis = Axis("linear", -length / 2, length / 2)
    values = np.linspace(-length / 2, length / 2, 777)
    assert np.abs(placed(axis, values) - values).max() <= 0.00051 * length


@each(("features", "index"), [((0, 1, 2), slice(0, 3)), ((1, 3), [1, 3]), ((4,), slice(4, 5))])
def test_neighbouring_features_are_taken_as_a_slice(features, index):
    assert Panel(None, features, ["a"] * len(features), "title", "x").index == index
