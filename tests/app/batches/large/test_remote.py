"""Files of a store on another machine: read by pieces, and told where the store fails, hangs or has a shorter file."""

import threading

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from app.batches.large import LargeFiles, remote
from app.errors import Busy
from app.settings import Settings
from bncore.errors import BadParameter
from tests.each import each

X = np.random.default_rng(6).normal(2, 3, size=(300, 3)).astype(np.float32)
NAMES = ("x.npy", "packed.npz", "table.parquet")


class Store(MemoryFileSystem):
    """A store in memory, all of whose contents go through `answer`."""

    protocol = "flawed"
    store, pseudo_dirs = {}, [""]  # its own
    answer = staticmethod(lambda content: content)

    @classmethod
    def _strip_protocol(cls, path):
        return super()._strip_protocol(path.replace("flawed://", "memory://"))

    def cat_file(self, path, start=None, end=None, **kwargs):
        return Store.answer(super().cat_file(path, start, end, **kwargs))

    def _open(self, path, mode="rb", **kwargs):
        opened = super()._open(path, mode, **kwargs)
        if mode == "rb":
            opened.read = lambda size=-1: Store.answer(type(opened).read(opened, size))
        return opened


@pytest.fixture
def store():
    fsspec.register_implementation("flawed", Store, clobber=True)
    store = fsspec.filesystem("flawed")
    with store.open("/arrays/x.npy", "wb") as file:
        np.save(file, X)
    with store.open("/arrays/packed.npz", "wb") as file:
        np.savez_compressed(file, x=X)
    with store.open("/arrays/table.parquet", "wb") as file:
        pyarrow.parquet.write_table(pa.table({name: X[:, place] for place, name in enumerate("abc")}), file)
    yield Store  # it has an instance for each thread
    store.rm("/arrays", recursive=True)


@pytest.fixture
def files(store, tmp_path):
    return LargeFiles(Settings(datasets=f"{store.protocol}://arrays", cache_dir=tmp_path))


@each("name", NAMES)
def test_it_is_read_to_the_bit(files, name):
    source = files.open(f"large:{name}", None, 1)
    assert np.array_equal(source.draw(None, np.random.default_rng(0)).x, X[source.which])
    assert np.allclose(source.statistics().mean, X.mean(axis=0, dtype=np.float64))


def fails(_content):
    raise RuntimeError("the connection is gone")


@pytest.mark.parametrize("name", NAMES)
def test_a_store_that_fails_is_told_when_a_file_is_opened_and_when_it_is_read(files, store, name, monkeypatch, caplog):
    source = files.open(f"large:{name}", None, 1)
    monkeypatch.setattr(store, "answer", fails)
    for ask in (lambda: files.open(f"large:{name}", None, -1), source.statistics, source.sample):
        with pytest.raises(Busy, match="does not answer") as refused:
            ask()
        assert refused.value.field == "source"
    assert "the connection is gone" in caplog.text


@pytest.mark.parametrize("name", NAMES)
def test_a_store_that_hangs_holds_up_nobody(files, store, name, monkeypatch):
    source = files.open(f"large:{name}", None, 1)
    goes_on = threading.Event()
    monkeypatch.setattr(store, "answer", lambda content: goes_on.wait() and content)
    monkeypatch.setattr(remote, "PATIENCE", 0.01)
    with pytest.raises(Busy, match="does not answer"):
        source.statistics()
    monkeypatch.undo()
    goes_on.set()
    assert source.statistics().examples == len(X)


def test_a_file_that_has_become_shorter_is_named(files, store, monkeypatch):
    source = files.open("large:x.npy", None, 1)
    monkeypatch.setattr(store, "answer", lambda content: content[:-1])
    with pytest.raises(BadParameter, match=r"x\.npy ends early"):
        source.statistics()
