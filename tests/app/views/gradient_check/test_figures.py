"""The gradient check's figures, over every example and batch, held against Plotly's own schema."""

import numpy as np
import orjson
import pytest

from app.views.gradient_check.figures import MOST_POINTS, Given, figures
from app.web.answers import to_json
from bncore.diagnosis import case_of, check, probe, ready_answers
from bncore.diagnosis.mistakes.paths import of_triple
from tests.app.views.playground.test_figures import check as check_figure
from tests.each import each


def drawn(case, dx):
    report = check(case, {"dx": dx})
    return orjson.loads(to_json(figures(Given(case, report, dx))))


@pytest.mark.parametrize(("axes", "placement"), [(2, "variance"), (4, "deviation")])
def test_every_example_has_figures(axes, placement):
    case = probe(2, axes=axes, eps_placement=placement).case()
    for answers in ready_answers(case).values():
        for name, figure in drawn(case, answers["dx"]).items():
            check_figure(name, figure)


RNG = np.random.default_rng(1)
X = RNG.standard_normal((6, 2))
LINE = RNG.standard_normal((301, 2))
UNTOLD = {
    "dy constant": ({"x": X, "dy": np.ones((6, 2))}, None),
    "gamma 0": ({"x": X, "dy": X**2, "gamma": [0, 0]}, None),
    "dy 0, dx 0": ({"x": X, "dy": np.zeros((6, 2))}, np.zeros((6, 2))),
    "dy and dx a line in x": ({"x": X, "dy": X}, X),
    "x constant, eps 0": ({"x": np.ones((6, 2)), "dy": X, "eps": 0.0}, None),
    "many rows": ({"x": LINE, "dy": 2 * LINE + 1}, None),
}


@each(("batch", "dx"), UNTOLD.values())
@each("placement", ["variance", "deviation"])
def test_a_batch_that_tells_no_factor_is_drawn_without_any(batch, dx, placement):
    case = case_of(**batch, eps_placement=placement)
    for given in (dx, case.as_given(case.truth["dx"]), case.as_given(case.dy)):
        if given is not None:
            for name, figure in drawn(case, given).items():
                check_figure(name, figure)


def test_a_mistake_about_axes_has_no_factors_to_draw():
    case = probe(2).case()
    ready = ready_answers(case)
    assert set(drawn(case, ready["wrong_axis"]["dx"])) == {"against"}
    assert set(drawn(case, ready["sign"]["dx"])) == {"factors", "against"}


def test_the_factors_are_the_reports_own():
    case = probe(2).case()
    traces = drawn(case, ready_answers(case)["mean_path_sign"]["dx"])["factors"]["data"]
    assert [trace["x"] for trace in traces] == [pytest.approx([value] * 4) for value in (1, -1, 1)]
    assert [trace["name"] for trace in traces] == ["whole gradient", "mean", "variance"]
    assert len({trace["marker"]["symbol"] for trace in traces}) == 3


def test_a_large_batch_is_drawn_in_part_and_says_so():
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, 3000, 4))
    case = case_of(x, dy=dy)
    figure = drawn(case, case.truth["dx"])["against"]
    assert sum(len(trace["x"]) for trace in figure["data"]) == 2000
    assert "2,000 numbers of 12,000 drawn" in figure["layout"]["meta"]["note"]
    assert "A shape is a unit" in figure["layout"]["meta"]["note"]


@pytest.mark.parametrize("examples", [4, 4000])
def test_many_units_are_drawn_in_part_and_say_so(examples):
    x, dy = np.random.default_rng(0).standard_normal((2, examples, 8192 // examples * 4))
    case = case_of(x, dy=dy)
    figures = drawn(case, case.truth["dx"])
    against, factors = figures["against"], figures["factors"]
    assert sum(len(trace["x"]) for trace in against["data"]) <= MOST_POINTS
    assert len(against["data"]) <= 64
    assert sum(len(trace["x"]) for trace in factors["data"]) <= 3 * MOST_POINTS
    note = against["layout"]["meta"]["note"]
    if case.units > 64:
        assert "256 numbers of 32,768 drawn, the first 64 units of 8,192" in note
        assert "The first 2,000 units; 6,192 more" in factors["layout"]["meta"]["note"]


def test_shapes_that_two_units_share_are_not_said_to_be_a_unit():
    x, dy = np.random.default_rng(0).standard_normal((2, 5, 9))
    case = case_of(x, dy=dy)
    figure = drawn(case, case.truth["dx"])["against"]
    assert figure["layout"]["meta"]["note"] == "Every 8 units the shapes come again."


def test_numbers_that_differ_are_told_by_the_digits_in_which_they_do():
    case = probe(2).case()
    dx = case.truth["dx"] * (1 + 3e-6)
    drawn_points = [point for trace in drawn(case, dx)["against"]["data"] for point in trace["customdata"]]
    assert len(drawn_points) == case.x.size
    assert all(truth != yours for _, truth, yours in drawn_points)
    assert all(name.startswith("example ") for name, _, _ in drawn_points)
    images = probe(2, axes=4).case()
    trace = drawn(images, images.as_given(images.truth["dx"]))["against"]["data"][0]
    assert trace["customdata"][1][0] == "position (0, 0, 1)"


def test_a_factor_near_one_is_not_told_as_one():
    case = probe(2).case()
    told = drawn(case, of_triple(case, 1.0003, 1, 1))["factors"]["data"][0]["customdata"]
    assert [text for _, text in told] == ["1.0003"] * 4
