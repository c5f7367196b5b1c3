"""What the playground's answer says in words: its headline, its laws, what is rounding."""

import numpy as np
import pytest

from app.figures.numbers import three
from tests.app.views.playground.asked import URL, get
from tests.each import each


def test_wines_headline_tells_how_much_the_scales_differ(server):
    answer = get(server)
    assert "2,530-fold" in answer["headline"]
    assert answer["stage"]["steps"]["x"]["sentence"].startswith("These 3 features, on one ruler: ")  # of fewer than 13
    assert get(server, source="inline", values="1,2,3;4,5,7;6,8,2")["stage"]["steps"]["x"]["sentence"].startswith(
        "As it comes"
    )


def test_undoing_says_by_how_much_y_differs_from_x(server):
    assert "γ = √(σ²+ε) and β = μ undo the normalization" in get(server, gamma="sigma", beta="mean")["headline"]
    beside = get(server, gamma="sigma", beta="mean", eps=10, eps_placement="deviation", mode="inference")["headline"]
    assert "γ = σ+ε and β = μ of the running statistics undo the normalization" in beside


def test_where_the_gradient_vanishes_the_answer_says_why(server):
    (reason,) = get(server, source="iris", activation="identity", upstream="ones")["vanished"]
    assert reason["reason"] == "same_for_every_example"
    assert reason["features"] == [0, 1, 2, 3]
    assert reason["text"].endswith(".")


def test_nearly_all_is_not_called_all(server):
    beta = ",".join(["-9"] * 12 + ["-2.5"])
    rows = get(server, beta=beta)["findings"][0]
    assert rows["id"] == "saturated"
    assert rows["features"][-1]["text"] == "99 % saturated"
    assert rows["features"][-1]["value"] < 1.0


@each(
    ("values", "told"),
    [
        ("1,10;2,20", "Features' scales differ 10.0-fold;"),
        ("1,11;2,12;4,14", "Every feature has deviation 1.25;"),
        ("1,1;2,2.0001", "Every feature has deviation about 0.500;"),
        ("1,2;1,4", "Normalized, every feature that varies has mean 0 and deviation 1."),
    ],
)
def test_the_headline_compares_deviations_that_can_be_told_apart(server, values, told):
    assert get(server, source="inline", values=values)["headline"].startswith(told)


@pytest.mark.parametrize("query", [{"batch_size": 1}, {"source": "inline", "values": "7,7;7,7"}])
def test_where_no_feature_varies_the_headline_says_so(server, query):
    headline = get(server, **query)["headline"]
    assert headline.startswith("No feature varies")
    assert headline.endswith("So every x̂ is 0.")
    assert "run from" not in headline


def test_a_lone_example_is_one_example(server):
    text = get(server, source="normal", batch_size=1)["batch"]["text"]
    assert "1 example ×" in text


def test_the_second_law_claims_no_more_than_its_numbers(server):
    small, large = (get(server, eps=eps)["laws"][1]["text"] for eps in (1e-9, 0.5))
    assert small.endswith("scaling the feature changes next to nothing.")
    assert "changes next to nothing" not in large
    assert "ε is not small beside the variance here" in large
    deviation = get(server, eps=0.5, eps_placement="deviation", notation="lecture")["laws"][1]["text"]
    assert "ε is not small beside the deviation here" in deviation
    linear = get(server, upstream="sum_of_squares", activation="identity", eps=1e-9)["laws"][1]["text"]
    assert "so little is left of ∂L/∂x here that even this is" in linear


@each("eps", [1e-9, 2e-3, 0.03])
def test_epsilon_is_not_blamed_for_a_gradient_that_lies_along_x_hat(server, eps):
    """Under Σy² the whole of dx is what epsilon leaves, be it ever so small beside the variance."""
    query = {"source": "normal", "features": 2, "upstream": "sum_of_squares", "activation": "identity", "eps": eps}
    text = get(server, **query)["laws"][1]["text"]
    assert "is not small" not in text
    assert "so little is left" in text


