"""The map of many features: densities, neighbours pooled."""

import numpy as np
import pytest

from app.figures.overview import MOST_ROWS, overview_panel, pooled
from bncore.distributions.axis import Axis
from bncore.distributions.summary import histogram, summarize
from bncore.playground.stages import Stage


def stage(values, axis):
    return Stage("x", values, summarize(values), histogram(values, axis))


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
@pytest.mark.parametrize("kind", ["linear", "symlog"])
def test_a_cell_is_the_density_per_unit_of_data_in_percent_of_its_rows_highest(features, kind):
    values = np.tile(np.random.default_rng(0).random(4000), (features, 1))  # as dense everywhere
    names = [f"f{i}" for i in range(features)]
    axis = Axis(kind, -1.0, 5.0, 0.1)
    z = np.array(overview_panel(stage(values, axis), names, "title", "x")["data"][0]["z"])
    inside = axis.value(axis.edges(40))
    within = (inside[:-1] >= 0.05) & (inside[1:] <= 0.95)
    assert (z[:, within] >= 75).all()
    assert (z[:, inside[1:] <= 0.0] == 0).all()
    assert (z.max(axis=1) == 100).all()


def test_the_map_lies_on_the_axis():
    axis = Axis("linear", -2, 3)
    (trace,) = overview_panel(stage(np.zeros((20, 4)), axis), ["f"] * 20, "title", "x")["data"]
    np.testing.assert_allclose(trace["x"], axis.edges(40), atol=0.003)
    assert len(trace["x"]) == 41
    assert 0.0 in trace["x"]
    column = list(trace["x"]).index(0.0)
    assert (np.array(trace["z"])[:, column] == 100).all()
