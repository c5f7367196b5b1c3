"""The figures of the batch size view, held against Plotly's own schema and the numbers that they show."""

import re

import numpy as np
import orjson
import pytest

from app.views.batch_size.answer import answer_of
from app.views.batch_size.compute import experiment_of, prepare
from app.views.batch_size.figures.axes import log_axis, size_axis
from app.views.batch_size.query import BatchSizeQuery
from app.web.answers import to_json
from tests.app.conftest import USUAL
from tests.app.figures.complete import check_complete
from tests.each import each

SETTINGS = [
    {}, {"size": "2"}, {"size": "178"}, {"source": "inline"}, {"source": "inline", "values": "3;3;3"},
    {"source": "heavy_tailed", "degrees_of_freedom": "1"}, {"source": "class_sorted"}, {"notation": "lecture"},
    {"members": "16", "perturbation": "additive"}, {"running_steps": "0"}, {"eps_placement": "deviation", "eps": "1"},
]  # fmt: skip


def answered(**query):
    asked = BatchSizeQuery.model_validate({"draws": "60", "features": "2"} | query)
    return orjson.loads(to_json(answer_of(experiment_of(prepare(asked, None, USUAL)))))


@pytest.mark.parametrize("query", SETTINGS, ids=lambda q: "&".join(f"{k}={v}" for k, v in q.items()))
def test_every_figure_is_plotlys_and_complete(query):
    check_complete(answered(**query)["figures"])


def test_the_bands_are_the_answers_quantiles():
    answer = answered()
    for which in ("mean", "deviation"):
        traces = answer["figures"][f"estimates_{which}"]["data"]
        estimate = answer["estimates"]["features"][0][which]
        for trace, quantile in zip(traces[:4], (0, 4, 1, 3), strict=True):
            assert trace["y"] == estimate["quantiles"][quantile]
            assert trace["x"] == answer["estimates"]["sizes"]
        lower = next(trace for trace in traces if trace["name"].startswith("theory"))
        if which == "mean":
            expected = np.array(estimate["expected_average"]) - 1.645 * np.array(estimate["expected_sd"])
            np.testing.assert_allclose(lower["y"], expected, rtol=1e-3, atol=1e-4)
        else:
            assert min(lower["y"]) >= 0.0


def test_the_strip_plots_are_the_answers_values_on_one_axis_that_stays():
    answer, other = answered(move_by="1"), answered(move_by="-3")
    for name in ("strip_x", "strip_train", "strip_inference"):
        assert answer["figures"][name]["layout"]["yaxis"]["range"] == other["figures"][name]["layout"]["yaxis"]["range"]
    train, inference = (answer["figures"][f"strip_{mode}"] for mode in ("train", "inference"))
    assert train["layout"]["yaxis"]["range"] == inference["layout"]["yaxis"]["range"]
    np.testing.assert_allclose(train["data"][2]["y"], answer["dependence"]["train"]["after"], rtol=1e-4)
    np.testing.assert_allclose(inference["data"][1]["y"], answer["dependence"]["inference"]["before"], rtol=1e-4)


def test_parts_of_the_jacobian_share_colours_or_say_that_theirs_are_stronger():
    figures = answered()["figures"]
    scale = {part: figures[f"jacobian_{part}"]["data"][0]["zmax"] for part in ("total", "identity", "mean", "variance")}
    assert scale["total"] == scale["identity"] > scale["mean"] == scale["variance"]
    for part in ("mean", "variance"):
        assert "stronger colours" in figures[f"jacobian_{part}"]["layout"]["title"]["text"]


def test_kinds_of_noise_differ_by_more_than_colour():
    figures = answered()["figures"]
    assert len({trace["line"]["dash"] for trace in figures["noise_shapes"]["data"]}) == 3
    marks = [trace["marker"]["symbol"] for trace in figures["noise_pairs"]["data"]]
    assert len(set(marks)) == 4


def test_a_histogram_is_a_density_whose_area_is_the_share_of_the_draws_on_the_axis():
    for trace in answered()["figures"]["noise_shapes"]["data"]:
        area = np.diff(trace["x"]) @ np.array(trace["y"][:-1])
        assert 0.9 < area < 1.02


