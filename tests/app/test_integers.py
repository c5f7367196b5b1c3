"""Integers from 2^53 on: exact where float64 holds them, refused with their value where not, by every reader."""

import io
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as arrow_parquet
import pytest
from starlette.testclient import TestClient

from tests.each import each

HELD = [2**53, 2**53 + 2, 2**60, 2**63]
ROUNDED = [2**53 + 1, 10**16 + 1, 2**64 - 5]
ROWS = [*HELD[:3], 7]


def npy(values: list[int]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([[value, 1] for value in values], np.uint64))
    return buffer.getvalue()


def npz(values: list[int]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, x=np.array([[value, 1] for value in values], np.uint64), label=np.arange(len(values)))
    return buffer.getvalue()


def csv(values: list[int]) -> bytes:
    return "\n".join(["big,small", *(f"{value},{at}.5" for at, value in enumerate(values))]).encode()


def table(kind: pa.DataType, values: list[Any]) -> bytes:
    buffer = io.BytesIO()
    columns = {"big": pa.array(values, kind), "small": np.arange(len(values)) + 0.5}
    arrow_parquet.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def parquet(values: list[int]) -> bytes:
    return table(pa.uint64(), values)


def decimals(values: list[int]) -> bytes:
    return table(pa.decimal128(25, 0), [Decimal(value) for value in values])


FILES = {make.__name__: make for make in (npy, npz, csv, parquet, decimals)}


def described(client: TestClient, content: bytes) -> Any:
    """What is said of an upload, with its batch as the derivation shows it where it is read."""
    response = client.post("/api/v1/batches", content=content)
    if response.status_code != 201:
        return response
    return client.get("/api/v1/derivation", params={"source": response.json()["id"], "eps": 0})


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("value", HELD)
def test_an_integer_that_float64_holds_is_read_exactly_from_a_file(server: TestClient, kind: str, value: int) -> None:
    answer = described(server, FILES[kind]([*ROWS, value]))
    assert answer.status_code == 200
    assert [int(row[0]) for row in answer.json()["batch"]["values"]] == [*ROWS, value]


@each("kind", FILES)
@each("value", ROUNDED)
def test_an_integer_that_float64_does_not_hold_is_refused_with_its_value_and_place(
    server: TestClient, kind: str, value: int
) -> None:
    answer = described(server, FILES[kind]([*ROWS, value]))
    detail = answer.json()["detail"]
    assert answer.status_code == 422
    assert f"is {value}; it is an integer that float64 does not hold" in detail
    assert ("x[4, 0]" in detail) if kind in ("npy", "npz") else ("ow 5" in detail and "big" in detail)


def test_floats_in_a_file_are_rounded_as_ever(server: TestClient) -> None:
    answer = described(server, b"a,b\n9007199254740993.0,1e16\n1e17,10000000000000000\n0.1,3")
    assert answer.status_code == 200


@each("value", ROUNDED)
def test_typed_pasted_and_posted_ones_are_refused_with_their_value(server: TestClient, value: int) -> None:
    said = f"is {value}; it is an integer that float64 does not hold"
    x = [[value, 1], [1, 2.5], [3, 4]]
    pasted = f"[[{value}, 1], [1, 2], [3, 4]]"
    answers = [
        server.get("/api/v1/playground", params={"source": "inline", "values": f"{value},1;1,2;3,4"}),
        server.get("/api/v1/derivation", params={"values": "1;2;4", "dy": f"{value};1;2"}),
        server.post("/api/v1/batchnorm", json={"x": x}),
        server.post("/api/v1/batchnorm", json={"x": [[1, 2], [3, 4]], "gamma": [value, 1]}),
        server.post("/api/v1/norms", json={"x": x, "norm": "layer"}),
        server.post("/api/v1/gradient-check", json={"x": x, "dy": x, "dx": x}),
        server.post("/api/v1/gradient-check", json={"x": [[1, 2], [3, 5], [3, 4]], "dy": pasted, "dx": pasted}),
        server.post("/api/v1/gradient-check", content=npz([value, 1, 2])),
    ]
    assert [answer.status_code for answer in answers] == [422] * len(answers)
    assert [said in answer.json()["detail"] for answer in answers] == [True] * len(answers)


def test_what_only_looks_like_such_an_integer_is_taken(server: TestClient) -> None:
    body = b'{"x": [[0.12345678901234567, 1e16], [1.5, 9007199254740994], [2, 12345678901234567.5]]}'
    assert server.post("/api/v1/batchnorm", content=body).status_code == 200


@pytest.mark.parametrize("digits", ["9" * 15_000, "0" * 15_000, "-" + "1" * 4_301, "0" * 15_000 + "7"])
def test_an_integer_of_more_digits_than_python_reads_is_read_or_refused(client: TestClient, digits: str) -> None:
    infinite = digits.strip("-0") not in ("", "7")
    texts = [
        client.get("/api/v1/playground", params={"source": "inline", "values": f"{digits},1;1,2;3,4"}),
        client.get("/api/v1/derivation", params={"values": "1;2;4", "dy": f"{digits};1;2"}),
        client.post("/api/v1/tables", json={"text": f"{digits} 1"}),
        client.post("/api/v1/gradient-check", json={"seed": 1, "dbeta": f"{digits} 1 2 3"}),
    ]
    assert {answer.status_code for answer in texts} == {422 if infinite else 200}
    posted = client.post("/api/v1/batchnorm", content=f'{{"x": [[{digits}, 1], [2, 3]]}}'.encode())
    uploaded = client.post("/api/v1/batches", content=f"a,b\n{digits},1\n2,3\n".encode())
    assert posted.status_code == 422  # JSON has no leading zeros, and no infinity
    assert uploaded.status_code in (201, 422)
