"""Files that an enemy, or a broken disk, has made: each is taken, or refused by name; none is a mistake of ours."""

import io
import random
import struct
import zipfile
from collections.abc import Callable

import ml_dtypes
import numpy as np
import pyarrow as pa
import pyarrow.parquet as arrow_parquet
import pytest
from fastapi.testclient import TestClient
from safetensors.numpy import save

from app.batches.uploads.formats.npz import BOUNDS, MEMBERS
from app.errors import UnreadableBatch, UploadTooLarge
from app.files.damage import damage_told
from tests.app.batches.uploads.conftest import Parser
from tests.app.batches.uploads.files import npy, npz
from tests.each import each

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 3))
FLIPS = 28


def header(text: str, version: tuple[int, int] = (1, 0)) -> bytes:
    """An NPY file with this header and the numbers of six float64."""
    size = struct.pack("<H" if version == (1, 0) else "<I", len(text))
    return b"\x93NUMPY" + bytes(version) + size + text.encode("latin-1") + bytes(48)


def shaped(shape: str, descr: str = "'<f8'") -> bytes:
    return header(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}")


DAMAGED = {
    "a shape of truth values": shaped("(True, True)"),
    "a length of 4,000 digits": shaped(f"({'9' * 4000}, 1)"),
    "a length that JSON has no room for": shaped(f"(0, {'9' * 20})"),
    "a hundred axes": shaped(f"({'1, ' * 100})"),
    "nested minus signs": shaped(f"({'-' * 9000}1, 2)"),
    "a sum of 4,000 numbers": shaped(f"({'+'.join('1' * 4000)}, 2)"),
    "nested brackets": shaped("(" * 4000),
    "nested lists": shaped("[" * 100 + "]" * 100),
    "a negative length": shaped("(-6, 1)"),
    "a call": shaped("__import__('os').getcwd()"),
    "an escape that is none": shaped("(3, 2)", r"'\d'"),
    "a dtype that is none": shaped("(3, 2)", "'<q17'"),
    "a dtype of a tuple": shaped("(3, 2)", "('<f8', 10000000000)"),
    "fields of a number": shaped("(3, 2)", "[(1, 2)]"),
    "a field without a name": shaped("(3, 2)", "[()]"),
    "no dictionary": header("12"),
    "no text": header("\xff\0\xfe"),
    "version 0.0": header("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2)}", (0, 0)),
    "version 4.0": header("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2)}", (4, 0)),
    "version 255.255": header("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2)}", (255, 255)),
    "an endless header": b"\x93NUMPY\2\0\xff\xff\xff\xff{" + b" " * 20_000,
}


