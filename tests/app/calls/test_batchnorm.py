"""`POST /api/v1/batchnorm`: the contract."""

import numpy as np
import orjson
import pytest
from starlette.testclient import TestClient

import bncore
from app.main import create_app
from app.web.posted import LARGEST_BODY
from tests.each import each

URL = "/api/v1/batchnorm"


def test_the_documented_example_answers_what_the_library_computes(client):
    operation = client.get("/api/v1/openapi.json").json()["paths"][URL]["post"]
    example = operation["requestBody"]["content"]["application/json"]["example"]
    answer = client.post(URL, json=example)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    result = bncore.forward(**{name: value for name, value in example.items() if name != "dy"})
    gradients = bncore.backward(example["dy"], result)
    for name in ("y", "x_hat", "mean", "var", "running_mean", "running_var"):
        np.testing.assert_array_equal(body.pop(name), getattr(result, name))
    for name in ("dx", "dgamma", "dbeta"):
        np.testing.assert_array_equal(body.pop(name), getattr(gradients, name))
    assert body == {"num_batches_tracked": 1, "warnings": []}


def test_every_field_is_documented_with_words(server):
    content = server.get("/api/v1/openapi.json").json()["paths"][URL]["post"]["requestBody"]["content"][
        "application/json"
    ]
    assert set(content["schema"]["properties"]) == set(content["example"])
    assert all(field["description"] for field in content["schema"]["properties"].values())


def test_what_was_not_asked_for_is_left_out(server):
    answer = server.post(URL, json={"x": [[1], [3]]}).json()
    assert set(answer) == {"y", "x_hat", "mean", "var", "warnings"}
    np.testing.assert_allclose(answer["y"], [[-1], [1]], atol=1e-5)


def test_nulls_stand_for_left_out(server):
    body = {"x": [[1], [3]]}
    nulls = dict.fromkeys(("gamma", "beta", "running_mean", "running_var", "dy"))
    assert server.post(URL, json=body | nulls).json() == server.post(URL, json=body).json()


def test_channels_of_four_axes(server):
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5))
    answer = server.post(URL, json={"x": x.tolist(), "dy": x.tolist(), "feature_axis": -3}).json()
    np.testing.assert_array_equal(answer["y"], bncore.forward(x).y)
    assert np.shape(answer["dx"]) == x.shape
    assert len(answer["dgamma"]) == 3


def test_inference_by_the_running_statistics(server):
    body = {"x": [[3.0]], "mode": "inference", "running_mean": [1], "running_var": [4], "eps": 0, "dy": [[1]]}
    answer = server.post(URL, json=body).json()
    assert (answer["y"], answer["dx"], answer["running_mean"]) == ([[1.0]], [[0.5]], [1.0])


@each("dtype", ["float16", "float32", "float64"])
def test_dtype_rounds_the_batch(server, dtype):
    x = [[0.1], [0.7], [123.4]]
    answer = server.post(URL, json={"x": x, "dtype": dtype}).json()
    np.testing.assert_array_equal(np.array(answer["y"], dtype), bncore.forward(x, dtype=dtype).y)


def test_numbers_too_large_for_the_dtype_are_null_and_named(server):
    answer = server.post(URL, json={"x": [[1], [2], [3]], "gamma": [1e6], "dtype": "float16"})
    assert answer.json()["y"] == [[None], [0.0], [None]]
    assert answer.json()["warnings"] == ["y[0, 0] and 1 more are null: larger than float16 holds (65504)."]


def test_special_cases_are_told(server):
    answer = server.post(URL, json={"x": [[1, 2], [1, 3]], "eps": 0}).json()
    assert answer["y"][0][0] == 0
    assert [text.split(":")[0] for text in answer["warnings"]] == ["Feature 0", "Feature 0"]
    assert "denominator is 0" in answer["warnings"][1]
    two = server.post(URL, json={"x": [[1, 2], [1, 2]], "eps": 0}).json()
    assert {text.split(":")[0] for text in two["warnings"]} == {"Features 0, 1"}


