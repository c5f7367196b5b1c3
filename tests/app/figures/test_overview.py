"""The map of many features: shares of all values, neighbours pooled."""

import numpy as np
import pytest

from app.figures.overview import MOST_ROWS, overview_panel, pooled
from bncore.axis import Axis
from bncore.stages import Stage
from bncore.summary import histogram, summarize


def stage(values, axis):
    return Stage("x", values, summarize(values), histogram(values, axis, 10))


@pytest.mark.parametrize("features", [17, 64, 65, 100, 128, 1000])
def test_pooling_keeps_every_count_in_at_most_64_rows(features):
    counts = np.random.default_rng(0).integers(0, 9, (features, 5))
    rows, labels = pooled(counts, [f"f{i}" for i in range(features)])
    assert len(rows) == len(labels) <= MOST_ROWS
    assert rows.sum() == counts.sum()
    if features > MOST_ROWS:
        assert labels[0].startswith("f0 … f")
        assert labels[-1].endswith(f"f{features - 1}")


@pytest.mark.parametrize("features", [20, 65])
def test_a_cell_is_the_share_of_all_of_a_features_values_those_outside_too(features):
    values = np.tile(np.array([0.05, 0.05, 0.55, 7.0]), (features, 1))
    names = [f"f{i}" for i in range(features)]
    figure = overview_panel(stage(values, Axis("linear", 0, 1)), names, "title", "x")
    z = np.array(figure["data"][0]["z"])
    assert (z[:, 0] == 50).all()
    assert (z.sum(axis=1) == 75).all()


def test_the_map_lies_on_the_axis():
    axis = Axis("linear", -2, 3)
    (trace,) = overview_panel(stage(np.zeros((20, 4)), axis), ["f"] * 20, "title", "x")["data"]
    np.testing.assert_allclose(trace["x"], axis.edges(10), atol=0.003)
    assert len(trace["x"]) == 11
    assert 0.0 in trace["x"]
