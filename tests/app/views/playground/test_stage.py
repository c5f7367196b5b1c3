"""The playground's stage: small, the same alone as in the whole answer, and brief and true in every state."""

import io
import re

import numpy as np
import pytest

from tests.app.views.playground.asked import URL, get
from tests.each import each

NUMBER = re.compile(r"(?<![\w/²])[−-]?\d[\d,]*(?:\.\d+)?(?:e[−-]?\d+)?")
ONE = ",".join(["1"] * 12 + ["3"])
SHIFTED = ",".join(["0"] * 12 + ["2"])
STATES = [
    {}, {"gamma": "2"}, {"beta": "-1"}, {"gamma": "2", "beta": "1"}, {"gamma": ONE}, {"mode": "inference"},
    {"mode": "inference", "gamma": "0.5"}, {"gamma": "sigma", "beta": "mean"}, {"x_scale": 3}, {"x_scale": 3, "eps": 1},
    {"x_scale": 0.1, "mode": "inference"}, {"batch_size": 1}, {"batch_size": 2}, {"source": "digits"},
    {"source": "heavy_tailed", "eps": 1}, {"source": "inline", "values": "1;2;4"}, {"notation": "lecture", "beta": "1"},
    {"source": "dead_feature", "eps_placement": "deviation"}, {"source": "iris", "gamma": "0"},
]  # fmt: skip


@each("query", STATES)
def test_the_headline_has_at_most_twenty_words_and_three_numbers(client, query):
    headline = get(client, parts="stage", **query)["headline"]
    assert len(headline.split()) <= 20
    settings = headline.count(" = ") if " on " in headline else 0  # what was set is named beside what it made
    assert len(NUMBER.findall(headline)) - settings <= 3, headline


@pytest.mark.parametrize("query", STATES, ids=str)
def test_the_stage_alone_is_the_stage_of_the_whole(server, query):
    alone, whole = get(server, parts="stage", **query), get(server, **query)
    assert alone["stage"] == whole["stage"]
    assert alone["headline"] == whole["headline"]
    assert alone.keys() == {"headline", "stage", "query"}


@each("query", [{}, {"gamma": ONE, "beta": SHIFTED, "x_scale": 3}, {"source": "digits"}])
def test_the_stage_is_small_enough_to_follow_a_hand(server, query):
    assert len(server.get(URL, params={"parts": "stage", **query}).content) < 12_000


def test_the_headline_follows_the_hand(server):
    query = {"gamma": ONE, "beta": SHIFTED, "eps": 0}
    assert get(server, **query)["headline"] == "γ = 3, β = 2 on proline: mean 2.00, deviation 3.00"
    assert get(server, gamma=ONE, eps=0)["headline"] == "γ = 3 on proline: mean 0, deviation 3.00"


def test_earlier_weights_move_x_and_not_x_hat_and_epsilon_and_inference_are_told(server):
    told = get(server, x_scale=3)
    assert told["headline"] == "Weights × 3: every x follows, every x̂ stands still."
    assert told["batch"]["text"].startswith("3 × Wine")
    assert told["forward"]["x"]["sd"][12] == pytest.approx(3 * get(server)["forward"]["x"]["sd"][12])
    assert "as ε weighs" in get(server, x_scale=3, eps=1)["headline"]
    assert "running statistics stay" in get(server, x_scale=3, mode="inference")["headline"]


def test_dots_lie_where_the_steps_put_them(server):
    answer = get(server, source="iris", gamma="2", beta="1", activation="tanh", lanes="1,3")
    stage = answer["stage"]
    assert [lane["name"] for lane in stage["lanes"]] == ["sepal width", "petal width"]
    y, lane = stage["steps"]["y"], stage["lanes"][0]
    x = lane["low"] + np.array(lane["x"]) / lane["parts"] * (lane["high"] - lane["low"])
    values = y["slope"][0] * x + y["offset"][0]
    assert values.mean() == pytest.approx(answer["forward"]["y"]["mean"][1], abs=0.01)
    assert values.std() == pytest.approx(answer["forward"]["y"]["sd"][1], rel=0.01)
    f = lane["f_low"] + np.array(lane["f"]) / lane["parts"] * (lane["f_high"] - lane["f_low"])
    np.testing.assert_allclose(f, np.tanh(values), atol=0.01)


