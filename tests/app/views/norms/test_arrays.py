"""`POST /api/v1/norms`: the contract."""

import numpy as np

from bncore import norms
from bncore.norms import NORMS
from tests.app.strict_json import parsed
from tests.each import each

URL = "/api/v1/norms"
RUNNING = {"running_mean": [0.0, 0.0, 0.0, 0.0], "running_var": [1.0, 1.0, 1.0, 1.0]}
NEEDED = {"group": {"groups": 2}, "ghost": {"ghost_size": 3}, "renorm": RUNNING}


def drawn(shape=(6, 4, 2)):
    return np.random.default_rng(0).standard_normal((2, *shape))


def posted(server, **body):
    answer = server.post(URL, json=body)
    assert answer.status_code == 200, answer.text
    return parsed(answer.content)


def test_the_documented_example_answers_what_the_library_computes(server):
    operation = server.get("/api/v1/openapi.json").json()["paths"][URL]["post"]
    content = operation["requestBody"]["content"]["application/json"]
    assert set(content["schema"]["properties"]) > set(content["example"])
    assert all(field["description"].endswith(".") for field in content["schema"]["properties"].values())
    answer = posted(server, **content["example"])
    given = {name: value for name, value in content["example"].items() if name != "dy"}
    result = norms.forward(**given)
    np.testing.assert_array_equal(answer["y"], result.y)
    np.testing.assert_array_equal(answer["dx"], norms.backward(content["example"]["dy"], result).dx)


@each("norm", NORMS)
def test_every_norm_forward_and_backward(server, norm):
    x, dy = drawn()
    answer = posted(server, x=x.tolist(), norm=norm, dy=dy.tolist(), **NEEDED.get(norm, {}))
    result = norms.forward(x, norm, **NEEDED.get(norm, {}))
    gradients = norms.backward(dy, result)
    assert answer.pop("norm") == norm
    assert answer.pop("count") == result.count
    assert answer.pop("warnings") == []
    for name in ("dx", "dgamma", "dbeta"):
        expected = getattr(gradients, name)
        assert (name in answer) == (expected is not None)
        if expected is not None:
            np.testing.assert_array_equal(answer.pop(name), expected)
    for name, values in answer.items():
        np.testing.assert_array_equal(values, getattr(result, name))
    assert ("mean" in answer) == (norm != "rms")
    assert ("r" in answer) == (norm == "renorm")
    assert ("running_mean" in answer) == (norm == "renorm")


@each("norm", NORMS)
def test_inference_of_every_norm(server, norm):
    x, dy = drawn((5, 4, 2))  # 5 examples: no ghost batches of 3
    given = {"running_mean": [1.0, 0.0, 2.0, 0.0], "running_var": [4.0, 1.0, 0.5, 2.0]} if NORMS[norm].running else {}
    given |= {"group": {"groups": 2}}.get(norm, {})
    answer = posted(server, x=x.tolist(), norm=norm, dy=dy.tolist(), mode="inference", **given)
    result = norms.forward(x, norm, mode="inference", **given)
    np.testing.assert_array_equal(answer["y"], result.y)
    np.testing.assert_array_equal(answer["dx"], norms.backward(dy, result).dx)
    for name in ("running_mean", "running_var"):
        assert answer.get(name) == given.get(name)
    assert "r" not in answer
    if not given.get("running_mean"):
        assert answer == posted(server, x=x.tolist(), norm=norm, dy=dy.tolist(), **given)


def test_the_papers_running_average_of_the_deviation(server):
    x, _ = drawn()
    rule = {"running_average": "deviation", "running_variance": "biased", "momentum": 0.3}
    answer = posted(server, x=x.tolist(), norm="renorm", **RUNNING, **rule)
    np.testing.assert_array_equal(answer["running_var"], norms.forward(x, "renorm", **RUNNING, **rule).running_var)
    assert answer["running_var"] != posted(server, x=x.tolist(), norm="renorm", **RUNNING)["running_var"]


def test_gamma_and_beta_of_layer_norm_are_nested(server):
    x, _ = drawn((2, 3, 2))
    gamma = np.arange(6.0).reshape(3, 2)
    answer = posted(server, x=x.tolist(), norm="layer", gamma=gamma.tolist(), beta=gamma.tolist())
    np.testing.assert_array_equal(answer["y"], norms.forward(x, "layer", gamma, gamma).y)
    of_last = posted(server, x=x.tolist(), norm="layer", axis=-1, gamma=[2.0, 3.0])
    np.testing.assert_array_equal(of_last["y"], norms.forward(x, "layer", [2, 3], axis=-1).y)


def test_nulls_stand_for_left_out(server):
    body = {"x": drawn()[0].tolist(), "norm": "instance"}
    names = ("gamma", "beta", "groups", "ghost_size", "axis", "r_max", "d_max", "running_mean", "running_var", "dy")
    assert posted(server, **body, **dict.fromkeys(names)) == posted(server, **body)


