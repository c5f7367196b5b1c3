"""`GET /playground`: the contract of its answer, over every kind of source."""

import re

import numpy as np
import pytest

from app.batches.datasets import DATASETS, load
from app.batches.generators import GENERATORS
from app.figures.numbers import three
from bncore import backward, forward
from tests.app import snapshots
from tests.app.strict_json import parsed

URL = "/api/v1/playground"
KEYS = {
    "batch", "forward", "backward", "findings", "vanished", "conventions", "headline", "axis_widened", "query",
    "figures",
}  # fmt: skip


def get(client, **query):
    answer = client.get(URL, params=query)
    assert answer.status_code == 200, answer.text
    return parsed(answer.content)


@pytest.mark.parametrize("source", [*DATASETS, *GENERATORS, "inline"])
def test_every_source_answers_with_every_part(client, source):
    answer = get(client, source=source)
    assert set(answer) >= KEYS
    assert answer["query"] == ({} if source == "wine" else {"source": source})
    assert {"x", "x_hat", "y", "activation", "mean", "var", "gamma", "beta"} <= set(answer["forward"])
    assert {"dx", "dx_direct", "dx_mean", "dx_variance", "dgamma", "dbeta", "conservation"} <= set(answer["backward"])


def test_the_numbers_are_the_librarys(client):
    answer = get(client, source="iris", gamma="2,1,-1,0.5", beta="1", eps=0.1, activation="identity", upstream="ones")
    x = load("iris").x
    result = forward(x, [2, 1, -1, 0.5], np.ones(4), eps=0.1)
    gradients = backward(np.ones_like(x), result)
    for name in ("mean", "var", "gamma", "beta"):
        np.testing.assert_allclose(answer["forward"][name], getattr(result, name), rtol=1e-13)
    for name in ("dgamma", "dbeta"):
        np.testing.assert_allclose(answer["backward"][name], getattr(gradients, name), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(answer["forward"]["y"]["sd"], result.y.std(axis=0), rtol=1e-12)
    np.testing.assert_allclose(answer["forward"]["x"]["median"], np.median(x, axis=0), rtol=1e-12)
    np.testing.assert_allclose(answer["backward"]["loss"], result.y.sum(), rtol=1e-12)


def test_statistics_of_inference_are_the_running_ones_of_seeded_batches(client):
    query = {"source": "normal", "mode": "inference", "momentum": 0.5, "seed": 3}
    cold = get(client, **query, running_steps=0)["forward"]
    np.testing.assert_array_equal(cold["mean"], np.zeros(8))
    np.testing.assert_array_equal(cold["var"], np.ones(8))
    one, many = (get(client, **query, running_steps=steps)["forward"] for steps in (1, 60))
    batch = get(client, source="normal", seed=3)["forward"]
    assert (np.abs(np.array(one["mean"]) - np.array(batch["mean"]) / 2) > 1e-6).all()
    np.testing.assert_allclose(many["mean"], batch["mean"], atol=0.3 * np.sqrt(np.array(batch["var"]).max()))


def test_every_batch_of_a_whole_data_set_is_the_same_one(client):
    """So the running statistics are known in closed form."""
    answer = get(client, source="iris", mode="inference", momentum=0.1, running_steps=7, running_variance="biased")
    x = load("iris").x
    np.testing.assert_allclose(answer["forward"]["mean"], (1 - 0.9**7) * x.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(answer["forward"]["var"], 0.9**7 + (1 - 0.9**7) * x.var(axis=0), rtol=1e-12)


def test_both_placements_and_both_notations_name_themselves(client):
    frameworks = get(client)
    lecture = get(client, notation="lecture", eps_placement="deviation")
    assert "√(σ²+ε)" in frameworks["conventions"][0]
    assert "σ+ε" in lecture["conventions"][0]
    assert "x̂" in frameworks["figures"]["x_hat"]["layout"]["title"]["text"]
    assert "Z̄" in lecture["figures"]["x_hat"]["layout"]["title"]["text"]


def test_wines_headline_tells_how_much_the_scales_differ(client):
    assert "2,530-fold" in get(client)["headline"]


def test_undoing_says_by_how_much_y_differs_from_x(client):
    assert "γ = √(σ²+ε) and β = μ undo the normalization" in get(client, gamma="sigma", beta="mean")["headline"]
    beside = get(client, gamma="sigma", beta="mean", eps=10, eps_placement="deviation", mode="inference")["headline"]
    assert "γ = σ+ε and β = μ of the running statistics undo the normalization" in beside


def test_where_the_gradient_vanishes_the_answer_says_why(client):
    (reason,) = get(client, source="iris", activation="identity", upstream="ones")["vanished"]
    assert reason["reason"] == "same_for_every_example"
    assert reason["features"] == [0, 1, 2, 3]
    assert reason["text"].endswith(".")


def test_the_first_64_features_and_the_selected_ones_are_listed(client):
    query = {"source": "normal", "features": 100}
    assert client.get(URL, params=query).json()["batch"]["features"] == list(range(64))
    answer = client.get(URL, params=query | {"selected": "99,3"}).json()
    assert answer["batch"]["features"] == [*range(64), 99]
    assert len(answer["forward"]["x"]["mean"]) == 65


@pytest.mark.parametrize(
    "query", [{"batch_size": 1}, {"batch_size": 2, "eps": 0}, {"source": "dead_feature", "eps": 0}]
)
def test_edges_are_flagged_not_null(client, query):
    answer = get(client, **query)
    numbers = [value for name in ("x", "x_hat", "y", "activation") for value in answer["forward"][name].values()]
    numbers += [answer["backward"][name]["sd"] for name in ("dx", "dy")]
    assert all(None not in row for row in numbers)
    if "batch_size" not in query or query["batch_size"] == 1:
        assert answer["forward"]["flags"]


def test_an_engineers_own_layer_is_used_as_it_is(client, uploaded):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((6, 4, 3, 3)).astype(np.float32)
    layer = {
        "gamma": np.array([1.0, 2.0, 0.001, 1.0]), "beta": np.array([0.0, -9.0, 0.0, 0.0]),
        "running_mean": np.zeros(4), "running_var": np.array([1.0, 1.0, 1.0, 25.0]),
        "dy": rng.standard_normal(x.shape).astype(np.float32),
    }  # fmt: skip
    answer = get(client, source=uploaded(x=x, **layer))
    np.testing.assert_allclose(answer["forward"]["gamma"], layer["gamma"])
    assert answer["forward"]["running"]["given"] is True
    assert answer["batch"]["given"] == sorted(layer)
    assert "d_activation" not in answer["backward"]
    features = {row["id"]: [f["feature"] for f in row["features"]] for row in answer["findings"]}
    assert features["gamma_near_zero"] == [2]
    assert features["saturated"] == [1]
    (saturated,) = (row for row in answer["findings"] if row["id"] == "saturated")
    assert saturated["title"].startswith("If ReLU follows")  # with dy given, no activation is known
    assert features["running_var_off"] == [3]
    assert 3 in features["mode_gap"]
    expected = backward(layer["dy"], forward(x, layer["gamma"], layer["beta"]))
    np.testing.assert_allclose(answer["backward"]["dgamma"], expected.dgamma, rtol=1e-5)
    inference = get(client, source=answer["query"]["source"], mode="inference")
    np.testing.assert_allclose(inference["forward"]["var"], layer["running_var"])
    assert inference["conventions"][1] == "normalized by the running statistics that the file brought along"


@pytest.mark.parametrize(
    ("name", "findings"), [("running_mean", "running_mean_off"), ("running_var", "running_var_off")]
)
def test_one_of_the_running_statistics_alone_is_held_against_the_batch_and_said_to_be_no_more(
    client, uploaded, name, findings
):
    x = np.random.default_rng(0).standard_normal((50, 2))
    source = uploaded(x=x, **{name: np.array([9.0, 0.0 if name == "running_mean" else 1.0])})
    for mode in ("train", "inference"):
        answer = get(client, source=source, mode=mode)
        (finding,) = (row for row in answer["findings"] if row["id"] == findings)
        assert [row["feature"] for row in finding["features"]] == [0]
        assert any(f"has {name} without" in warning for warning in answer["batch"]["warnings"])
    assert answer["forward"]["running"]["given"] is False


def test_every_row_of_a_finding_says_what_was_measured(client, uploaded):
    x = np.random.default_rng(0).standard_normal((50, 4)) * np.array([1.0, 1e-5, 1.0, 1.0])
    x[:, 2] = 0.5
    layer = {
        "gamma": np.array([0.001, 1.0, 1.0, 1.0]), "beta": np.array([-3.0, 0.0, 1.0, -1.8]),
        "running_mean": x.mean(axis=0) + np.array([0, 0, 0, 2.0]), "running_var": x.var(axis=0),
    }  # fmt: skip
    answer = get(client, source=uploaded(x=x, **layer))
    said = {row["id"]: [f["text"] for f in row["features"]] for row in answer["findings"]}
    assert said["constant"] == ["always 0.500"]
    assert said["gamma_near_zero"] == ["γ = 0.00100"]
    assert said["saturated"] == ["100 % saturated", "98 % saturated"]
    (variance,), (errors,), (gap,) = said["variance_below_eps"], said["running_mean_off"], said["mode_gap"]
    assert re.fullmatch(r"variance \d\.\d+e−1[01]", variance)
    assert errors.endswith(" standard errors")
    assert gap.endswith(" |γ|")
    lecture = get(client, source=answer["query"]["source"], notation="lecture")
    texts = [f["text"] for row in lecture["findings"] for f in row["features"]]
    assert "G = 0.00100" in texts
    assert not any(symbol in text for text in texts for symbol in ("γ", "x̂"))


def test_nearly_all_is_not_called_all(client):
    beta = ",".join(["-9"] * 12 + ["-2.5"])
    rows = get(client, beta=beta)["findings"][0]
    assert rows["id"] == "saturated"
    assert rows["features"][-1]["text"] == "99 % saturated"
    assert rows["features"][-1]["value"] < 1.0


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ("1,10;2,20", "Deviations run from 0.500 (x0) to 5.00 (x1), 10.0-fold."),
        ("1,11;2,12;4,14", "Every feature has deviation 1.25."),
        ("1,1;2,2.0001", "Every feature has deviation about 0.500."),
        ("1,2;1,4", "Deviations run from 0 (x0) to 1.00 (x1)."),
    ],
)
def test_the_headline_compares_deviations_that_can_be_told_apart(client, values, told):
    assert get(client, source="inline", values=values)["headline"].startswith(told)


