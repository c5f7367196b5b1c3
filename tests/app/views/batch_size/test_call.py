"""`GET /batch-size`: the contract of its answer, its parts, its refusals and its size."""

import numpy as np
import pytest

from bncore.batch_norm import forward
from bncore.batch_size.estimates import MARKED
from tests.app.strict_json import parsed
from tests.app.views.batch_size.asked import FEW, STREAM, URL, get, refused
from tests.each import each

ESTIMATES = {"estimates_mean", "estimates_deviation", "estimates_noise"}
RUNNING = {"running_mean", "running_deviation", "running_gap"}
NOISE = {"noise_sizes", "noise_shapes", "noise_pairs"}
DEPENDENCE = {
    "strip_x", "strip_train", "strip_inference", "outlier_spread", "outlier_own",
    *(f"jacobian_{part}" for part in ("total", "identity", "mean", "variance")),
}  # fmt: skip


def test_the_answer_has_every_part_and_every_figure(server):
    answer = get(server)
    assert set(answer["figures"]) == ESTIMATES | RUNNING | NOISE | DEPENDENCE | {"classes"}
    assert answer["parts"] == ["estimates", "running", "noise", "dependence", "classes"]
    assert answer["estimates"]["sizes"] == [2, 4, 8, 16, 32, 64, 128, 178]
    assert [feature["feature"] for feature in answer["estimates"]["features"]] == list(range(13))
    assert "With K = 8, x̂ of alcohol typically strays by" in answer["estimates"]["headline"]


@pytest.mark.parametrize(
    ("part", "figures"),
    [("estimates", ESTIMATES), ("running", RUNNING), ("noise", NOISE), ("dependence", DEPENDENCE),
     ("classes", {"classes"}),
     ("noise,running", NOISE | RUNNING)],
)  # fmt: skip
def test_a_part_alone_is_what_it_is_in_the_whole(server, part, figures):
    whole, alone = get(server), get(server, part=part)
    assert set(alone["figures"]) == figures
    for name in figures:
        assert alone["figures"][name] == whole["figures"][name]
    for name in part.split(","):
        assert alone[name] == whole[name]
    for name in ("headline", "stage"):
        assert alone[name] == whole[name]


def test_the_words_quote_the_numbers_of_the_answer(server):
    answer = get(server, size=32)
    noise, row = answer["estimates"]["noise"], answer["estimates"]["sizes"].index(32)
    feature = answer["estimates"]["features"][0]
    assert noise["scale"] == pytest.approx(feature["deviation"]["sd"][row] / feature["population"]["sd"], rel=1e-3)
    assert noise["shift"] == pytest.approx(feature["mean"]["sd"][row] / feature["population"]["sd"], rel=1e-3)
    x_hat = answer["estimates"]["x_hat"]
    assert f"strays by {x_hat['whole']:#.3g} from" in answer["estimates"]["headline"]
    assert f"{100 * (x_hat['stretch']['average'] - 1):+#.3g} % on average".replace("-", "−") in x_hat["text"]
    off = answer["estimates"]["off"][row]
    expected = feature["deviation"]["sd"][row] / feature["deviation"]["expected_sd"][row] - 1
    assert off["off"] == pytest.approx(expected, abs=1e-3)


def test_the_marked_sizes_and_the_one_looked_at_are_always_drawn(server):
    answer = get(server, source="normal", sizes="5,7", size=11, features=2)
    assert answer["estimates"]["sizes"] == sorted({5, 7, 11, *MARKED})
    assert answer["batch"]["marked"] == list(MARKED)


def test_a_moved_example_moves_the_others_in_training_only(server):
    answer = get(server, part="dependence", example=2, move_by=1.5)
    effect = answer["dependence"]
    assert effect["others_moved"] == {"train": 7, "inference": 0}
    x = np.array(effect["x"]["after"])
    assert x[2] - effect["x"]["before"][2] == pytest.approx(1.5 * effect["unit"])
    np.testing.assert_allclose(effect["train"]["after"], forward(x[:, None]).x_hat[:, 0])
    parts = effect["jacobian"]
    np.testing.assert_allclose(
        np.sum([parts[name] for name in ("identity", "mean", "variance")], axis=0), parts["total"], atol=1e-4
    )
    assert effect["between_features"] == {"across": 0.0, "features": 3}
    assert [curve["bound"] for curve in effect["outlier"]] == pytest.approx(
        [np.sqrt(curve["size"] - 1) for curve in effect["outlier"]]
    )