def test_a_gradient_of_rounding_is_called_rounding(server):
    """All ones and no epsilon: nothing but rounding comes out, and it is not held against itself."""
    for upstream in ("ones", "sum_of_squares"):
        laws = get(server, eps=0, upstream=upstream, activation="identity")["laws"]
        assert all("0 up to rounding" in law["text"] for law in laws)
        assert all("times Σ" not in law["text"] for law in laws)


def test_the_headline_follows_scale_and_shift(server):
    told = {(gamma, beta): get(server, gamma=gamma, beta=beta)["headline"] for gamma in ("1", "2.5") for beta in "01"}
    assert told["1", "0"].endswith("every feature has mean 0 and deviation 1.")
    assert told["2.5", "0"].endswith("Normalized, then scaled by γ, y has mean 0 and deviation 2.50.")
    assert told["1", "1"].endswith("Normalized, then shifted by β, y has mean 1.00 and deviation 1.00.")
    assert told["2.5", "1"].endswith("then scaled by γ and shifted by β, y has mean 1.00 and deviation 2.50.")
    varied = get(server, source="iris", gamma="1,2,3,4")["headline"]
    assert varied.endswith("y has mean 0 and deviations from 1.00 to 4.00.")


def test_two_ends_that_read_alike_are_one_number(server):
    close = get(server, source="inline", values="0,0;1,1.0004", eps=0.01)["headline"]
    assert close.endswith("normalized, every feature has mean 0 and deviation 0.981: ε weighs.")


@pytest.mark.parametrize("eps_placement", ["variance", "deviation"])
@pytest.mark.parametrize("source", ["wine", "digits", "dead_feature"])
def test_what_is_rounding_is_printed_as_such(server, source, eps_placement):
    answer = get(server, source=source, eps_placement=eps_placement, activation="identity", eps=0.1)
    x, x_hat, kept = answer["forward"]["x"], answer["forward"]["x_hat"], answer["backward"]["conservation"]
    assert set(x_hat["mean_text"]) <= {"0", "0 up to rounding"}
    assert "0 up to rounding" in x_hat["mean_text"]
    assert set(kept["sum_dx_text"]) <= {"0", "0 up to rounding"}
    for value, text, low, high in zip(x["mean"], x["mean_text"], x["min"], x["max"], strict=True):
        assert text == (three(value) if abs(value) > 1e-12 * max(-low, high) else "0" if value == 0 else text)
    overlaps = zip(kept["sum_dx_x_hat"], kept["sum_dx_x_hat_text"], kept["expected_sum_dx_x_hat"], strict=True)
    assert all(text == three(overlap) for overlap, text, expected in overlaps if abs(expected) > 1e-9)


def test_the_overlap_that_is_told_is_the_largest_of_what_it_is_said_to_be(server):
    answer = get(server, eps_placement="deviation", eps=0.1)
    kept, told = answer["backward"]["conservation"], answer["laws"][1]["text"]
    overlaps = np.abs(kept["sum_dx_x_hat"])
    shares = overlaps / np.array(kept["sum_abs_dx"])
    names = answer["batch"]["feature_names"]
    worst = int(shares.argmax())
    assert worst != int(overlaps.argmax())
    assert told.startswith(
        f"largest beside Σ |∂L/∂x|: {kept['sum_dx_x_hat_text'][worst]} ({names[worst]}), of Σ |∂L/∂x| = "
    )


def test_texts_speak_the_notation_in_force(server):
    query = {"source": "dead_feature", "upstream": "sum_of_squares", "activation": "identity", "notation": "lecture"}
    answer = server.get(URL, params=query).json()
    said = [
        *answer["conventions"],
        *(f["explanation"] for f in answer["findings"]),
        *(v["text"] for v in answer["vanished"]),
    ]
    assert any("Z̄" in text for text in said)
    assert not any(symbol in text for text in said for symbol in ("x̂", "γ", "β", "dL/dy"))
