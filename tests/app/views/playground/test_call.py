"""`GET /playground`: the contract of its answer, over every kind of source."""

import re

import numpy as np
import pytest

from app.batches.datasets import DATASETS, load
from app.batches.generators import GENERATORS
from bncore import backward, forward
from tests.app import snapshots
from tests.app.views.playground.asked import URL, get
from tests.each import each

KEYS = {
    "batch", "forward", "backward", "findings", "vanished", "conventions", "headline", "axis_widened", "query",
    "figures",
}  # fmt: skip


@each("source", [*DATASETS, *GENERATORS, "inline"])
def test_every_source_answers_with_every_part(server, source):
    answer = get(server, source=source)
    assert set(answer) >= KEYS
    assert answer["query"] == ({} if source == "wine" else {"source": source})
    assert {"x", "x_hat", "y", "activation", "mean", "var", "gamma", "beta"} <= set(answer["forward"])
    assert {"dx", "dx_direct", "dx_mean", "dx_variance", "dgamma", "dbeta", "conservation"} <= set(answer["backward"])


def test_the_numbers_are_the_librarys(server):
    answer = get(server, source="iris", gamma="2,1,-1,0.5", beta="1", eps=0.1, activation="identity", upstream="ones")
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


def test_statistics_of_inference_are_the_running_ones_of_seeded_batches(server):
    query = {"source": "normal", "mode": "inference", "momentum": 0.5, "seed": 3}
    cold = get(server, **query, running_steps=0)["forward"]
    np.testing.assert_array_equal(cold["mean"], np.zeros(8))
    np.testing.assert_array_equal(cold["var"], np.ones(8))
    one, many = (get(server, **query, running_steps=steps)["forward"] for steps in (1, 60))
    batch = get(server, source="normal", seed=3)["forward"]
    assert (np.abs(np.array(one["mean"]) - np.array(batch["mean"]) / 2) > 1e-6).all()
    np.testing.assert_allclose(many["mean"], batch["mean"], atol=0.3 * np.sqrt(np.array(batch["var"]).max()))


def test_a_cumulative_momentum_averages_all_batches_alike_and_says_so(server):
    query = {"source": "normal", "mode": "inference", "seed": 3}
    alone = [get(server, **query, momentum=1, running_steps=steps)["forward"] for steps in (1, 2, 3)]
    answer = get(server, **query, momentum="cumulative", running_steps=3)
    for name in ("mean", "var"):
        np.testing.assert_allclose(answer["forward"][name], np.mean([of[name] for of in alone], axis=0), rtol=1e-12)
    assert "of 3 batches (unbiased variance, all batches weighed alike)" in " ".join(answer["conventions"])
    assert "new batch weighed 0.1)" in " ".join(get(server, **query)["conventions"])


def test_every_batch_of_a_whole_data_set_is_the_same_one(server):
    """So the running statistics are known in closed form."""
    answer = get(server, source="iris", mode="inference", momentum=0.1, running_steps=7, running_variance="biased")
    x = load("iris").x
    np.testing.assert_allclose(answer["forward"]["mean"], (1 - 0.9**7) * x.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(answer["forward"]["var"], 0.9**7 + (1 - 0.9**7) * x.var(axis=0), rtol=1e-12)


def test_both_placements_and_both_notations_name_themselves(server):
    frameworks = get(server)
    lecture = get(server, notation="lecture", eps_placement="deviation")
    assert "√(σ²+ε)" in frameworks["conventions"][0]
    assert "σ+ε" in lecture["conventions"][0]
    assert "x̂" in frameworks["figures"]["x_hat"]["layout"]["title"]["text"]
    assert "Z̄" in lecture["figures"]["x_hat"]["layout"]["title"]["text"]


def test_the_first_64_features_and_the_selected_ones_are_listed(server):
    query = {"source": "normal", "features": 100}
    assert server.get(URL, params=query).json()["batch"]["features"] == list(range(64))
    answer = server.get(URL, params=query | {"selected": "99,3"}).json()
    assert answer["batch"]["features"] == [*range(64), 99]
    assert len(answer["forward"]["x"]["mean"]) == 65


@each("query", [{"batch_size": 1}, {"batch_size": 2, "eps": 0}, {"source": "dead_feature", "eps": 0}])
def test_edges_are_flagged_not_null(server, query):
    answer = get(server, **query)
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


def test_an_overflow_of_the_uploads_number_type_is_a_422_on_the_field_that_helps(client, uploaded):
    source = uploaded(x=np.random.default_rng(0).standard_normal((9, 3)).astype(np.float16))
    answer = client.get(URL, params={"source": source, "gamma": "1e6"})
    assert answer.status_code == 422
    (row,) = answer.json()["errors"]
    assert (row["field"], row["given"]) == ("gamma", "1e6")
    assert "float16" in answer.json()["detail"]
    get(client, source=source)


def test_an_upload_that_is_gone_is_a_410(server):
    answer = server.get(URL, params={"source": "a" * 64})
    assert answer.status_code == 410


@pytest.mark.parametrize(
    ("query", "most"), [({}, 130_000), ({"source": "normal"}, 96_000), ({"source": "normal", "features": 16}, 200_000)]
)
def test_an_answer_is_as_large_as_what_is_drawn(server, query, most):
    few, many = (
        server.get(URL, params={"source": "normal"} | query | {"batch_size": n}).content for n in (5000, 20_000)
    )
    assert len(server.get(URL, params=query).content) < most
    assert len(many) < 1.1 * len(few)


@pytest.mark.parametrize(
    ("features", "told"),
    [
        (256, "each stroke is an example of one of them"),
        (300, "5 neighbouring features, 320 values: too many for a mark"),
    ],
)
def test_the_caption_of_a_small_batch_says_whether_each_value_has_a_mark(server, features, told):
    query = {"source": "normal", "features": features, "batch_size": 64}
    assert told in server.get(URL, params=query).json()["captions"]["forward"]


def test_a_small_answer_stays_what_it_was(server):
    query = {"source": "inline", "values": "1,10;2,30;4,20;5,40", "activation": "tanh", "upstream": "sum_of_squares"}
    answer = get(server, **query)
    answer["figures"] = {"x": answer["figures"]["x"], "parameters": answer["figures"]["parameters"]["data"]}
    answer["batch"].pop("id")  # changes with the release
    del answer["stage"]  # has tests of its own
    snapshots.check("playground", _without_texts(answer))


def _without_texts(part):
    """The answer without its numbers' texts: which of them are 0 and which rounding is the processor's affair."""
    if not isinstance(part, dict):
        return part
    texts = {"mean_text", "sum_dx_text", "sum_dx_x_hat_text"}
    return {name: _without_texts(inner) for name, inner in part.items() if name not in texts}