@each(
    ("change", "field"),
    [
        ({"x": [[1.0], [1.0, 2.0]]}, "x"),
        ({"x": [["1.0"], ["a"]]}, "x"),
        ({"x": "text"}, "x"),
        ({"x": [[1.0], [None]]}, "x"),
        ({"x": {"a": 1}}, "x"),
        ({"x": None}, "x"),
        ({"x": []}, "x"),
        ({"x": [1.0, 2.0]}, "x"),
        ({"x": [[], []]}, "x"),
        ({"x": [[1e6], [1]], "dtype": "float16"}, "x"),
        ({"x": [[1e200], [-1e200]]}, "x"),
        ({"gamma": [1, 2]}, "gamma"),
        ({"gamma": "1"}, "gamma"),
        ({"beta": [[1]]}, "beta"),
        ({"eps": -1}, "eps"),
        ({"eps": "1e-5"}, "eps"),
        ({"eps": 1e-320}, "eps"),
        ({"eps_placement": "lecture"}, "eps_placement"),
        ({"feature_axis": 2}, "feature_axis"),
        ({"feature_axis": 1.5}, "feature_axis"),
        ({"mode": "inference"}, "running_mean"),
        ({"mode": "eval"}, "mode"),
        ({"running_mean": [0]}, "running_var"),
        ({"running_mean": [0], "running_var": [-1]}, "running_var"),
        ({"momentum": 2}, "momentum"),
        ({"running_variance": "sample"}, "running_variance"),
        ({"x": [[1]], "running_mean": [0], "running_var": [1]}, "running_variance"),
        ({"dy": [[1.0]]}, "dy"),
        ({"dy": [["a"], ["b"]]}, "dy"),
        ({"dtype": "float8"}, "dtype"),
        ({"epsilon": 1e-5}, "epsilon"),
    ],
)
def test_a_bad_field_is_refused_by_name(client, change, field):
    answer = client.post(URL, json={"x": [[1.0], [3.0]]} | change)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert answer.json()["detail"]


NO_JSON = [b"", b"{", b'{"x": [[NaN]]}', b'{"x": [[1e999]]}', b"\xff", b"[" * 5000, b"[1]", b"3"]


@each("body", NO_JSON)
def test_a_body_that_is_no_json_object_is_refused(server, body):
    answer = server.post(URL, content=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body"


def test_lists_nested_too_deep_are_refused(server):
    answer = server.post(URL, content=b'{"x": ' + b"[" * 200 + b"1" + b"]" * 200 + b"}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "x"


def test_a_body_above_the_limit_is_refused(server):
    answer = server.post(URL, content=b" " * (LARGEST_BODY + 1))
    assert answer.status_code == 413
    assert "64 MiB" in answer.json()["detail"]


@each("x", [[[1.0], [None]], [[1.0], ["2"]], [[1.0], [{}]]])
def test_what_is_no_number_is_told_in_words_of_json(server, x):
    assert "not a number (text, null or an object)" in server.post(URL, json={"x": x}).json()["detail"]


@pytest.mark.parametrize("rows", [300, 20_000])
def test_work_elsewhere_answers_the_same(settings, rows):
    """The larger body waits on disk and its answer leaves from there."""
    x = np.random.default_rng(0).standard_normal((rows, 4)).tolist()
    apart = TestClient(create_app(settings.model_copy(update={"inline_work": 0})))
    here = TestClient(create_app(settings.model_copy(update={"inline_work": 10**6})))
    assert apart.post(URL, json={"x": x, "dy": x}).content == here.post(URL, json={"x": x, "dy": x}).content
    assert list((settings.cache_dir / "results").glob("*")) == []


def test_what_is_built_of_too_many_numbers_or_lists_is_refused_before_it_is_built(settings):
    small = TestClient(create_app(settings.model_copy(update={"body_numbers": 1000})))
    for body in (b'{"x": [[' + b"1," * 1001, b'{"x": ' + b"[" * 1002):  # neither is JSON, which nobody looks at
        answer = small.post(URL, content=body)
        assert answer.status_code == 413
        assert "1,000 numbers and lists" in answer.json()["detail"]


def test_a_refusal_does_not_repeat_what_was_sent(server):
    answer = server.post(URL, json={"x": [[1.0], [2.0]], "gamma": ["no number"] * 100_000})
    assert answer.status_code == 422
    assert len(answer.content) < 2_000


def test_answer_is_valid_json_for_float16_edges(server):
    answer = server.post(URL, json={"x": [[65504], [-65504]], "dtype": "float16", "dy": [[1], [2]]})
    assert orjson.loads(answer.content)["x_hat"] == [[1.0], [-1.0]]
