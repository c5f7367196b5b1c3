"""Row panels: outlines that are the histogram, positions that are the numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from app.figures.rows import ROW_HEIGHT, Panel, placed, step_outlines
from bncore.axis import Axis

histograms = hnp.arrays(np.int64, st.tuples(st.integers(1, 4), st.integers(1, 12)), elements=st.integers(0, 9))


@given(histograms)
def test_an_outline_has_the_histograms_heights_and_a_gap_behind_each_row(counts):
    rows, bins = counts.shape
    edges, bases = np.arange(bins + 1.0), np.arange(rows - 1.0, -1, -1)
    x, y = step_outlines(edges, counts, bases)
    gaps = np.flatnonzero(np.isnan(y))
    assert len(gaps) == rows
    assert np.isnan(x[gaps]).all()
    for row, (xs, ys) in enumerate(zip(np.split(x, gaps)[:rows], np.split(y, gaps)[:rows], strict=True)):
        xs, ys = xs[~np.isnan(ys)], ys[~np.isnan(ys)]
        drawn = heights_between(xs, ys - bases[row], edges)
        expected = counts[row] * ROW_HEIGHT / max(counts[row].max(), 1)
        np.testing.assert_allclose(drawn, expected, atol=0.006)
        if len(ys):
            assert ys[-1] == bases[row]


def heights_between(xs, ys, edges):
    """The height of a line of shape `hv` over each bin; 0 where it is not drawn."""
    middles = (edges[1:] + edges[:-1]) / 2
    if len(xs) < 2:
        return np.zeros(len(middles))
    at = np.searchsorted(xs, middles, side="right") - 1
    inside = (middles > xs[0]) & (middles < xs[-1])
    return np.where(inside, ys[np.clip(at, 0, len(ys) - 1)], 0.0)


@pytest.mark.parametrize("length", [1e-280, 1e-9, 0.3, 1.0, 7.0, 1e6, 1e150])
def test_positions_are_rounded_to_a_thousandth_of_the_axis(length):
    axis = Axis("linear", -length / 2, length / 2)
    values = np.linspace(-length / 2, length / 2, 777)
    assert np.abs(placed(axis, values) - values).max() <= 0.00051 * length


@pytest.mark.parametrize(("features", "index"), [((0, 1, 2), slice(0, 3)), ((1, 3), [1, 3]), ((4,), slice(4, 5))])
def test_neighbouring_features_are_taken_as_a_slice(features, index):
    assert Panel(None, features, ["a"] * len(features), "title", "x").index == index
