"""The gradient check's figures, over every example and batch, held against Plotly's own schema."""

import numpy as np
import orjson
import pytest

from app.answers import to_json
from app.figures.gradient_check import Given, figures
from bncore.diagnosis import case_of, check, probe, ready_answers
from tests.app.figures.test_playground import check as check_figure


def drawn(case, dx):
    report = check(case, {"dx": dx})
    return orjson.loads(to_json(figures(Given(case, report, dx))))


@pytest.mark.parametrize("axes", [2, 4])
@pytest.mark.parametrize("placement", ["variance", "deviation"])
def test_every_example_has_figures(axes, placement):
    case = probe(2, axes=axes, eps_placement=placement).case()
    for answers in ready_answers(case).values():
        for name, figure in drawn(case, answers["dx"]).items():
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
    assert [trace["name"] for trace in traces] == ["the whole", "mean path", "variance path"]
    assert len({trace["marker"]["symbol"] for trace in traces}) == 3


def test_a_large_batch_is_drawn_in_part_and_says_so():
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, 3000, 4))
    case = case_of(x, dy=dy)
    figure = drawn(case, case.truth["dx"])["against"]
    assert sum(len(trace["x"]) for trace in figure["data"]) == 2000
    assert "2,000 numbers of 12,000 drawn" in figure["layout"]["meta"]["note"]
