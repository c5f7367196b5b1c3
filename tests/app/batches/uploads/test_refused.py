"""Kinds of files that are refused: each is named, and the line that is told makes of it a file that is taken."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import shlex
import sqlite3
import subprocess
import sys
import tarfile
import types
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pyarrow as pa
import pytest

from app.batches.uploads.sniff import kind_of
from app.errors import UnreadableBatch, UnsupportedUpload
from app.files import refused
from app.files.refused import BEGINNINGS, OTHERS, Refused
from tests.app.batches.uploads.conftest import Parser
from tests.app.batches.uploads.files import npy
from tests.each import each

X = np.arange(12, dtype=np.float32).reshape(4, 3) + 0.5
TABLE = "a,b,c\n" + "\n".join(",".join(map(str, row)) for row in X.tolist()) + "\n"


def zipped(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, content)
    return file.getvalue()


def tarred(name: str, content: bytes) -> bytes:
    file, member = io.BytesIO(), tarfile.TarInfo(name)
    member.size = len(content)
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def hdf5(userblock: bytes = b"") -> bytes:
    import h5py

    file = io.BytesIO()
    with h5py.File(file, "w", userblock_size=512 if userblock else 0) as archive:
        archive["x"] = X
        archive.create_group("others")
    content = file.getvalue()
    return userblock + content[len(userblock) :]


def matlab() -> bytes:
    from scipy import io as scipy_io

    file = io.BytesIO()
    scipy_io.savemat(file, {"x": X})
    return file.getvalue()


def wav() -> bytes:
    from scipy.io import wavfile

    file = io.BytesIO()
    wavfile.write(file, 8000, np.arange(8, dtype=np.int16))
    return file.getvalue()


def feather() -> bytes:
    from pyarrow import feather

    file = io.BytesIO()
    feather.write_feather(pa.table({"a": X[:, 0], "b": X[:, 1]}), file)
    return file.getvalue()


def sqlite() -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE my_table (a REAL, b REAL)")
    connection.executemany("INSERT INTO my_table VALUES (?, ?)", X[:, :2].tolist())
    connection.commit()
    return connection.serialize()


def zstd() -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(TABLE.encode())
    return sink.getvalue().to_pybytes()


REAL: dict[str, Callable[[], bytes]] = {
    "gzip file": lambda: gzip.compress(TABLE.encode()),
    "bzip2 file": lambda: bz2.compress(TABLE.encode()),
    "xz file": lambda: lzma.compress(TABLE.encode()),
    "zstd file": zstd,
    "RIFF media file": wav,
    "HDF5 file": hdf5,
    "MATLAB 7.3 file": lambda: hdf5(b"MATLAB 7.3 MAT-file".ljust(512)),
    "MATLAB file": matlab,
    "Feather or Arrow file": feather,
    "SQLite database": sqlite,
    "UTF-16 text file": lambda: TABLE.encode("utf-16"),
    "pickle": lambda: pickle.dumps(X),
    "NPY file of Python objects": lambda: npy(X.astype(object), allow_pickle=True),
    "zip archive": lambda: zipped("table.csv", TABLE.encode()),
    "tar archive": lambda: tarred("table.csv", TABLE.encode()),
    "JSON document": lambda: json.dumps({"x": X.tolist()}).encode(),
    "binary file": lambda: b"\0\0\0\0" + np.ones(11, np.float32).tobytes(),
    "web page or XML document": lambda: b"<table><tr><td>1</td></tr></table>",
    "PNG image": lambda: b"\x89PNG\r\n\x1a\n",
    "JPEG image": lambda: b"\xff\xd8\xff\xe0",
    "GIF image": lambda: b"GIF89a",
    "TIFF image": lambda: b"II*\x00",
    "PDF document": lambda: b"%PDF-1.7",
    "old Excel or Word file": lambda: b"\xd0\xcf\x11\xe0",
    "Excel or Office file": lambda: zipped("[Content_Types].xml", b""),
    "encrypted Parquet file": lambda: b"PARE",
    "PyTorch file": lambda: zipped("layer/data.pkl", b""),
    "ONNX model": lambda: b"\x08\x08\x12\x07pytorch",
    "Keras model": lambda: zipped("metadata.json", b"{}"),
}
"""Files of each kind, or how they begin where their reader is another's: a stand-in takes its place then."""