def test_wine_opens_on_scales_that_no_ruler_shows_together(server):
    stage = get(server)["stage"]
    assert [lane["name"] for lane in stage["lanes"]] == ["proline", "alcohol", "hue"]
    assert "1,380 times as wide as hue, which is a line here" in stage["steps"]["x"]["sentence"]
    assert "which is a line" not in get(server, source="iris")["stage"]["steps"]["x"]["sentence"]
    assert "deviation 1," in stage["steps"]["x_hat"]["sentence"]
    assert "deviation 1," not in get(server, eps=10)["stage"]["steps"]["x_hat"]["sentence"]
    assert "each is centred at 0, as wide as before" in stage["steps"]["centred"]["sentence"]
    assert "running mean" in get(server, mode="inference")["stage"]["steps"]["centred"]["sentence"]


def test_what_undoes_the_normalization_of_wine_has_round_ends(server):
    rulers = {
        name: step["ruler"]["text"] for name, step in get(server, gamma="sigma", beta="mean")["stage"]["steps"].items()
    }
    assert rulers == {
        "x": "from 0 to 1800", "centred": "from −600 to 1000", "x_hat": "from −4 to 4",
        "scaled": "from −500 to 2000", "y": "from −500 to 2000", "activation": "from −500 to 2000",
    }  # fmt: skip


def test_what_is_learned_is_told_where_it_does_something(server):
    steps = get(server)["stage"]["steps"]
    assert steps["scaled"]["sentence"].startswith("Multiply by γ, learned, to give back the spread")
    assert "act from" not in steps["x"]["sentence"]
    moved = get(server, gamma="2", notation="lecture", eps=0)["stage"]["steps"]
    assert moved["x"]["sentence"].endswith("G and B act from × G on.")
    assert moved["scaled"]["sentence"] == "Multiply by G, here 2: deviations are now 2.00."
    assert get(server, gamma=ONE)["stage"]["steps"]["scaled"]["sentence"].startswith(
        "Multiply by γ, here of its own for each feature"
    )


def test_the_gradients_sentence_holds_for_the_mode(server):
    assert "add up to 0" in get(server)["stage"]["gradient"]
    inference = get(server, mode="inference")["stage"]
    assert "add up to 0" not in inference["gradient"]
    assert "three paths" in get(server)["stage"]["by_path"]
    assert "direct path alone" in inference["by_path"]
    assert get(server, batch_size=48)["stage"]["gradient"].startswith("Back again, each dot's arrow is ∂L/∂x. A")
    nothing = get(server, source="iris", activation="relu", beta="-9")["stage"]["gradient"]
    assert nothing.startswith("No gradient reaches these 3 features")


def test_of_many_examples_some_are_drawn_and_that_is_said(server):
    stage = get(server, source="normal", batch_size=1000)["stage"]
    assert stage["shown"] == 180
    assert stage["counted"] == "a dot is one example; 180 of 1,000 are drawn"
    assert len(stage["lanes"][0]["x"]) == 180
    assert stage["arrowed"] == {"dx": 48, "paths": 24}
    assert stage["gradient"].startswith(
        "Back again, an arrow is its dot's ∂L/∂x. A feature's arrows add up to 0, drawn or"
    )
    few = get(server, source="normal", batch_size=24)["stage"]
    assert few["arrowed"] == {"dx": None, "paths": None}
    assert few["gradient"].startswith("Back again, each dot's arrow is")


def test_a_feature_that_is_not_there_is_a_422_on_its_field(server):
    answer = server.get(URL, params={"lanes": "3,99"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "lanes"


def test_the_data_of_a_stage_are_always_whole(server):
    assert server.get(f"{URL}/data", params={"parts": "stage"}).status_code == 422


def test_of_more_float16_than_its_largest_number_the_gradient_is_summed_in_float64(client):
    """Their sum of sizes is beyond 65,504, and infinity beside it would make rounding of any sum."""
    file = io.BytesIO()
    np.save(file, np.random.default_rng(0).normal(0, 0.1, size=(900, 2, 8, 8)).astype(np.float16))
    id = client.post("/api/v1/batches", content=file.getvalue()).json()["id"]
    stage = client.get("/api/v1/playground", params={"source": id}).json()["stage"]
    assert "A feature's arrows add up to 0" in stage["gradient"]
