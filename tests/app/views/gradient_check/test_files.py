"""The arrays of a file that is dropped on the page `/gradient-check`, as text for its fields."""

import io
import json

import numpy as np
import pytest

from app.views.gradient_check import tensor
from app.views.gradient_check.body import LARGEST_BODY, MOST_NUMBERS
from bncore.diagnosis import case_of
from tests.app.views.gradient_check.test_page import API, viewed
from tests.each import each


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def squeezed(**arrays):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


X = np.ones((3, 2))


def test_a_files_arrays_come_back_as_text_that_means_the_same(server):
    dx = np.random.default_rng(0).normal(size=(3, 4, 2, 5))
    answer = server.post(f"{API}/arrays", content=npz(dx=dx, dgamma=np.float32([1 / 3, 2]), other=np.ones(2)))
    assert answer.status_code == 200
    assert set(answer.json()) == {"dx", "dgamma", "not_used"}
    np.testing.assert_array_equal(json.loads(answer.json()["dx"]), dx)
    assert answer.json()["dgamma"] == "[0.33333334, 2.        ]"
    single = server.post(f"{API}/arrays?name=dbeta", content=npy(np.arange(3.0)))
    assert json.loads(single.json()["dbeta"].replace(".", ".0")) == [0, 1, 2]


def test_what_of_a_file_is_not_used_is_named(server):
    x, dy = np.random.default_rng(0).normal(size=(2, 6, 3))
    of = {"x": x, "dy": dy, "dx": dy, "gamma": np.ones(3)}
    for arrays, unused in (
        (of, None), (of | {"epoch": np.int64(3), "conv.weight": x}, "epoch, conv.weight"),
        ({"dx": dy, "gamma": np.ones(3), "eps": 0.1}, "gamma, eps"),
        (of | {"norm": "layer", "running_mean": np.zeros(3), "running_var": np.ones(3)}, "running_mean, running_var"),
        (of | {"norm": "rms", "beta": np.ones(3)}, "beta"), (of | {"groups": 3}, "groups"),
        (of | {f"w{number}": x for number in range(14)}, ", ".join(f"w{i}" for i in range(12)) + " and 2 more"),
    ):  # fmt: skip
        texts = server.post(f"{API}/arrays", content=npz(**arrays)).json()
        assert texts.pop("not_used", None) == (unused and f"Not used: {unused}.")
        assert {"dx"} <= set(texts)
        assert "w1" not in texts
        assert not set((unused or "").split(", ")) & set(texts) - {"groups"}


@each(("content", "status"), [
    (b"", 422), (b"hello", 422), (b"PK\x03\x04no", 422), (b"\x93NUMPY", 422), (npz(weights=np.ones(2)), 422),
    (npz(dx=np.array(["a"])), 422), (npy(np.ones(2, complex)), 422), (npy(np.ones((2, 2)))[:-3], 422),
    (npy(np.ones((2, 2), bool)), 422), (npz(x=X, dy=X, eps="tiny"), 422), (npz(x=X, dy=X, eps=[1.0, 2.0]), 422),
    (npz(x=X, dy=X, seed=3), 422), (npz(dx=X, seed=-3), 422), (npz(dx=X, axes=4), 422),
    (squeezed(dx=np.zeros((1000, 1000))), 413),
])  # fmt: skip
def test_a_file_that_holds_no_tensor_is_refused_at_its_field(server, content, status):
    answer = server.post(f"{API}/arrays", content=content)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["field"] == "file"


def test_an_empty_array_is_an_empty_text(server):
    assert server.post(f"{API}/arrays", content=npz(dx=np.zeros(0))).json() == {"dx": "[]"}


def test_what_a_file_brings_can_be_checked(server):
    x, dy = np.random.default_rng(0).normal(size=(2, 110, 110))
    truth = case_of(x, dy=dy).truth
    texts = server.post(f"{API}/arrays", content=npz(x=x, dy=dy, dx=truth["dx"])).json()
    status, view = viewed(server, batch="own", gamma="", beta="", **texts)
    assert status == 200
    assert view["headline"] == "Correct: dx is exact."


def test_what_a_file_of_the_most_numbers_brings_is_what_a_check_takes(server):
    arrays = dict(
        zip(("x", "dy", "dx"), np.random.default_rng(0).normal(size=(3, MOST_NUMBERS // 64, 64)), strict=True)
    )
    texts = server.post(f"{API}/arrays", content=npz(**arrays)).json()
    assert len(json.dumps({"batch": "own", **texts})) < LARGEST_BODY
    np.testing.assert_array_equal(tensor.parsed(texts["x"], "x", MOST_NUMBERS).values, arrays["x"])


@pytest.mark.parametrize("query", ["seed=9", "seed=9&eps_placement=deviation", "seed=9&axes=4&eps_placement=deviation"])
def test_a_probes_file_with_the_dx_put_in_is_checked_with_its_own_epsilon(server, query):
    with np.load(io.BytesIO(server.get(f"{API}/probe?{query}&format=npz").content)) as packed:
        arrays = dict(packed)
    case = case_of(**{name: value if value.ndim else value.item() for name, value in arrays.items()})
    content = npz(**arrays, dx=case.as_given(case.truth["dx"]))
    texts = server.post(f"{API}/arrays", content=content).json()
    assert texts["eps"] == "1.0"
    assert texts["eps_placement"] == case.eps_placement
    assert texts["feature_axis"] == "1"
    assert viewed(server, batch="own", **texts)[1]["headline"] == "Correct: dx is exact."


def test_a_file_with_its_own_batch_brings_the_settings_that_a_check_of_it_takes(client):
    texts = client.post(f"{API}/arrays", content=npz(x=X, dy=X, feature_axis=0)).json()
    assert {name: texts[name] for name in ("eps", "eps_placement", "feature_axis")} == {
        "eps": "1e-05", "eps_placement": "variance", "feature_axis": "0",
    }  # fmt: skip
    texts = client.post(f"{API}/arrays", content=npz(dx=X, seed=7, axes=4)).json()
    assert {name: texts[name] for name in texts if name != "dx"} == {
        "seed": "7", "axes": "4", "eps_placement": "variance", "norm": "batch", "mode": "train",
        "forward_variance": "biased",
    }  # fmt: skip
    assert set(client.post(f"{API}/arrays", content=npz(dx=X)).json()) == {"dx"}