@each(("values", "texts"), [
    ([0.35, 0.02], ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5"]),
    ([1e-6, 3.0], ["1e−6", "1e−5", "1e−4", "0.001", "0.01", "0.1", "1", "10"]), ([None, float("nan"), 0.0], []),
])  # fmt: skip
def test_a_logarithmic_axis_has_ticks_that_can_be_read(values, texts):
    axis = log_axis("noise", values)
    assert axis["ticktext"] == texts
    assert axis["tickvals"] == pytest.approx([float(text.replace("−", "-")) for text in texts])


TAILS = [
    {}, {"source": "breast_cancer", "feature": "19"}, {"source": "digits", "feature": "20"},
    {"source": "skewed", "log_deviation": "1.5", "draws": "500"}, {"source": "heavy_tailed", "degrees_of_freedom": "5"},
    {"source": "heavy_tailed", "degrees_of_freedom": "1.5", "draws": "500"},
]  # fmt: skip


@pytest.mark.parametrize("query", TAILS, ids=lambda q: "&".join(f"{k}={v}" for k, v in q.items()))
def test_a_line_that_leaves_the_axis_is_said_to(query):
    figures = answered(**query)["figures"]
    for name in ("estimates_mean", "estimates_deviation", "noise_sizes"):
        layout = figures[name]["layout"]
        low, high = layout["yaxis"]["range"]
        for trace in figures[name]["data"]:
            if trace["name"] in ("theory, 90 %", "theory, upper", "average"):
                outside = [
                    size for size, y in zip(trace["x"], trace["y"], strict=True)
                    if y is not None and not low <= y <= high
                ]  # fmt: skip
                for size in outside:
                    assert re.search(rf"at K = [0-9, ]*\b{size}\b", layout["meta"]["note"]), (name, size)
    assert answered()["figures"]["estimates_mean"]["layout"]["meta"]["note"] == ""


@pytest.mark.parametrize("query", [*TAILS, {"source": "breast_cancer", "feature": "13"}], ids=str)
def test_theorys_band_has_no_deviation_below_zero_and_no_value_beyond_its_bound(query):
    figures = answered(**query)["figures"]
    for trace in figures["estimates_deviation"]["data"]:
        if trace["name"] in ("theory, 90 %", "theory, upper"):
            assert all(y is None or y >= 0.0 for y in trace["y"])
    for trace in figures["noise_sizes"]["data"]:
        if trace["name"] in ("theory, 90 %", "theory, upper"):
            assert all(abs(y) <= (k - 1) ** 0.5 + 1e-4 for k, y in zip(trace["x"], trace["y"], strict=True))


def test_bands_are_not_flattened_by_theory():
    for query in TAILS:
        figure = answered(**query)["figures"]["estimates_deviation"]
        low, high = figure["layout"]["yaxis"]["range"]
        lowest, highest = min(figure["data"][0]["y"]), max(figure["data"][1]["y"])
        assert highest - lowest > 0.4 * (high - low)


def test_a_batch_of_everything_is_not_missing_without_a_word():
    figures = answered(size="178")["figures"]
    note = figures["estimates_noise"]["layout"]["meta"]["note"]
    assert note == "no noise at K = 178, all the examples: 0 has no place on a logarithmic axis"
    assert "o other companions are left to draw" in figures["noise_pairs"]["layout"]["meta"]["note"]
    assert "all of a batch of two" in answered(size="2")["figures"]["noise_pairs"]["layout"]["meta"]["note"]
    assert answered(source="normal")["figures"]["estimates_noise"]["layout"]["meta"]["note"] == ""


def test_a_constant_feature_says_why_its_noise_is_not_shown():
    note = answered(source="inline", values="3;3;3")["figures"]["estimates_noise"]["layout"]["meta"]["note"]
    assert "the same for every example" in note


def test_noise_without_a_shape_has_no_numbers_for_it():
    summary = answered(size="178")["figures"]["noise_shapes"]["layout"]["meta"]["summary"]
    assert "variance 0; dropout" in summary
    assert "not a number" not in summary


@each(("sizes", "ticks"), [
    ([2, 3], [2, 3]), ([2, 4, 5], [2, 5]), ([2, 8, 9], [2, 8]), ([2, 8, 32, 178], [2, 8, 32, 178]),
    ([2, 8, 32, 256, 300], [2, 8, 32, 256]), ([2, 8, 32, 256, 569], [2, 8, 32, 256, 569]), ([2], [2]),
])  # fmt: skip
def test_the_largest_size_stands_on_the_axis_where_there_is_room(sizes, ticks):
    assert size_axis(sizes)["tickvals"] == ticks
