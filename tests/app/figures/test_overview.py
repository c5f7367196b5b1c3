"""Many features at once: a map of densities, neighbours pooled; of small batches a stroke a value, where it lies."""

from dataclasses import replace

import numpy as np
import pytest

from app.figures.dots import DOTS_UP_TO
from app.figures.overview import MOST_ROWS, overview_panel, pooled
from bncore.distributions.axis import Axis
from bncore.distributions.summary import histogram, summarize
from bncore.playground.stages import Stage
from tests.each import each


def stage(values, axis):
    return Stage("x", values, summarize(values), histogram(values, axis))


@each("features", [17, 64, 65, 100, 128, 1000])
def test_pooling_keeps_every_count_in_at_most_64_rows(features):
    counts = np.random.default_rng(0).integers(0, 9, (features, 5))
    rows, labels = pooled(counts, [f"f{i}" for i in range(features)])
    assert len(rows) == len(labels) <= MOST_ROWS
    assert rows.sum() == counts.sum()
    if features > MOST_ROWS:
        assert labels[0].startswith("f0 … f")
        assert labels[-1].endswith(f"f{features - 1}")


@each("features", [20, 65])
@each("kind", ["linear", "symlog"])
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
    (trace,) = overview_panel(stage(np.zeros((20, DOTS_UP_TO + 1)), axis), ["f"] * 20, "title", "x")["data"]
    np.testing.assert_allclose(trace["x"], axis.edges(40), atol=0.003)
    assert len(trace["x"]) == 41
    assert 0.0 in trace["x"]
    column = list(trace["x"]).index(0.0)
    assert (np.array(trace["z"])[:, column] == 100).all()


def strokes(figure):
    """Row, value and example of each stroke of a figure on a linear axis, sorted."""
    (line,) = [trace for trace in figure["data"] if trace["type"] == "scatter"]
    x, y, numbers = (np.reshape(line[key], (-1, 3)) for key in ("x", "y", "customdata"))
    assert (x[:, 0] == x[:, 1]).all()
    assert np.isnan([x[:, 2], y[:, 2], numbers[:, 2]]).all()
    assert (np.abs(y[:, :2] - y[:, :2].round()) < 0.45).all()
    rows = y[:, 0].round()
    assert (rows == y[:, 1].round()).all()
    return sorted(zip(rows.tolist(), x[:, 0].tolist(), numbers[:, 0].tolist(), strict=True))


@each("numbers", [1, 2, 16, DOTS_UP_TO])
@each("features", [17, 64, 65, 100, 256])
def test_each_value_of_a_small_batch_is_a_stroke_where_it_lies(features, numbers):
    values = np.random.default_rng(numbers).uniform(-2.0, 2.0, (features, numbers)).round(2)
    figure = overview_panel(stage(values, Axis("linear", -2.0, 2.0)), [f"f{i}" for i in range(features)], "title", "x")
    pools = -(-features // MOST_ROWS)
    wanted = [(i // pools, values[i, k], k) for i in range(features) for k in range(numbers)]
    np.testing.assert_allclose(strokes(figure), sorted(wanted), atol=1e-9)
    assert all(np.ptp(trace["z"], axis=1).max() == 0 for trace in figure["data"] if trace["type"] == "heatmap")


@each("features", [17, 64, 256])
def test_a_stroke_is_large_enough_to_be_seen_on_a_dark_ground_and_a_row_for_its_strokes(features):
    values = np.random.default_rng(0).normal(size=(features, 32))
    figure = overview_panel(stage(values, Axis("linear", -4.0, 4.0)), ["f"] * features, "title", "x")
    layout, line = figure["layout"], figure["data"][-1]
    low, high = layout["yaxis"]["range"]
    pixels = (layout["height"] - layout["margin"]["t"] - layout["margin"]["b"]) / (low - high)
    tall = np.abs(np.diff(np.reshape(line["y"], (-1, 3))[:, :2], axis=1))
    assert (tall * pixels).min() >= 1.9
    assert line["line"]["width"] >= 2.5
    assert pixels >= 8.0


def test_equal_values_of_a_small_batch_are_a_pile_in_which_none_lies_on_another():
    figure = overview_panel(stage(np.ones((17, 8)), Axis("linear", 0.0, 2.0)), ["f"] * 17, "title", "x")
    line = figure["data"][-1]
    foot, head = np.reshape(line["y"], (17, 8, 3))[0, :, :2].T
    order = foot.argsort()[::-1]
    assert (head[order][:-1] > foot[order][1:] - 0.01).all()
    assert len(set(foot.tolist())) == 8


def test_a_stroke_beyond_the_axis_is_left_out_and_rounding_lies_at_zero():
    values = np.vstack([np.full(4, 1e-17), [0.5, 9.0, -0.5, 0.25], np.zeros((15, 4))])
    rounding = np.arange(17) == 0
    made = replace(stage(values, Axis("linear", -1.0, 1.0)), rounding=rounding)
    drawn = strokes(overview_panel(made, ["f"] * 17, "title", "x"))
    assert [value for row, value, _ in drawn if row == 0] == [0.0] * 4
    assert [(value, k) for row, value, k in drawn if row == 1] == [(-0.5, 2), (0.25, 3), (0.5, 0)]


@pytest.mark.parametrize(("features", "numbers"), [(17, DOTS_UP_TO + 1), (1000, DOTS_UP_TO)])
def test_rows_of_many_values_are_a_map(features, numbers):
    values = np.zeros((features, numbers))
    names = [f"f{i}" for i in range(features)]
    (trace,) = overview_panel(stage(values, Axis("linear", -1.0, 1.0)), names, "title", "x")["data"]
    assert trace["type"] == "heatmap"
    told = [row[0] for row in trace["text"]]
    assert told == (names if features <= MOST_ROWS else [f"f{i} … f{min(i + 15, 999)}" for i in range(0, 1000, 16)])
    assert np.shape(trace["text"]) == np.shape(trace["z"])
    assert "%{y}" not in trace["hovertemplate"]
