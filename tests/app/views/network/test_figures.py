"""The network view's figures, held against Plotly's own schema and the numbers that they show."""

import re

import numpy as np
import orjson
import pytest

from app.figures.theme import MEANINGS
from app.settings import Settings
from app.views.network.answer import answer_of
from app.views.network.compute import comparison_of, prepare
from app.views.network.figures.rows import COLUMNS
from app.views.network.query import NetworkQuery
from app.web.answers import to_json
from tests.app.figures.complete import check_complete

SMALL = {"depth": "4", "width": "12", "batch_size": "40"}
SETTINGS = [
    {}, {"norm": "none"}, {"residual": "on", "shown": "sum"}, {"norm_place": "behind", "shown": "norm"},
    {"shown": "f", "activation": "sigmoid"}, {"depth": "30"}, {"depth": "13", "disturb_layer": "1"},
    {"disturb_layer": "2", "disturb_factor": "-3", "shown": "norm", "joint": "f3"}, {"depth": "1"},
    {"depth": "30", "weight_scale": "1000"}, {"weight_scale": "0"}, {"notation": "lecture", "shown": "norm"},
    {"depth": "30", "disturb_layer": "3", "disturb_factor": "1e6", "weight_scale": "50"},
    {"architecture": "convolutional", "depth": "2", "disturb_layer": "2"},
]  # fmt: skip


def viewed(**query):
    return comparison_of(prepare(NetworkQuery.model_validate(SMALL | query), None, Settings()))


def drawn(**query):
    return orjson.loads(to_json(answer_of(viewed(**query))))["figures"]


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
    assert figures["depth_mean"]["layout"]["yaxis"]["title"]["text"].startswith("mean of z (asinh scale")
    for name in ("depth_deviation", "depth_mean"):
        assert "type" not in tame[name]["layout"]["yaxis"]
        assert "log" not in tame[name]["layout"]["yaxis"]["title"]["text"]
        assert "asinh" not in tame[name]["layout"]["yaxis"]["title"]["text"]
    assert "asinh" in figures["activations_with"]["layout"]["xaxis"]["title"]["text"]


