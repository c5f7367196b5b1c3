"""Another norm, inference and an intended Bessel forward, by the API and on the page."""

import numpy as np
import pytest

from app.views.gradient_check.snippet import NONE_SUCH
from bncore.diagnosis import case_of
from tests.app.strict_json import parsed
from tests.bncore.diagnosis.conventions import CONVENTIONS
from tests.each import each

URL = "/api/v1/gradient-check"
PAGE = "/gradient-check"
conventions = pytest.mark.parametrize("name", CONVENTIONS)


@conventions
def test_a_probe_of_a_convention_comes_back_right_and_its_example_is_named(server, name):
    of = CONVENTIONS[name] | {"axes": "4"}
    sent = server.get(f"{URL}/probe", params=of).json()
    assert {key: sent[key] for key in CONVENTIONS[name]} == CONVENTIONS[name]
    case = case_of(**{key: value for key, value in sent.items() if key not in ("seed", "axes")})
    body = {"seed": 0, "axes": 4} | CONVENTIONS[name]
    assert server.post(URL, json=body | {"dx": case.as_given(case.truth["dx"]).tolist()}).json()["correct"]
    made = server.get(f"{URL}/example", params=of | {"mistake": "gamma_missing"}).json()
    answer = server.post(URL, json=body | {key: made[key] for key in ("dx", "dgamma")}).json()
    assert [row["id"] for row in answer["diagnoses"]] == ["gamma_missing"]
    assert answer["coefficients"]["words"]["overall"]
    batch = {key: value for key, value in sent.items() if key not in ("seed", "axes")}
    assert server.post(URL, json=batch | {"dx": made["dx"]}).json()["diagnoses"][0]["id"] == "gamma_missing"
    packed = server.get(f"{URL}/probe", params=of | {"format": "npz"})
    texts = server.post(f"{URL}/arrays", content=packed.content).json()
    assert {key: texts[key] for key in CONVENTIONS[name]} == CONVENTIONS[name]


@each(("body", "field"), [
    ({"norm": "instance", "seed": 0, "axes": 2}, "axes"), ({"norm": "group"}, "groups"),
    ({"groups": 2}, "groups"), ({"axis": 1}, "axis"), ({"mode": "inference"}, "running_mean"),
    ({"norm": "rms", "beta": [0, 0]}, "beta"), ({"norm": "layer", "running_mean": [0, 0]}, "running_mean"),
    ({"norm": "rms", "forward_variance": "unbiased"}, "forward_variance"), ({"norm": "renorm"}, "norm"),
    ({"seed": 0, "norm": "group", "groups": 2}, "groups"), ({"norm": "layer", "feature_axis": 5}, "feature_axis"),
    ({"norm": "layer", "axis": 3}, "axis"), ({"norm": "group", "groups": 10**9}, "groups"),
])  # fmt: skip
def test_what_does_not_go_together_is_refused_by_its_field(server, body, field):
    batch = {} if "seed" in body else {"x": [[1, 2], [3, 5], [4, 4]], "dy": [[1, 0], [0, 2], [1, 1]]}
    refused = server.post(URL, json=batch | {"dx": batch.get("x", [[1]])} | body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field


@conventions
def test_the_page_names_an_example_of_the_convention_and_says_which_it_is(server, name):
    view = parsed(server.post(f"{URL}/view", json=CONVENTIONS[name] | {"numeric": True, "axes": "4"}).content)
    mistake = "gamma_missing" if name == "inference" else "variance_path_missing"
    assert view["mistake"] in view["examples"]
    assert [fault["id"] for fault in view["faults"]] == [view["mistake"]]
    assert (view["mistake"] == "variance_path_missing") == (mistake == "variance_path_missing")
    said = {"inference": "inference", "bessel": "K − 1", "rms": "RMS norm", "group": "Group norm, 2 groups"}
    assert said.get(name, "norm") in view["batch"]
    rows = len(view["table"]["x"]) + len(view["table"]["per_unit"])
    assert rows >= view["table"]["count"] + 1
    assert view["numeric"] and all(row["difference"] < 1e-6 for row in view["numeric"])  # noqa: PT018


def test_fields_that_mean_nothing_for_the_norm_say_nothing(server):
    usual = server.post(f"{URL}/view", json={"norm": "rms"}).json()
    other = {"norm": "rms", "mode": "inference", "forward_variance": "unbiased"}
    assert server.post(f"{URL}/view", json=other).json()["headline"] == usual["headline"]
    assert server.post(f"{URL}/view", json={"batch": "own", "norm": "rms", "axis": "-1"}).status_code == 200


@each(("query", "called", "note"), [
    ({"norm": "layer"}, "layernorm_backward(dout, cache)", ""),
    ({"norm": "group", "axes": "4"}, "spatial_groupnorm_backward(dout, cache)", ""),
    ({"norm": "rms"}, "my_gradients(x, gamma, batch[\"eps\"], dout)", NONE_SUCH),
    ({"mode": "inference"}, "my_gradients(x, gamma, beta, batch[\"eps\"], dout, mean, var)", NONE_SUCH),
    ({"batch": "own", "norm": "layer"}, '"norm": "layer"', ""),
])  # fmt: skip
def test_the_snippet_calls_what_the_convention_takes(server, query, called, note):
    view = server.post(f"{URL}/view", json=query).json()
    assert called in view["snippet"]
    assert view["snippet_note"] == note


def test_an_own_batch_is_checked_by_its_axis_groups_and_channels(server):
    rng = np.random.default_rng(0)
    x, dy = rng.normal(size=(2, 3, 4, 6)), rng.normal(size=(2, 3, 4, 6))
    for of, keywords in (({"norm": "layer", "axis": -1}, {}), ({"norm": "group", "groups": 3}, {"feature_axis": 3})):
        case = case_of(x, dy=dy, **of, **keywords)
        body = {"x": x.tolist(), "dy": dy.tolist(), "dx": case.as_given(case.truth["dx"]).tolist()}
        assert server.post(URL, json=body | of | keywords).json()["correct"], of