def test_special_cases_are_told(server):
    answer = posted(server, x=[[1.0, 2.0]] * 20, norm="instance")
    assert answer["warnings"] == [
        "Statistics 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …: Each statistic has a single cell: it is its own mean and "
        "is standardized to 0, whatever x is."
    ]
    (alone,) = posted(server, x=[[1.0, 2.0], [3.0, 3.0]], norm="layer")["warnings"]
    assert alone.startswith("Statistic 1 (counted from 0): The cells of the statistic are equal")
    wide = posted(server, x=[[1.0, 2.0, 3.0]], norm="layer", gamma=[1e6, 1.0, 1.0], dtype="float16")
    assert wide["y"][0][0] is None
    assert "larger than float16 holds" in wide["warnings"][0]


@each(
    ("change", "field"),
    [
        ({"norm": "group"}, "groups"), ({"norm": "group", "groups": 3}, "groups"), ({"groups": 2}, "groups"),
        ({"norm": "ghost", "ghost_size": 7}, "ghost_size"), ({"norm": "ghost", "ghost_size": 1.5}, "ghost_size"),
        ({"norm": "renorm"}, "running_mean"), ({"norm": "renorm", **RUNNING, "r_max": 0.5}, "r_max"),
        ({"norm": "renorm", **RUNNING, "d_max": -1}, "d_max"), ({"norm": "layer", "axis": -4}, "axis"),
        ({"norm": "layer", "feature_axis": 0}, "feature_axis"),
        ({"norm": "batch", "feature_axis": 5}, "feature_axis"), ({"num_batches_tracked": -1}, "num_batches_tracked"),
        ({"norm": "layer", **RUNNING}, "running_mean"), ({"norm": "rms", "beta": [[0, 0]] * 4}, "beta"),
        ({"norm": "layer", "gamma": [1, 1, 1, 1]}, "gamma"), ({"gamma": "one"}, "gamma"), ({"beta": [1, "a"]}, "beta"),
        ({"norm": "weight"}, "norm"), ({"eps": -1}, "eps"), ({"eps": "1e-5"}, "eps"), ({"mode": "test"}, "mode"),
        ({"running_average": "mean"}, "running_average"),
        ({"mode": "inference"}, "running_mean"), ({"norm": "ghost", "mode": "inference"}, "running_mean"),
        ({"norm": "layer", "mode": "inference", **RUNNING}, "running_mean"),
        ({"x": [[1.0], [1.0, 2.0]]}, "x"), ({"x": None}, "x"), ({"dy": [[1.0]]}, "dy"), ({"dtype": "int8"}, "dtype"),
    ],
)  # fmt: skip
def test_a_bad_field_is_refused_by_name(server, change, field):
    answer = server.post(URL, json={"x": drawn()[0].tolist()} | change)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert answer.json()["detail"]


@each("body", [b"", b"[1]", b'{"x": [[NaN]]}'])
def test_a_body_that_is_no_json_object_is_refused(server, body):
    answer = server.post(URL, content=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body"


def test_work_in_a_thread_answers_the_same(client, app):
    body = {"x": drawn()[0].tolist(), "norm": "layer", "dy": drawn()[1].tolist()}
    inline = client.post(URL, json=body).content
    app.state.settings = app.state.settings.model_copy(update={"inline_work": 0})
    assert client.post(URL, json=body).content == inline


def test_channels_last_a_remainder_and_one_axis_go_through_the_call(server):
    x = drawn((5, 2, 4))[0]
    last = posted(server, x=x.tolist(), norm="ghost", ghost_size=2, feature_axis=-1)
    np.testing.assert_array_equal(last["y"], norms.forward(x, "ghost", ghost_size=2, feature_axis=2).y)
    assert np.shape(last["var"]) == (3, 4)
    flat = posted(server, x=x.ravel().tolist(), norm="layer")
    np.testing.assert_array_equal(flat["y"], norms.forward(x.ravel(), "layer").y)
    assert posted(server, x=x.tolist(), norm="rms", axis=0)["count"] == x.size


def test_a_cumulative_average_says_how_many_batches_it_has_seen(server):
    body = {"x": [[1, 2], [3, 5]], "running_mean": [1, 1], "running_var": [1, 1], "momentum": None}
    for call, answer in (
        ("norms", posted(server, **body)),
        ("batchnorm", server.post("/api/v1/batchnorm", json=body).json()),
    ):
        assert answer["running_mean"] == [2, 3.5], call
        assert answer["num_batches_tracked"] == 1, call
    later = posted(server, **body, num_batches_tracked=3)
    assert later["running_mean"] == [1.25, 1.625]
    assert later["num_batches_tracked"] == 4
    assert "num_batches_tracked" not in posted(server, **body | {"momentum": 0.1})
