"""The batch of a state, and the query that gives it to a view."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from starlette.testclient import TestClient

from tests.app.sentences.states import DATA, State

CONSTANT = 3.0
USUAL: State = {"door": "upload", "axes": 2, "examples": 12, "features": 3, "constant": "none"}


def array_of(state: State) -> NDArray[np.float64]:
    """The numbers: seeded, to two decimals, of deviation 1 to D; (N, D) or (N, D, 2, 2)."""
    at = USUAL | state
    shape = (at["examples"], at["features"], *([2, 2] if at["axes"] == 4 else []))
    scale = np.arange(1.0, at["features"] + 1).reshape(1, -1, *([1, 1] if at["axes"] == 4 else []))
    x = (scale * np.random.default_rng(at["examples"]).standard_normal(shape)).round(2)
    constant = {"none": [], "some": [0], "all": range(at["features"])}[at["constant"]]
    x[:, list(constant)] = CONSTANT
    return x


def query_of(client: TestClient, state: State) -> dict[str, str]:
    """The query of a state: its source, and each field that is no axis of the data."""
    fields = {name: str(value) for name, value in state.items() if name not in DATA and value is not None}
    if not DATA.keys() & state.keys():
        return fields
    x = array_of(state)
    if (USUAL | state)["door"] == "inline":
        rows = ";".join(",".join(f"{value:g}" for value in row) for row in x.tolist())
        return fields | {"source": "inline", "values": rows}
    return fields | {"source": uploaded(client, x=x), "batch_size": fields.get("batch_size", str(len(x)))}


def uploaded(client: TestClient, **arrays: NDArray[Any]) -> str:
    """The id of arrays sent as an NPZ."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    answer = client.post("/api/v1/batches", content=buffer.getvalue())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