@pytest.mark.parametrize("query", [{"batch_size": 1}, {"source": "inline", "values": "7,7;7,7"}])
def test_where_no_feature_varies_the_headline_says_so(client, query):
    headline = get(client, **query)["headline"]
    assert headline.startswith("No feature varies")
    assert headline.endswith("So every x̂ is 0.")
    assert "run from" not in headline


def test_a_lone_example_is_one_example(client):
    text = get(client, source="normal", batch_size=1)["batch"]["text"]
    assert "1 example ×" in text


def test_the_second_law_claims_no_more_than_its_numbers(client):
    small, large = (get(client, eps=eps)["laws"][1]["text"] for eps in (1e-9, 0.5))
    assert small.endswith("scaling the feature changes next to nothing.")
    assert "changes next to nothing" not in large
    assert "ε is not small beside the variance here" in large
    deviation = get(client, eps=0.5, eps_placement="deviation", notation="lecture")["laws"][1]["text"]
    assert "ε is not small beside the deviation here" in deviation
    linear = get(client, upstream="sum_of_squares", activation="identity", eps=1e-9)["laws"][1]["text"]
    assert "so little is left of ∂L/∂x here that even this is" in linear


@pytest.mark.parametrize("eps", [1e-9, 2e-3, 0.03])
def test_epsilon_is_not_blamed_for_a_gradient_that_lies_along_x_hat(client, eps):
    """Under Σy² the whole of dx is what epsilon leaves, be it ever so small beside the variance."""
    query = {"source": "normal", "features": 2, "upstream": "sum_of_squares", "activation": "identity", "eps": eps}
    text = get(client, **query)["laws"][1]["text"]
    assert "is not small" not in text
    assert "so little is left" in text


