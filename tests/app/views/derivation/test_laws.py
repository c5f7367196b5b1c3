"""The derivation's laws in numbers and words: what sums to zero, which formula is off by what, what is rounding."""

import re

import numpy as np
import pytest

from bncore import backward, forward
from tests.app.views.derivation.asked import DEFAULT, JACOBIAN, by_name, get, placements
from tests.each import each


def test_the_laws_hold_and_the_second_one_needs_epsilon_to_be_zero(server):
    exact, soft = (get(server, eps=eps, upstream="one_example")["laws"] for eps in (0, 2))
    assert [law["title"] for law in exact] == [
        "Σ ∂L/∂x over the batch = 0", "Σ ∂L/∂x·x̂ over the batch = 0 where ε = 0"
    ]  # fmt: skip
    for laws in (exact, soft):
        assert abs(number(laws[0]["text"])) < 1e-14
    assert abs(number(exact[1]["text"])) < 1e-14
    assert abs(number(soft[1]["text"])) > 0.01
    predicted = re.search(r"predicts (\S+)\.", soft[1]["text"])
    assert number(predicted[1]) == number(soft[1]["text"])


@placements
def test_the_mean_gets_nothing_through_the_variance_and_is_said_so(server, eps_placement):
    """The whole gradient at the mean, by central differences of the loss, is what the node has without that way."""
    nodes = by_name(get(server, eps=0.5, eps_placement=eps_placement))
    x, gamma, dy = (np.array(nodes[name]["value"]) for name in ("x", "gamma", "dy"))

    def loss(mean):
        var = ((x - mean) ** 2).mean(axis=0)
        scale = np.sqrt(var + 0.5) if eps_placement == "variance" else np.sqrt(var) + 0.5
        return (dy * gamma * (x - mean) / scale).sum(axis=0)

    step = 1e-5 * x.std(axis=0)
    whole = (loss(x.mean(axis=0) + step) - loss(x.mean(axis=0) - step)) / (2 * step)
    np.testing.assert_allclose(nodes["dmean"]["value"], whole, rtol=1e-6, atol=1e-9)
    assert "through σ² it gets −2/N Σ(x − μ) times ∂L/∂σ², which is 0" in nodes["dmean"]["meaning"]


def number(text):
    """The number that a text begins with, as `three` writes it."""
    return float(re.match(r"[−\d.e]+", text)[0].rstrip(".").replace("−", "-"))


def test_the_printed_formula_is_off_by_what_epsilon_is(server):
    answers = [get(server, eps=eps)["printed"] for eps in (0, 1e-5, 1)]
    errors = [answer["max_abs_error"] for answer in answers]
    assert errors[0] < 1e-15 < errors[1] < errors[2]
    assert "drops ε" in answers[2]["text"]
    exact = forward(DEFAULT, eps=0.0)
    dy = by_name(get(server, eps=1))["dy"]["value"]
    np.testing.assert_allclose(answers[2]["dx"], backward(dy, exact).dx, atol=1e-14)


@each(
    "query", [{"upstream": "ones"}, {"upstream": "sum_of_squares", "eps": 0}, {"upstream": "ones", "values": "1,2;3,5"}]
)
def test_a_gradient_of_nothing_but_rounding_is_said_to_be_zero(server, query):
    answer = get(server, naive="on", **query)
    assert np.abs(answer["paths"]["dx"]).max() < 1e-14
    assert answer["printed"]["max_rel_error"] is None
    assert answer["printed"]["text"].endswith("the true ∂L/∂x of this batch is 0 up to rounding.")
    assert answer["naive"]["angle"] == answer["naive"]["error"] == [None] * len(answer["gamma"])
    assert answer["naive"]["text"][-1].startswith("The true ∂L/∂x is 0 here, up to rounding")
    assert not any("°" in text for text in answer["naive"]["text"])


def test_without_a_deviation_the_printed_formula_has_no_value(server):
    printed = get(server, values="7,1;7,2;7,4", cell="1,0")["printed"]
    assert printed["here"] is None
    assert printed["features_without"] == [0]
    assert "0 here" in printed["text"]


def test_the_naive_gradient_is_the_direct_path_and_does_not_sum_to_zero(server):
    answer = get(server, upstream="one_example", naive="on", eps=0)
    naive = answer["naive"]
    assert naive["on"] is True
    np.testing.assert_allclose(naive["dx"], by_name(answer)["dx_direct"]["value"])
    np.testing.assert_allclose(naive["total"], np.sum(naive["dx"], axis=0))
    left = np.square(by_name(answer)["dx"]["value"]).sum(0) / np.square(naive["dx"]).sum(0)
    np.testing.assert_allclose(naive["undone"], 1 - left)
    assert len(naive["text"]) == 3
    crosses = [trace["name"] for trace in answer["figures"]["paths"]["data"]]
    assert "naive" in crosses
    assert get(server)["naive"]["on"] is False


def test_that_features_do_not_touch_each_other_is_computed(server):
    between = get(server, JACOBIAN)["jacobian"]["between_features"]
    largest = np.array(between["largest"])
    assert largest.shape == (3, 3)
    assert (np.diag(largest) > 1e-3).all()
    assert largest[~np.eye(3, dtype=bool)].tolist() == [0.0] * 6
    assert between["across"] == 0
    assert "12 inputs were nudged" in between["text"]


def test_moving_one_example_moves_every_output(server):
    answer = get(server, cell="2,0", move_by=1.5, gamma=2, beta=1)
    moved = answer["moved"]
    result = forward(DEFAULT, [2] * 3, [1] * 3)
    assert moved["by"] == pytest.approx(1.5 * result.scale[0])
    changed = np.array(DEFAULT, dtype=float)
    changed[2, 0] += moved["by"]
    np.testing.assert_allclose(moved["after"], forward(changed, [2] * 3, [1] * 3).y[:, 0])
    slopes = np.array(answer["jacobian"]["total"])[:, 2]
    np.testing.assert_allclose(moved["predicted"], moved["before"] + slopes * moved["by"])


def test_undoing_gives_the_input_back(server):
    answer = get(server, gamma="sigma", beta="mean")
    np.testing.assert_allclose(by_name(answer)["y"]["value"], DEFAULT, rtol=1e-12)


def test_a_path_of_rounding_is_called_rounding(server):
    """Gradients that sum to 0 by rounding alone pass nothing through the mean."""
    answer = get(server, values="0.1;0.2;0.7;0.9", dy="0.1;0.2;-0.3;0", step="dx_mean")
    assert "0 up to rounding through the mean" in answer["captions"]["paths"]
    assert answer["headline"].startswith("Through μ, 0 up to rounding reaches example 0 of x0")


def test_the_printed_formula_is_held_against_the_true_one_with_the_digits_that_differ(server):
    text = get(server, eps=1e-4)["printed"]["text"]
    here, true = re.search(r"drops ε: (\S+) here instead of (\S+)\. Over", text).groups()
    assert here != true
    assert "does not show here" in get(server, eps=0)["printed"]["text"]
