"""The REST door of uploads."""

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.batches.uploads import Reading, UploadStore
from app.batches.uploads.parsed import Parsed
from app.batches.uploads.readers import READERS
from app.calls import batches
from tests.app.batches.uploads.files import npy, npz
from tests.app.calls.batches.conftest import CSV, LIMIT, URL, post

X = np.arange(6.0).reshape(3, 2)


@pytest.mark.parametrize("raw", [False, True])
def test_an_upload_is_described_and_gets_an_address_and_a_key(client: TestClient, raw: bool) -> None:
    answer = client.post(URL, content=CSV, headers={"content-type": "text/csv"}) if raw else post(client, CSV)
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{URL}/{body['id']}"
    assert len(body.pop("delete_key")) >= 20
    assert body == {
        "id": body["id"],
        "kind": "csv",
        "bytes": len(CSV),
        "shape": [2, 2],
        "dtype": "float64",
        "columns": ["a", "b"],
        "labels": ["a", "kind", "b"],
        "arrays": [],
        "missing": None,
        "settings": {},
        "warnings": ["Left out because they hold text: kind."],
        "page_warnings": ["Left out because they hold text: kind."],
    }
    assert client.get(answer.headers["location"]).json() == body


def test_deletion_takes_the_key(client: TestClient, files: Callable[[], list[Path]]) -> None:
    body = post(client, CSV).json()
    address = f"{URL}/{body['id']}"
    assert client.delete(address, params={"delete_key": "wrong"}).status_code == 403
    assert client.delete(address).status_code == 403
    assert client.delete(address, params={"delete_key": body["delete_key"]}).status_code == 204
    assert client.get(address).status_code == 410
    assert client.delete(address, params={"delete_key": body["delete_key"]}).status_code == 410
    assert files() == []


@pytest.mark.parametrize(("key", "said"), [("", "takes its delete_key"), ("wrong", "is not the upload's delete_key")])
def test_a_refused_deletion_says_where_the_key_stands_and_what_happens_without(
    client: TestClient, key: str, said: str
) -> None:
    address = post(client, CSV).headers["location"]
    answer = client.delete(address, params={"delete_key": key} if key else {})
    problem = answer.json()
    assert answer.status_code == problem["status"] == 403
    assert said in problem["detail"]
    assert "the answer to the upload (POST /api/v1/batches)" in problem["detail"]
    assert "until nobody has used it for 30 days" in problem["detail"]
    allowed = "the delete_key that the upload returned"
    assert problem["errors"] == [{"field": "delete_key", "given": None, "allowed": allowed}]
    assert client.get(address).status_code == 200


def test_an_npz_lists_its_arrays(server: TestClient) -> None:
    body = post(server, npz(x=X, y=np.array(["a", "b", "a"]), gamma=np.ones(2))).json()
    assert body["arrays"] == [
        {"name": "x", "shape": [3, 2], "dtype": "float64"},
        {"name": "y", "shape": [3], "dtype": "<U1"},
        {"name": "gamma", "shape": [2], "dtype": "float64"},
    ]
    assert body["labels"] == ["y"]


@pytest.mark.parametrize(
    ("data", "option", "reading"),
    [
        (b"a,b\n1,2\n3,\n", "missing=drop", Reading(missing="drop")),
        (npz(one=X, two=X), "array=one or array=two", Reading(array="two")),
        (npz(x=np.ones((2, 4, 4, 3)), gamma=np.ones(3)), "feature_axis=-1", Reading(feature_axis=-1)),
        (npz(x=np.where(np.arange(5) > 0, np.ones((4, 3, 5)), np.nan)), "missing=mask", Reading(missing="mask")),
    ],
)
def test_what_can_be_read_with_an_option_is_kept_with_a_warning_that_says_which(
    client: TestClient, app: FastAPI, data: bytes, option: str, reading: Reading
) -> None:
    answer = post(client, data)
    assert answer.status_code == 201
    told, _, way = answer.json()["warnings"][0].partition(" (Read it with ")
    assert way == f"{option}.)"
    assert not re.search("missing=|axis=", told)  # a parameter is named in the way alone
    assert app.state.uploads.open(answer.json()["id"], reading).examples > 0