def test_a_gradient_of_rounding_is_called_rounding(client):
    """All ones and no epsilon: nothing but rounding comes out, and it is not held against itself."""
    for upstream in ("ones", "sum_of_squares"):
        laws = get(client, eps=0, upstream=upstream, activation="identity")["laws"]
        assert all("0 up to rounding" in law["text"] for law in laws)
        assert all("times Σ" not in law["text"] for law in laws)


def test_the_headline_follows_scale_and_shift(client):
    told = {(gamma, beta): get(client, gamma=gamma, beta=beta)["headline"] for gamma in ("1", "2.5") for beta in "01"}
    assert told["1", "0"].endswith("every feature has mean 0 and deviation 1.")
    assert told["2.5", "0"].endswith("Normalized, then scaled by γ, y has mean 0 and deviation 2.50.")
    assert told["1", "1"].endswith("Normalized, then shifted by β, y has mean 1.00 and deviation 1.00.")
    assert told["2.5", "1"].endswith("then scaled by γ and shifted by β, y has mean 1.00 and deviation 2.50.")
    varied = get(client, source="iris", gamma="1,2,3,4")["headline"]
    assert varied.endswith("y has mean 0 and deviations from 1.00 to 4.00.")


def test_two_ends_that_read_alike_are_one_number(client):
    close = get(client, source="inline", values="0,0;1,1.0004", eps=0.01)["headline"]
    assert close.endswith("Normalized, every feature has mean 0 and deviation 0.981: ε weighs.")