def test_matched_strengths_give_every_noise_batch_norms_variance(server):
    matched = get(server, part="noise", draws=5000)["noise"]["matched"]
    kinds = get(server, part="noise", draws=5000, **matched)["noise"]["kinds"]
    for kind in kinds[1:]:
        assert kind["variance"] == pytest.approx(kinds[0]["variance"], rel=0.15)
    assert kinds[1]["strength"] == matched["rate"]


@pytest.mark.parametrize("perturbation", ["multiplicative", "additive"])
def test_both_perturbations_stand_beside_dropout(server, perturbation):
    kinds = get(server, part="noise", perturbation=perturbation)["noise"]["kinds"]
    assert [kind["kind"] for kind in kinds] == ["batch_norm", "dropout", perturbation]


def test_other_companions_make_another_class(server):
    classes = get(server, part="classes", source="iris", size=16)["classes"]
    assert classes["data"] == "iris"
    answers = {batch["answer"] for batch in classes["batches"]}
    assert len(answers) == 2
    assert classes["inference"]["answer"] in answers
    assert 0 < classes["changed"] < 1
    assert get(server, part="classes", source="digits")["classes"]["data"] == "wine"


@pytest.mark.parametrize(
    "query",
    [{"source": "inline", "values": "3;3;3"}, {"source": "inline", "values": "1;2"}, {"source": "dead_feature"},
     {"source": "digits", "size": 1797}, {"source": "digits"}, {"size": 2}, {"eps": 0}, {"running_steps": 0}],
    ids=str,
)  # fmt: skip
def test_edges_are_answered_without_complaint(server, query):
    answer = get(server, **query)
    assert answer["headline"].endswith(".")


@each(
    ("query", "field"),
    [({"draws": 10_001}, "draws"), ({"size": 1}, "size"), ({"sizes": "8,4"}, "sizes"), ({"sizes": "x"}, "sizes"),
     ({"feature": 13}, "feature"), ({"selected": "0,40"}, "selected"), ({"example": 8}, "example"),
     ({"rate": 0.96}, "rate"), ({"deviation": -1}, "deviation"), ({"part": "all"}, "part"),
     ({"source": "inline", "values": "1,2"}, "values"), ({"batch_size": 1}, "batch_size"),
     ({"momentum": 2}, "momentum"),
     ({"source": "normal", "features": 1024, "draws": 10_000}, "draws"), ({"colour": "red"}, "colour")],
)  # fmt: skip
def test_a_refusal_names_the_field(server, query, field):
    assert refused(server, **query)["field"] == field
    streamed = server.get(URL, params=query, headers=STREAM)
    assert (streamed.status_code, streamed.json()["errors"][0]["field"]) == (422, field)  # before the stream


def test_a_generator_that_is_drawn_too_much_of_is_not_measured_first(server, monkeypatch):
    monkeypatch.setattr("app.views.batch_size.population.measured", None)
    assert refused(server, source="normal", features=1024, draws=9_999)["field"] == "draws"


def test_work_is_bounded_by_a_setting(client, app):
    app.state.settings = app.state.settings.model_copy(update={"batch_size_work": 10_000})
    assert refused(client, source="normal", features=8)["field"] == "features"
    assert refused(client, source="normal", features=8, part="noise")["field"] == "features"
    assert refused(client, source="normal", features=8, part="running", running_steps=1000)["field"] == "running_steps"
    assert get(client, source="normal", features=8, part="dependence")["dependence"]["x"]


def test_as_many_draws_as_a_refusal_allows_are_taken(client, app):
    app.state.settings = app.state.settings.model_copy(update={"batch_size_work": 2_000_000})
    allowed = refused(client, source="normal", features=4, draws=5000)["allowed"]
    draws = int(allowed.split()[2].replace(",", ""))
    assert get(client, source="normal", features=4, draws=draws)["headline"]
    assert refused(client, source="normal", features=4, draws=draws + 1)["field"] == "draws"


def test_the_same_query_is_the_same_bytes_and_need_not_be_sent_again(client):
    first = client.get(URL, params=FEW)
    assert client.get(URL, params=FEW).content == first.content
    assert client.get(URL, params=FEW, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert get(client, seed=1) != parsed(first.content)


@pytest.mark.parametrize(
    "query", [{"draws": 10_000}, {"members": 16}, {"source": "digits", "feature": 20}, {"running_steps": 1000}]
)
def test_an_answer_is_small_whatever_is_drawn(server, query):
    assert len(server.get(URL, params=FEW | query).content) < 250_000