def test_a_warning_of_missing_values_does_not_speak_as_if_rows_were_gone(server: TestClient) -> None:
    (warning,) = post(server, b"a,b\n1,2\n,4\n5,6\n").json()["warnings"]
    assert "1 row has missing or infinite values" in warning
    assert "dropped" not in warning


def test_missing_values_are_counted_and_the_first_is_named(server: TestClient) -> None:
    assert post(server, b"a,b\n1,2\n,NA\n3,\n").json()["missing"] == {
        "count": 3,
        "rows": 2,
        "first": "row 2 (line 3), column 'a'",
        "value": "nothing",
    }


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 422),
        (b"a,b\n1,2\n3\n", 422),
        (b"a,b\n", 422),
        (b"x\ny\n", 422),
        (npy(np.ones(3)), 422),
        (npy(np.ones((2, 2), complex)), 422),
        (npy(np.ones((3, 2)))[:-1], 422),
        (npz(a=np.ones(3)), 422),
        (b"\x80\x04\x95", 415),
        (b"\x1f\x8b\x08", 415),
        (b"<html></html>", 415),
        (b"1,2\n" * 3000 + b"\0", 415),
        (npz(x=np.zeros((500, 500))), 413),
        (b"1,2\n" * (LIMIT // 4 + 1), 413),
        (b"1\n" * (LIMIT // 4), 413),
    ],
)
@pytest.mark.parametrize("raw", [False, True])
def test_a_refusal_is_a_problem_and_leaves_nothing_on_disk(
    client: TestClient, files: Callable[[], list[Path]], data: bytes, status: int, raw: bool
) -> None:
    answer = client.post(URL, content=data) if raw else post(client, data)
    assert answer.status_code == status
    assert answer.json()["status"] == status
    assert answer.json()["detail"]
    assert files() == []


def test_a_form_without_the_file_is_a_422(server: TestClient, files: Callable[[], list[Path]]) -> None:
    answer = server.post(URL, files={"other": ("batch", CSV)})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "file"
    assert files() == []


def test_large_uploads_wait_for_each_other_and_nothing_else_waits_for_them(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "SMALL", 1000)
    at_once, free, release, read = threading.Semaphore(2), [], threading.Event(), READERS["csv"]

    def holds(upload: Path, *rest: Any) -> Parsed:
        if upload.stat().st_size > 1000:
            free.append(at_once.acquire(blocking=False))
            release.wait(20)
            at_once.release()
        return read(upload, *rest)

    monkeypatch.setitem(READERS, "csv", holds)
    with ThreadPoolExecutor(6) as pool:
        large = [pool.submit(post, client, b"a,b\n" + f"{number},2\n".encode() * 500) for number in range(6)]
        small = post(client, CSV)
        known = client.get(small.headers["location"])
        release.set()
        assert [answer.result().status_code for answer in large] == [201] * 6
    assert (small.status_code, known.status_code) == (201, 200)
    assert free == [True] * 6


def test_a_file_larger_than_the_quota_is_a_507(app: FastAPI, files: Callable[[], list[Path]]) -> None:
    app.state.uploads = UploadStore(app.state.settings.model_copy(update={"upload_quota": 100}))
    with TestClient(app) as client:
        assert post(client, npy(np.ones((20, 2)))).status_code == 507
    assert files() == []


def test_openapi_tells_both_ways_to_upload_and_every_refusal(client: TestClient) -> None:
    operation = client.get("/openapi.json").json()["paths"][URL]["post"]
    assert {"multipart/form-data", "text/csv", "application/octet-stream"} <= set(operation["requestBody"]["content"])
    assert {"201", "413", "415", "422", "507"} <= set(operation["responses"])