def test_an_overflow_of_the_uploads_number_type_is_a_422_on_the_field_that_helps(client, uploaded):
    source = uploaded(x=np.random.default_rng(0).standard_normal((9, 3)).astype(np.float16))
    answer = client.get(URL, params={"source": source, "gamma": "1e6"})
    assert answer.status_code == 422
    (row,) = answer.json()["errors"]
    assert (row["field"], row["given"]) == ("gamma", "1e6")
    assert "float16" in answer.json()["detail"]
    get(client, source=source)


def test_an_upload_that_is_gone_is_a_410(client):
    answer = client.get(URL, params={"source": "a" * 64})
    assert answer.status_code == 410


@pytest.mark.parametrize(
    ("query", "most"), [({}, 120_000), ({"source": "normal"}, 85_000), ({"source": "normal", "features": 16}, 200_000)]
)
def test_an_answer_is_as_large_as_what_is_drawn(client, query, most):
    few, many = (
        client.get(URL, params={"source": "normal"} | query | {"batch_size": n}).content for n in (5000, 20_000)
    )
    assert len(client.get(URL, params=query).content) < most
    assert len(many) < 1.1 * len(few)


def test_a_small_answer_stays_what_it_was(client):
    query = {"source": "inline", "values": "1,10;2,30;4,20;5,40", "activation": "tanh", "upstream": "sum_of_squares"}
    answer = get(client, **query)
    answer["figures"] = {"x": answer["figures"]["x"], "parameters": answer["figures"]["parameters"]["data"]}
    answer["batch"].pop("id")  # changes with the release
    snapshots.check("playground", _without_texts(answer))


def _without_texts(part):
    """The answer without its numbers' texts: which of them are 0 and which rounding is the processor's affair."""
    if not isinstance(part, dict):
        return part
    texts = {"mean_text", "sum_dx_text", "sum_dx_x_hat_text"}
    return {name: _without_texts(inner) for name, inner in part.items() if name not in texts}


@pytest.mark.parametrize("eps_placement", ["variance", "deviation"])
@pytest.mark.parametrize("source", ["wine", "digits", "dead_feature"])
def test_what_is_rounding_is_printed_as_such(client, source, eps_placement):
    answer = get(client, source=source, eps_placement=eps_placement, activation="identity", eps=0.1)
    x, x_hat, kept = answer["forward"]["x"], answer["forward"]["x_hat"], answer["backward"]["conservation"]
    assert set(x_hat["mean_text"]) <= {"0", "0 up to rounding"}
    assert "0 up to rounding" in x_hat["mean_text"]
    assert set(kept["sum_dx_text"]) <= {"0", "0 up to rounding"}
    for value, text, low, high in zip(x["mean"], x["mean_text"], x["min"], x["max"], strict=True):
        assert text == (three(value) if abs(value) > 1e-12 * max(-low, high) else "0" if value == 0 else text)
    overlaps = zip(kept["sum_dx_x_hat"], kept["sum_dx_x_hat_text"], kept["expected_sum_dx_x_hat"], strict=True)
    assert all(text == three(overlap) for overlap, text, expected in overlaps if abs(expected) > 1e-9)


def test_the_overlap_that_is_told_is_the_largest_of_what_it_is_said_to_be(client):
    answer = get(client, eps_placement="deviation", eps=0.1)
    kept, told = answer["backward"]["conservation"], answer["laws"][1]["text"]
    overlaps = np.abs(kept["sum_dx_x_hat"])
    shares = overlaps / np.array(kept["sum_abs_dx"])
    names = answer["batch"]["feature_names"]
    worst = int(shares.argmax())
    assert worst != int(overlaps.argmax())
    assert told.startswith(
        f"largest beside Σ |∂L/∂x|: {kept['sum_dx_x_hat_text'][worst]} ({names[worst]}), of Σ |∂L/∂x| = "
    )


def test_texts_speak_the_notation_in_force(client):
    query = {"source": "dead_feature", "upstream": "sum_of_squares", "activation": "identity", "notation": "lecture"}
    answer = client.get(URL, params=query).json()
    said = [
        *answer["conventions"],
        *(f["explanation"] for f in answer["findings"]),
        *(v["text"] for v in answer["vanished"]),
    ]
    assert any("Z̄" in text for text in said)
    assert not any(symbol in text for text in said for symbol in ("x̂", "γ", "β", "dL/dy"))
