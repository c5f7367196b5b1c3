"""Layers as their frameworks name them: what is wrong with them is seen, whatever γ and the running mean are called."""

from collections.abc import Callable

import numpy as np
import pytest
from fastapi.testclient import TestClient

X = np.random.default_rng(3).normal(size=(32, 4)).astype(np.float32)
ONES, FAR = np.ones(4, np.float32), np.full(4, 50, np.float32)
DEAD = np.array([1, 1e-3, 1, 1], np.float32)
LAYERS = {
    "torch": {"weight": DEAD, "bias": ONES, "running_mean": FAR, "running_var": ONES},
    "keras": {"bn/gamma": DEAD, "bn/beta": ONES, "bn/moving_mean": FAR, "bn/moving_variance": ONES},
    "onnx": {"scale": DEAD, "B": ONES, "input_mean": FAR, "input_var": ONES},
}


@pytest.mark.parametrize("framework", LAYERS)
def test_findings_are_those_of_the_layer_whatever_its_arrays_are_called(
    client: TestClient, uploaded: Callable[..., str], framework: str
) -> None:
    answer = client.get("/api/v1/playground", params={"source": uploaded(x=X, **LAYERS[framework])}).json()
    features = {one["id"]: [row["feature"] for row in one["features"]] for one in answer["findings"]}
    assert features["gamma_near_zero"] == [1]
    assert sorted(features["running_mean_off"]) == [0, 1, 2, 3]


def test_an_epsilon_of_the_file_that_is_not_computed_with_is_told(
    client: TestClient, uploaded: Callable[..., str]
) -> None:
    source = uploaded(x=X, epsilon=np.float32(1e-3))
    note = "The file says ε = 0.001, and this is computed with ε = 1e−5."
    for eps, told in ((None, [note]), (1e-3, [])):
        query = {"source": source} | ({"eps": eps} if eps else {})
        assert client.get("/api/v1/playground", params=query).json()["batch"]["warnings"] == told


def test_padding_takes_no_part_in_what_is_shown(client: TestClient, uploaded: Callable[..., str]) -> None:
    x = np.where(np.arange(5)[:, None] < 3, X.reshape(8, 4, 4)[:, [0, 1, 2, 0, 0]], 1e6)
    source = uploaded(x=x, mask=np.broadcast_to(np.arange(5) < 3, (8, 5)))
    answer = client.get("/api/v1/playground", params={"source": source, "feature_axis": -1}).json()
    assert answer["batch"]["shape"] == [24, 4]
    assert np.allclose(answer["forward"]["mean"], x[:, :3].mean(axis=(0, 1)))


def test_columns_are_left_out_by_the_query(client: TestClient) -> None:
    source = client.post("/api/v1/batches", content=b"id,a,b\n7,1,2\n3,4,6\n").json()["id"]
    answer = client.get("/api/v1/playground", params={"source": source, "drop": "id"}).json()
    assert answer["batch"]["feature_names"] == ["a", "b"]
    wrong = client.get("/api/v1/playground", params={"source": source, "drop": "c"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "drop")
