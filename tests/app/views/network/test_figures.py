"""The network view's figures, held against Plotly's own schema and the numbers that they show."""

import re

import numpy as np
import orjson
import pytest

from app.figures.theme import MEANINGS
from app.views.network.answer import answer_of
from app.views.network.figures.rows import COLUMNS
from app.web.answers import to_json
from tests.app.figures.complete import check_complete
from tests.app.views.network.drawing import drawn, spread, viewed
from tests.each import each

SETTINGS = [
    {}, {"norm": "none"}, {"residual": "on", "shown": "sum"}, {"norm_place": "behind", "shown": "norm"},
    {"shown": "f", "activation": "sigmoid"}, {"depth": "30"}, {"depth": "13", "disturb_layer": "1"},
    {"disturb_layer": "2", "disturb_factor": "-3", "shown": "norm", "joint": "f3"}, {"depth": "1"},
    {"depth": "30", "weight_scale": "1000"}, {"weight_scale": "0"}, {"notation": "lecture", "shown": "norm"},
    {"depth": "30", "disturb_layer": "3", "disturb_factor": "1e6", "weight_scale": "50"},
    {"architecture": "convolutional", "depth": "2", "disturb_layer": "2"},
]  # fmt: skip


@pytest.mark.parametrize("query", SETTINGS, ids=lambda q: "&".join(f"{k}={v}" for k, v in q.items()))
def test_every_figure_is_plotlys_and_complete(query):
    check_complete(drawn(**query))


@pytest.mark.parametrize("query", [{}, {"depth": "20"}, {"depth": "20", "weight_scale": "1000"}])
def test_both_columns_have_the_same_axes(query):
    figures = drawn(**query, disturb_layer="1")
    for name in ("activations", "gradients", "disturb"):
        without, with_norm = (figures[f"{name}_{column}"]["layout"] for column in ("without", "with"))
        for axis in ("range", "tickvals", "ticktext"):
            assert without["xaxis"][axis] == with_norm["xaxis"][axis]
            assert without["yaxis"][axis] == with_norm["yaxis"][axis]


def test_a_logarithmic_axis_says_so():
    figures, tame = drawn(depth="20", weight_scale="100"), drawn(initialization="he")
    assert figures["depth_deviation"]["layout"]["yaxis"]["type"] == "log"
    assert figures["depth_deviation"]["layout"]["yaxis"]["title"]["text"].endswith("(log)")
    axis = figures["depth_deviation"]["layout"]["yaxis"]
    values = [value for trace in figures["depth_deviation"]["data"] for value in trace["y"] if value is not None]
    assert len(axis["tickvals"]) == len(axis["ticktext"]) >= 2  # written as large as the other figures' numbers
    assert axis["tickvals"][0] <= min(values)
    assert axis["tickvals"][-1] >= max(values)
    assert figures["depth_mean"]["layout"]["yaxis"]["title"]["text"].startswith("mean of z (asinh scale")
    for name in ("depth_deviation", "depth_mean"):
        assert "type" not in tame[name]["layout"]["yaxis"]
        assert "log" not in tame[name]["layout"]["yaxis"]["title"]["text"]
        assert "asinh" not in tame[name]["layout"]["yaxis"]["title"]["text"]
    assert "asinh" in figures["activations_with"]["layout"]["xaxis"]["title"]["text"]


@each("query", [
    {}, {"depth": "20", "weight_scale": "100"}, {"norm_place": "behind", "shown": "norm"},
    {"activation": "sigmoid", "initialization": "normal", "weight_scale": "0.1", "depth": "10"},
])  # fmt: skip
def test_the_means_curve_shows_the_signed_mean_whatever_its_axis(query):
    answer = orjson.loads(to_json(answer_of(viewed(**query))))
    figure = answer["figures"]["depth_mean"]
    low, high = figure["layout"]["yaxis"]["range"]
    assert figure["layout"]["yaxis"]["title"]["text"].startswith("mean of ")
    for trace, column in zip(figure["data"], ("without", "with"), strict=True):
        kind = answer["shown_in"][column]
        means = [row["mean"] for row in answer["columns"][column]["joints"] if row["kind"] == kind]
        assert [v is None for v in trace["customdata"]] == [v is None for v in means]
        known = [(told, mean) for told, mean in zip(trace["customdata"], means, strict=True) if mean is not None]
        np.testing.assert_allclose(*zip(*known, strict=True), rtol=1e-4)
        assert all(low <= place <= high for place in trace["y"] if place is not None)
        assert all(place * mean >= 0 for place, mean in zip(trace["y"], means, strict=True) if mean is not None)


