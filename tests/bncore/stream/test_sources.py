"""The same numbers out of each kind of file, array and iterable; and what is refused, by name."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest
import safetensors.numpy
from pyarrow import parquet

from bncore import BatchNormError, stream
from bncore.kernels import using
from tests.bncore.stream.streams import cut_at
from tests.each import each

ROOT = Path(__file__).parents[3]
X = np.random.default_rng(3).normal(4, 2, size=(700, 3)).astype(np.float32)


def npy(folder):
    np.save(folder / "x.npy", X)
    return folder / "x.npy"


def fortran(folder):
    np.save(folder / "x.npy", np.asfortranarray(X))
    return str(folder / "x.npy")


def stored(folder):
    np.savez(folder / "x.npz", gamma=np.ones(3), x=X)
    return folder / "x.npz"


def packed(folder):
    np.savez_compressed(folder / "x.npz", gamma=np.ones(3), inputs=X)
    return folder / "x.npz"


def tensors(folder):
    safetensors.numpy.save_file({"gamma": np.ones(3), "inputs": X}, folder / "x.safetensors")
    return folder / "x.safetensors"


def columns(folder):
    table = pa.table({"name": ["a"] * len(X)} | {f"c{i}": X[:, i] for i in range(3)})
    parquet.write_table(table, folder / "x.parquet", row_group_size=97)
    return folder / "x.parquet"


SOURCES = {
    "npy": npy, "fortran": fortran, "stored": stored, "packed": packed, "safetensors": tensors, "parquet": columns,
    "mapped": lambda folder: np.load(npy(folder), mmap_mode="r"),
    "mapped part": lambda folder: np.load(npy(folder), mmap_mode="r")[:],
    "array": lambda _folder: X,
    "strided": lambda _folder: np.repeat(X, 2, axis=1)[:, ::2],
    "list": lambda _folder: [part.tolist() for part in cut_at(X, [50, 7])],
    "function": lambda _folder: lambda: iter(cut_at(X, [50, 7])),
    "iterator": lambda _folder: iter(cut_at(X, [50, 7])),
}  # fmt: skip


def broken(path):
    """A packed file with other bytes in its middle."""
    np.savez_compressed(path, x=X)
    written = bytearray(path.read_bytes())
    middle = len(written) // 2
    written[middle : middle + 64] = bytes(64)
    return bytes(written)


@pytest.mark.parametrize("kind", SOURCES)
def test_each_has_the_same_statistics_and_gives_its_examples(kind, tmp_path):
    seen = stream.statistics(SOURCES[kind](tmp_path))
    expected = stream.statistics(X.astype(np.float64) if kind == "list" else X)
    assert np.array_equal(seen.mean, expected.mean)
    assert np.array_equal(seen.sketch.counts, expected.sketch.counts)
    assert seen.names == (("c0", "c1", "c2") if kind == "parquet" else ())
    source = stream.opened(SOURCES[kind](tmp_path))
    if kind != "iterator":
        assert np.array_equal(source.take(np.array([0, 8, 699])), X[[0, 8, 699]].astype(source.dtype))
        for first in (0, 96, 97, 650):
            parts = [chunk().copy() for chunk in source.chunks(64, first)]
            assert [len(part) for part in parts[:-1]] == [64] * (len(parts) - 1)
            assert np.array_equal(np.concatenate(parts), X[first:].astype(source.dtype))


def test_an_iterator_is_read_once():
    source = stream.opened(iter([X]))
    stream.statistics(source)
    with pytest.raises(BatchNormError, match="has been read"):
        stream.statistics(source)


def test_bfloat16_is_read_as_what_it_stands_for(tmp_path):
    words = (X.view(np.uint32) >> 16).astype(np.uint16)
    header = b'{"x":{"dtype":"BF16","shape":[700,3],"data_offsets":[0,4200]}}'
    (tmp_path / "x.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + words.tobytes())
    seen = stream.statistics(tmp_path / "x.safetensors")
    assert np.array_equal(seen.mean, stream.statistics((X.view(np.uint32) & 0xFFFF0000).view(np.float32)).mean)


def test_columns_and_arrays_are_named(tmp_path):
    assert stream.opened(columns(tmp_path), "c2, c0").names == ("c2", "c0")
    np.savez(tmp_path / "two.npz", a=X, b=X + 1)
    assert stream.statistics(tmp_path / "two.npz", array="b").low[0] == (X + 1)[:, 0].min()


def cut_short(path, x):
    np.save(path, x)
    path.write_bytes(path.read_bytes()[:-10])


@pytest.mark.parametrize(
    ("name", "write", "said"),
    [
        ("x.npy", lambda path: path.write_bytes(b"no array"), "no NPY file"),
        ("x.npy", lambda path: path.write_bytes(npy(path.parent).read_bytes()[:-4]), "shorter than its header"),
        ("x.npy", lambda path: cut_short(path, np.asfortranarray(X)), "shorter than its header"),
        ("x.npy", lambda path: cut_short(path, np.asfortranarray(X.astype(complex))), "complex128"),
        ("x.npy", lambda path: path.mkdir(), "a folder; give a file"),
        ("x.npy", lambda path: np.save(path, X[:, 0]), "two or more axes"),
        ("x.npy", lambda path: np.save(path, X.astype(complex)), "complex128"),
        ("x.npz", lambda path: path.write_bytes(b"no zip"), "no NPZ file"),
        ("x.npz", lambda path: np.savez(path, a=X, b=X), "not exactly one"),
        ("x.safetensors", lambda path: path.write_bytes(b"\xff" * 16), "no safetensors file"),
        ("x.npz", lambda path: path.write_bytes(broken(path)), "is damaged"),
        (
            "x.safetensors",
            lambda path: path.write_bytes((2**17).to_bytes(8, "little") + b"[" * 2**17),
            "no safetensors",
        ),
        ("x.parquet", lambda path: path.write_bytes(b"PAR1 and no more"), "no Parquet file"),
        ("x.csv", lambda path: path.write_text("1,2"), "of no kind that is read"),
        ("gone.npy", lambda _path: None, "No such file"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(name, write, said, tmp_path):
    write(tmp_path / name)
    with pytest.raises(BatchNormError, match=said):
        stream.statistics(tmp_path / name)


@each("backend", ["auto", "numpy"])
def test_a_file_that_becomes_shorter_while_it_is_read_is_named(backend, tmp_path):
    source = stream.opened(npy(tmp_path))
    with (tmp_path / "x.npy").open("r+b") as file:
        file.truncate(4000)
    with using(backend), pytest.raises(BatchNormError, match=r"x\.npy ends early"):
        stream.statistics(source)


@each(
    ("x", "said"),
    [
        ([], "no chunks"),
        ([X[:0]], "no examples"),
        ([X, X[:, :2]], "chunk 1 of x"),
        (7, "give a path"),
        (np.ma.masked_less(X, 0), "numbers are masked"),
        ([X, np.ma.masked_less(X, 0)], "numbers are masked"),
        ([["a"]], "dtype"),
    ],
)
def test_what_is_no_stream_is_refused_by_name(x, said):
    with pytest.raises(BatchNormError, match=said):
        stream.statistics(x)


def test_what_is_not_installed_is_said_and_nothing_of_it_is_imported_before(tmp_path, monkeypatch):
    seen = (
        "import sys, bncore.stream; print([name for name in ('pyarrow', 'dask', 'safetensors') if name in sys.modules])"
    )
    asked = [sys.executable, "-c", seen]
    assert subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout == "[]\n"
    path = columns(tmp_path)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(BatchNormError, match="needs pyarrow, which is not installed"):
        stream.statistics(path)


def test_what_is_installed_and_cannot_be_loaded_is_told_so(tmp_path, monkeypatch):
    path = columns(tmp_path)
    monkeypatch.setitem(sys.modules, "pyarrow", ModuleType("pyarrow"))  # without its parts
    monkeypatch.delitem(sys.modules, "pyarrow.parquet")
    with pytest.raises(BatchNormError, match=r"needs pyarrow, which cannot be loaded \(cannot import name 'parquet'"):
        stream.statistics(path)