def zipped(data: bytes, kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", kind) as archive:
        archive.writestr("x.npy", data)
    return file.getvalue()


@each("what", DAMAGED)
@each("packed", [False, True])
def test_an_array_with_a_damaged_header_is_refused_by_name(parse: Parser, what: str, packed: bool) -> None:
    with pytest.raises(UnreadableBatch, match=r"Save it|Convert it"):
        parse(zipped(DAMAGED[what]) if packed else DAMAGED[what])


@each("what", DAMAGED)
@each("packed", [False, True])
@each("call", ["/api/v1/gradient-check", "/api/v1/gradient-check/arrays"])
def test_the_gradient_check_refuses_it_too(server: TestClient, what: str, packed: bool, call: str) -> None:
    answer = server.post(call, content=zipped(DAMAGED[what]) if packed else DAMAGED[what])
    assert answer.status_code == 422
    assert len(answer.content) < 2000


def test_of_an_endless_header_no_more_is_unpacked_than_a_header_has(
    parse: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    read = zipfile.ZipExtFile.read
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda file, n=-1: taken.append(n) or read(file, n))
    parse.limit = 10**9
    with pytest.raises(UnreadableBatch, match="500,000 bytes"):
        parse(zipped(b"\x93NUMPY\2\0" + struct.pack("<I", 500_000) + b"{" * 500_000))
    assert sum(taken) < 100


def directory_of(members: int) -> bytes:
    """A zip whose directory lists so many members of one byte."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(members):
            archive.writestr(f"{number}.npy", b"x")
    return file.getvalue()


def test_a_list_of_too_many_arrays_is_refused_before_it_is_read(parse: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    data = directory_of(BOUNDS.directory // 46)
    entries: list[zipfile.ZipInfo] = []
    decode = zipfile.ZipInfo._decodeExtra  # type: ignore[attr-defined]
    monkeypatch.setattr(
        zipfile.ZipInfo, "_decodeExtra", lambda info, *rest: entries.append(info) or decode(info, *rest)
    )
    with pytest.raises(UploadTooLarge, match=f"up to {MEMBERS:,} arrays"):
        parse(data)
    assert entries == []


def test_more_arrays_than_are_looked_at_are_refused(parse: Parser) -> None:
    with pytest.raises(UploadTooLarge, match=f"{MEMBERS + 1:,} arrays.*a capture to POST /api/v1/doctor") as caught:
        parse(directory_of(MEMBERS + 1))
    assert caught.value.see == "/doctor"


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_zipfile_unpacks_without_a_bound_is_refused(parse: Parser, kind: int) -> None:
    with pytest.raises(UnreadableBatch, match="packed by method"):
        parse(zipped(npy(X), kind))


@each("error", [RecursionError("deep"), SystemError("C"), TypeError(), AssertionError(), KeyError("x")])
def test_whatever_a_reader_raises_is_told_as_damage(error: Exception) -> None:
    with (
        pytest.raises(UnreadableBatch, match=r"The file is damaged.*Save it again\.") as caught,
        damage_told("The file", "Save it again."),
    ):
        raise error
    assert caught.value.__cause__ is error


def test_what_takes_more_memory_than_there_is_is_too_large() -> None:
    with pytest.raises(UploadTooLarge), damage_told("The file", ""):
        raise MemoryError


@each("error", [OSError(5, "of the disk"), FileNotFoundError(), UploadTooLarge("ours")])
def test_what_is_not_the_files_fault_stays_what_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, damage_told("The file", ""):
        raise error
    assert caught.value is error


def parquet() -> bytes:
    file = io.BytesIO()
    table = pa.table({"a": X[:, 0], "b": X[:, 1].astype("f4"), "n": [1, 2, 3, 4, None, 6], "kind": list("xyxyxy")})
    arrow_parquet.write_table(table, file, compression="zstd")
    return file.getvalue()


CSV = "a,b,kind\n1.5,-2e3,x\n0.25,,y\n3,7,x\n"
KINDS: dict[str, Callable[[], bytes]] = {
    "npy": lambda: npy(X),
    "npz": lambda: npz(x=X, gamma=np.ones(3), dy=X, y=np.arange(6) % 2),
    "layer": lambda: npz(x=X, **{"bn.weight": np.ones((1, 3)), "bn.bias": np.ones(3), "bn.eps": 1e-3}, mask=np.ones(6)),
    "bfloat16": lambda: npy(X.astype(ml_dtypes.bfloat16)),
    "safetensors": lambda: save({"x": X, "weight": np.ones(3), "mask": np.ones(6)}),
    "parquet": parquet,
    "csv": CSV.encode,
}


def flipped(data: bytes, rng: random.Random) -> bytes:
    """The data with one to three of its bits turned; half of the time at its start or end, where its plan stands."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        place = rng.choice(
            [rng.randrange(len(data)), rng.randrange(min(len(data), 128)), -1 - rng.randrange(min(len(data), 128))]
        )
        changed[place] ^= 1 << rng.randrange(8)
    return bytes(changed)


@pytest.mark.parametrize("kind", KINDS)
def test_flipped_bits_are_read_or_refused_and_nothing_else(client: TestClient, kind: str) -> None:
    rng, data, taken = random.Random(kind), KINDS[kind](), 0
    for _ in range(FLIPS):
        answer = client.post("/api/v1/batches", content=flipped(data, rng))
        assert answer.status_code in (201, 413, 415, 422), answer.text
        if answer.status_code == 201:
            taken += 1
            view = client.get("/api/v1/playground", params={"source": answer.json()["id"], "missing": "drop"})
            assert view.status_code in (200, 422), view.text
    assert 0 < taken < FLIPS


@pytest.mark.parametrize("kind", ["npy", "npz"])
def test_flipped_bits_of_a_gradient_are_read_or_refused_and_nothing_else(server: TestClient, kind: str) -> None:
    rng, data = random.Random(kind), npz(x=X, dy=X, dx=X) if kind == "npz" else npy(X)
    for _ in range(FLIPS):
        answer = server.post("/api/v1/gradient-check/arrays", content=flipped(data, rng))
        assert answer.status_code in (200, 413, 422), answer.text