UNTRIED = {
    *("executable", "Windows executable", "7z archive", "RAR archive"),
    "pointer of Git LFS, and not the file itself",
}
"""What holds no numbers, or is unpacked by a program that is nowhere else."""


class Tensor:
    """What the lines ask of a PyTorch tensor, of a picture and of a table of pandas."""

    def detach(self) -> "Tensor":
        return self

    def float(self) -> "Tensor":
        return self

    def numpy(self) -> Any:
        return X

    def convert(self, mode: str) -> Any:
        return np.zeros((2, 2, len(mode)), np.uint8)

    def to_csv(self, path: str, *, index: bool) -> None:
        assert not index
        Path(path).write_text(TABLE)

    def extract_table(self) -> list[list[str]]:
        return [line.split(",") for line in TABLE.split()]


def gives(value: Any) -> Callable[..., Any]:
    return lambda *_, **__: value


def stand_ins() -> dict[str, types.ModuleType]:
    """Readers that are no part of this project's environment, as far as the lines use them."""
    parts: dict[str, Any] = {
        "torch": {"load": gives({"x": Tensor()})},
        "PIL": {},
        "PIL.Image": {"open": gives(Tensor())},
        "pandas": {"read_excel": gives(Tensor()), "read_html": gives([Tensor()])},
        "pdfplumber": {"open": gives(types.SimpleNamespace(pages=[Tensor()]))},
    }
    modules = {name: types.ModuleType(name) for name in parts}
    for name, module in modules.items():
        vars(module).update(parts[name])
    vars(modules["PIL"])["Image"] = modules["PIL.Image"]
    return modules


def kinds() -> list[Refused]:
    every = [*(kind for _, kind in BEGINNINGS), *OTHERS]
    return [kind for kind in {kind.what: kind for kind in every}.values() if kind.what not in UNTRIED]


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.what)
def test_the_line_that_a_refusal_tells_makes_a_file_that_is_taken(
    parse: Parser, kind: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = REAL[kind.what]()
    with pytest.raises(UnsupportedUpload, match=kind.what) as caught:
        kind_of(data)
    assert kind.line in caught.value.detail
    assert caught.value.see == ("/doctor" if kind.is_model else None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "FILE").write_bytes(data)
    before = set(tmp_path.rglob("*"))
    run(kind.line, monkeypatch)
    (made,) = [path for path in tmp_path.rglob("*") if path.is_file() and path not in before]
    assert parse.batch(made.read_bytes()).x.size >= 4


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a line of Python, or of a shell where it begins so."""
    if line.startswith("python "):
        subprocess.run([sys.executable, *shlex.split(line)[1:]], check=True)
        return
    given: dict[str, Any] = {"x": X, "table": pa.table({"a": X[:, 0]})}
    given |= {name: np.ones(3) for name in ("gamma", "beta", "mean", "var")}
    given |= {"numpy": np} if line == refused.LAYER else {}
    with monkeypatch.context() as patched:
        for name, module in stand_ins().items():
            patched.setitem(sys.modules, name, module)
        exec(line, given)


@each(
    "array",
    [
        X * (1 + 2j),
        np.zeros((2, 2), "datetime64[s]"),
        np.zeros((2, 2), "timedelta64[s]"),
        X.astype(np.longdouble),
        X.astype(str),
        np.zeros((2, 2), [("a", "f4")]),
        X.astype(ml_dtypes.float8_e4m3fn),
    ],
)
def test_the_line_that_converts_a_dtype_makes_an_array_that_is_taken(parse: Parser, array: Any) -> None:
    with pytest.raises(UnreadableBatch, match="Convert it: ") as caught:
        parse.batch(npy(array))
    line = caught.value.detail.partition("Convert it: ")[2].removesuffix(".")
    loaded = np.load(io.BytesIO(npy(array)))
    converted = eval(line, {"x": loaded, "numpy": np, "ml_dtypes": ml_dtypes})
    assert parse.batch(npy(converted)).x.shape == array.shape


def test_every_kind_has_its_file_here() -> None:
    assert {kind.what for kind in kinds()} == set(REAL)
