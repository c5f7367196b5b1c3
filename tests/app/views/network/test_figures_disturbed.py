"""The figures of a disturbed network: both passes, what moves, what stays."""

import re

import numpy as np
import orjson
import pytest

from app.figures.theme import MEANINGS
from app.views.network.answer import answer_of
from app.web.answers import to_json
from tests.app.views.network.drawing import drawn, spread, viewed


def test_curves_have_a_line_of_each_disturbed_pass_and_what_is_not_says_so():
    answer = orjson.loads(to_json(answer_of(viewed(disturb_layer="2", disturb_factor="5"))))
    lines = {trace["name"]: trace for trace in answer["figures"]["depth_deviation"]["data"]}
    after = [r["after"]["sd"] for r in answer["disturb"]["columns"]["without"]["joints"] if r["kind"] == "z"]
    before, disturbed = lines["without BN"]["y"], lines["without BN, disturbed"]["y"]
    np.testing.assert_allclose(disturbed[1:], after, rtol=1e-4)
    assert disturbed[0] == before[0]
    assert lines["with BN, disturbed"]["line"]["dash"] != lines["without BN, disturbed"]["line"]["dash"]
    assert answer["run"].startswith("Undisturbed: without BN, ")
    for name in ("activations_with", "gradients_without", "gradient_parts"):
        assert answer["figures"][name]["layout"]["title"]["text"].endswith(", before and after"), name
    assert "before" not in str(drawn())


def outlines(figure):
    """The edges and heights of a joint's outlines, by their name and the axis that they stand on."""
    return {(t["name"], t.get("yaxis", "y")): (np.array(t["x"]), np.array(t["y"])) for t in figure["data"]}


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