def test_marks_at_the_end_of_an_axis_are_drawn_whole():
    figures = drawn(disturb_layer="1")
    for name in ("depth_mean", "depth_deviation", "depth_gradient", "disturb_moved", "disturb_values"):
        assert all(trace["cliponaxis"] is False for trace in figures[name]["data"]), name


def test_means_that_are_rounding_are_drawn_as_nothing_beside_a_deviation():
    figure = drawn(norm_place="behind", shown="norm")["depth_mean"]
    low, high = figure["layout"]["yaxis"]["range"]
    assert max(abs(v) for v in figure["data"][1]["y"]) < (high - low) / 1000


def test_a_mean_that_is_rounding_is_told_as_such():
    summary = drawn(norm_place="behind", shown="norm")["depth_mean"]["layout"]["meta"]["summary"]
    told = summary.split("with BN ")[1]
    assert re.fullmatch(r"0( up to rounding)? in block 1, 0( up to rounding)? in block \d+\.", told), summary
    assert "rounding" not in drawn(shown="f")["depth_mean"]["layout"]["meta"]["summary"]


def test_curves_are_the_answers_numbers_told_apart_by_more_than_colour():
    answer = orjson.loads(to_json(answer_of(viewed())))
    without, with_norm = answer["figures"]["depth_gradient"]["data"]
    for trace, column in ((without, "without"), (with_norm, "with")):
        norms = [row["gradient_norm"] for row in answer["columns"][column]["joints"] if row["kind"] == "z"]
        np.testing.assert_allclose(trace["y"], norms, rtol=1e-4)
        assert trace["line"]["color"] == MEANINGS[f"{column}_bn"]
    assert without["line"]["dash"] != with_norm["line"]["dash"]
    assert without["marker"]["symbol"] != with_norm["marker"]["symbol"]
    shares = answer["figures"]["depth_saturated"]["data"][0]["y"]
    saturated = [row["saturated"] for row in answer["columns"]["without"]["joints"] if row["kind"] == "f"]
    np.testing.assert_allclose(shares, 100 * np.array(saturated), rtol=1e-4)


def test_few_blocks_are_outlines_and_many_a_map_of_percents():
    assert drawn(depth="12")["activations_with"]["data"][0]["type"] == "scatter"
    heatmap = drawn(depth="13")["activations_with"]["data"][0]
    assert heatmap["type"] == "heatmap"
    assert np.array(heatmap["z"]).shape == (13, COLUMNS)
    assert (np.array(heatmap["z"]).max(axis=1) == 100).all()
    assert heatmap["y"] == [-float(block) for block in range(1, 14)]


def test_a_block_that_diverged_has_an_empty_row():
    view = viewed(depth="30", weight_scale="1000")
    diverged = view.contrast.columns["without"].survey.diverged
    rows = drawn(depth="30", weight_scale="1000")["activations_without"]["data"][0]["z"]
    assert [row[0] is None for row in rows] == [block >= diverged.block for block in range(1, 31)]


def test_the_gradients_parts_stack_to_everything():
    bars = drawn()["gradient_parts"]["data"]
    np.testing.assert_allclose(np.sum([bar["y"] for bar in bars], axis=0), 100, atol=0.01)
    assert len({bar["marker"]["pattern"]["shape"] for bar in bars}) == 3


def test_little_that_is_removed_is_drawn_large_and_the_axis_says_where_it_ends():
    for query in ({"batch_size": "256", "depth": "8", "width": "64"}, {"batch_size": "4"}):
        figure = drawn(**query)["gradient_parts"]
        by_mean, by_variance, kept = figure["data"]
        assert kept["name"] == "kept and rescaled"
        removed = max(a + b for a, b in zip(by_mean["y"], by_variance["y"], strict=True))
        low, high = figure["layout"]["yaxis"]["range"]
        assert low == 0
        assert removed <= high <= max(4 * removed, 4)
        assert ("the axis ends at" in figure["layout"]["meta"]["note"]) == (high < 100)


def test_the_opened_joints_outline_has_the_mean_and_the_deviation_of_its_numbers():
    answer = orjson.loads(to_json(answer_of(viewed(joint="norm2"))))
    figure = answer["figures"]["joint"]
    assert figure["layout"]["title"]["text"] == "z or BN(z) of block 2"
    for trace, passes in zip(figure["data"], answer["joint"]["columns"].values(), strict=True):
        mean, sd = spread((np.array(trace["x"]), np.array(trace["y"])))
        assert sd == pytest.approx(passes["before"]["sd"], rel=0.08)
        assert mean == pytest.approx(passes["before"]["mean"], abs=0.1 * sd)
    assert drawn(joint="norm2", notation="lecture")["joint"]["layout"]["title"]["text"] == "Z or Ẑ of block 2"