@pytest.mark.parametrize("query", [
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


def test_curves_have_a_line_of_each_disturbed_pass_and_what_is_not_says_so():
    answer = orjson.loads(to_json(answer_of(viewed(disturb_layer="2", disturb_factor="5"))))
    lines = {trace["name"]: trace for trace in answer["figures"]["depth_deviation"]["data"]}
    after = [r["after"]["sd"] for r in answer["disturb"]["columns"]["without"]["joints"] if r["kind"] == "z"]
    before, disturbed = lines["without BN"]["y"], lines["without BN, disturbed"]["y"]
    np.testing.assert_allclose(disturbed[1:], after, rtol=1e-4)
    assert disturbed[0] == before[0]
    assert lines["with BN, disturbed"]["line"]["dash"] != lines["without BN, disturbed"]["line"]["dash"]
    assert answer["headline"].startswith("Undisturbed: without BN, ")
    for name in ("activations_with", "gradients_without", "gradient_parts"):
        assert answer["figures"][name]["layout"]["title"]["text"].endswith(", before and after"), name
    assert "before" not in str(drawn())


def outlines(figure):
    """The edges and heights of a joint's outlines, by their name and the axis that they stand on."""
    return {(t["name"], t.get("yaxis", "y")): (np.array(t["x"]), np.array(t["y"])) for t in figure["data"]}


def spread(outline):
    """Mean and deviation of what an outline shows."""
    x, y = outline
    weight, middle, width = y[:-1] * np.diff(x), (x[1:] + x[:-1]) / 2, np.diff(x)
    mean = weight @ middle / weight.sum()
    return mean, np.sqrt(weight @ ((middle - mean) ** 2 + width**2 / 12) / weight.sum())


def test_the_opened_joint_is_shown_before_and_after_in_each_column_on_one_axis():
    query = {"disturb_layer": "1", "disturb_factor": "1.5", "joint": "z1", "dtype": "float64"}
    answer = orjson.loads(to_json(answer_of(viewed(**query))))
    figure = answer["figures"]["joint"]
    lines_drawn = outlines(figure)
    assert set(lines_drawn) == {(name, axis) for name in ("before", "after") for axis in ("y", "y2")}
    assert all(heights.max() == 100 for _, heights in lines_drawn.values())
    np.testing.assert_allclose(lines_drawn["before", "y"], lines_drawn["before", "y2"])
    assert spread(lines_drawn["after", "y"])[1] == pytest.approx(1.5 * spread(lines_drawn["before", "y"])[1], rel=0.08)
    titles = [figure["layout"][axis]["title"]["text"] for axis in ("yaxis", "yaxis2")]
    assert titles == ["without BN: density, %", "with BN: density, %"]
    assert figure["layout"]["xaxis"]["anchor"] == "y2"
    assert figure["layout"]["yaxis2"]["domain"][1] < figure["layout"]["yaxis"]["domain"][0]
    for column, passes in answer["joint"]["columns"].items():
        assert passes["after"]["sd"] == pytest.approx(1.5 * passes["before"]["sd"]), column
        assert passes["before"] == answer["columns"][column]["joints"][0]


def test_behind_batch_norm_the_opened_joint_is_drawn_once_and_its_gradient_before_the_block_twice():
    figures = drawn(disturb_layer="2", disturb_factor="3", joint="norm2", dtype="float64", eps="0")
    assert set(outlines(figures["joint"])) == {("before", "y"), ("after", "y"), ("with BN, unmoved", "y2")}
    alone = drawn(disturb_layer="2", norm="none", joint="f1")["joint_gradient"]
    assert {t.get("yaxis", "y") for t in alone["data"]} == {"y"}
    lines_drawn = outlines(alone)
    assert spread(lines_drawn["after", "y"])[1] > 1.5 * spread(lines_drawn["before", "y"])[1]


def test_the_small_multiples_have_the_disturbed_pass_beside_the_undisturbed_one_where_it_moves():
    view = viewed(disturb_layer="2", disturb_factor="5", initialization="he")
    figures = orjson.loads(to_json(answer_of(view)))["figures"]
    traces = {trace["name"]: trace for trace in figures["activations_without"]["data"] if trace["name"] != "mean"}
    assert traces["before"]["line"]["dash"] != traces["after"]["line"]["dash"]
    assert traces["after"]["line"]["color"] == MEANINGS["disturbed"]
    assert blocks_of(traces["before"]) == blocks_of(traces["after"]) == {2, 3, 4}
    assert blocks_of(traces["z"]) == {1}
    before, after = (survey.at("z") for survey in view.contrast.columns["without"].surveys)
    dots = {t["marker"]["symbol"]: t for t in figures["activations_without"]["data"] if t["name"] == "mean"}
    assert [row[1] for row in dots["circle-open"]["customdata"]] == pytest.approx(
        [before[block].forward.sd for block in (2, 3, 4)], rel=1e-3
    )
    drawn_after = next(t for t in figures["activations_without"]["data"] if t["name"] == "mean"
                       and t["marker"]["color"] == MEANINGS["disturbed"])  # fmt: skip
    assert [row[1] for row in drawn_after["customdata"]] == pytest.approx(
        [after[int(block)].forward.sd for block in drawn_after["text"]], rel=1e-3
    )


def blocks_of(trace):
    """The blocks that have an outline."""
    return {round(-y) for y in trace["y"] if y is not None}


def test_rows_that_a_disturbance_does_not_touch_keep_their_axis_their_shape_and_their_colour():
    for depth in ("4", "14"):
        still = drawn(shown="norm", initialization="he", depth=depth)
        for factor, shift in (("3", "0"), ("1e6", "0"), ("-1", "10")):
            query = {"disturb_layer": "2", "disturb_factor": factor, "disturb_shift": shift, "shown": "norm"}
            moved = drawn(**query, initialization="he", depth=depth, eps="0", dtype="float64")
            plain = drawn(shown="norm", initialization="he", depth=depth, eps="0", dtype="float64")
            for name in ("activations_with", "activations_without"):
                for part in ("range", "tickvals", "title"):
                    assert moved[name]["layout"]["xaxis"][part] == plain[name]["layout"]["xaxis"][part]
            if factor != "-1":
                assert [t["name"] for t in moved["activations_with"]["data"]] == ["BN(z)", "mean"]
                own, as_it_was = moved["activations_with"]["data"][0], plain["activations_with"]["data"][0]
                if depth == "4":
                    for part in ("x", "y", "line", "fillcolor"):
                        assert own[part] == as_it_was[part]
                else:
                    assert own["colorscale"] == as_it_was["colorscale"]
                    assert own["z"][::2] == own["z"][1::2] == as_it_was["z"]
        assert still["activations_with"]["layout"]["xaxis"]["range"]


def test_what_the_text_says_moved_is_seen_to_move():
    """Block 12 of a network whose deviations shrink, its weights times 3: its narrow outline is three times as wide."""
    view = viewed(depth="12", width="64", batch_size="256", disturb_layer="12", disturb_factor="3")
    figure = orjson.loads(to_json(answer_of(view)))["figures"]["activations_without"]
    before, after = (survey.at("z")[12].forward.sd for survey in view.contrast.columns["without"].surveys)
    assert after == pytest.approx(3 * before, rel=1e-3)
    low, high = figure["layout"]["xaxis"]["range"]
    assert before < (high - low) / 200
    traces = {trace["name"]: trace for trace in figure["data"]}
    widths = {name: np.ptp([x for x, y in zip(traces[name]["x"], traces[name]["y"], strict=True)
                            if y is not None and round(-y) == 12]) for name in ("before", "after")}  # fmt: skip
    assert widths["after"] == pytest.approx(3 * widths["before"], rel=0.02)
    assert 6 * before < widths["before"] < 25 * before


def test_values_outside_the_axis_are_counted_a_pass_by_itself():
    view = viewed(disturb_layer="2", disturb_factor="20", initialization="he")
    note = answer_of(view)["figures"]["activations_without"]["layout"]["meta"]["note"]
    said = re.match(r"([\d,]+) values? outside the axis before the disturbance, ([\d,]+) after it", note)
    low, high = answer_of(view)["figures"]["activations_without"]["layout"]["xaxis"]["range"]
    for text, survey in zip(said.groups(), view.contrast.columns["without"].surveys, strict=True):
        beyond = sum(np.count_nonzero((j.joint.y < low) | (j.joint.y > high)) for j in survey.at("z").values())
        assert int(text.replace(",", "")) == beyond


def test_the_gradients_parts_of_the_disturbed_pass_stand_beside_the_others():
    view = viewed(disturb_layer="2", disturb_factor="-1", activation="gelu")
    figure = orjson.loads(to_json(answer_of(view)))["figures"]["gradient_parts"]
    before, after = figure["data"][:3], figure["data"][3:]
    for bars, place, parts in ((before, -0.1875, view.contrast.columns["with"].parts),
                               (after, 0.1875, view.contrast.columns["with"].disturbed.parts)):  # fmt: skip
        np.testing.assert_allclose(np.sum([bar["y"] for bar in bars], axis=0), 100, atol=0.01)
        np.testing.assert_allclose(bars[0]["y"], [100 * part.by_mean for part in parts], rtol=1e-4)
        assert bars[0]["x"] == [part.block + place for part in parts]
        assert bars[0]["ids"] == ["1", "2", "3", "4"]
    assert not any(bar["showlegend"] for bar in after)
    assert "edged in red" in figure["layout"]["meta"]["note"]
    assert "edged" not in drawn()["gradient_parts"]["layout"]["meta"]["note"]


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


def test_before_and_after_stand_in_the_two_halves_of_a_row():
    figure = drawn(depth="20", disturb_layer="3")["disturb_without"]
    after, before = (
        trace for trace in figure["data"] if trace["type"] == "heatmap" and trace["name"] in ("before", "after")
    )
    assert before["y"] == after["y"]
    assert len(before["y"]) == 2 * 18
    assert [row[0] is None for row in before["z"]] == [False, True] * 18
    assert [row[0] is None for row in after["z"]] == [True, False] * 18
    few = drawn(disturb_layer="2")["disturb_without"]["data"]
    few = [trace for trace in few if trace["mode"] == "lines" and trace["name"] in ("before", "after")]
    assert [trace["name"] for trace in few] == ["after", "before"]
    assert few[0]["line"]["dash"] != few[1]["line"]["dash"]


def test_the_movement_is_the_answers():
    answer = orjson.loads(to_json(answer_of(viewed(disturb_layer="2", shown="f"))))
    for name, key in (("disturb_moved", "moved"), ("disturb_values", "values_moved")):
        for trace, column in zip(answer["figures"][name]["data"], ("without", "with"), strict=True):
            rows = [row for row in answer["disturb"]["columns"][column]["joints"] if row["kind"] == "f"]
            np.testing.assert_allclose(trace["y"], [row[key] for row in rows], rtol=1e-4)
            assert trace["x"] == [row["block"] for row in rows] == [2, 3, 4]


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


def test_how_far_the_sums_moved_stands_at_their_own_blocks():
    view = viewed(depth="4", width="8", residual="on", shown="sum", disturb_layer="1")
    answer = answer_of(view)
    for column in ("without", "with"):
        rows = answer["disturb"]["columns"][column]["joints"]
        expected = {row["block"]: row["values_moved"] for row in rows if row["kind"] == "sum"}
        words = {"without": "without BN", "with": "with BN"}[column]
        trace = next(t for t in answer["figures"]["disturb_values"]["data"] if t["name"] == words)
        drawn = {b: v for b, v in zip(trace["x"], trace["y"], strict=True) if v is not None}
        assert drawn == pytest.approx(expected, rel=1e-3)
        assert min(drawn) == 2
