"""The large arrays that the owner lists: which they are, the sample that is drawn from, and what is kept of them."""

import threading
from itertools import chain, repeat

import fsspec
import numpy as np
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from app.batches.large import LargeFiles
from app.errors import Busy, InvalidQuery, UnreadableBatch
from app.settings import Settings
from bncore import NonFiniteInput
from tests.each import each

X = np.random.default_rng(5).normal(2, 3, size=(9000, 3)).astype(np.float32)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "arrays"
    folder.mkdir()
    np.save(folder / "x.npy", X)
    np.savez_compressed(folder / "packed.npz", x=X[:50])
    np.savez(folder / "x.state.npz", counts=X[:4])  # as `stream.statistics(…, state=…)` leaves one
    for name in ("notes.txt", "odd name.npy", ".hidden.npy"):
        (folder / name).write_text("no array")
    (folder / "inner.npy").mkdir()
    return folder


@pytest.fixture
def files(folder, tmp_path):
    return LargeFiles(Settings(datasets=str(folder), cache_dir=tmp_path / "cache"))


def test_the_arrays_of_the_folder_are_listed_by_their_names(files):
    assert list(files.listed()) == ["large:packed.npz", "large:x.npy"]
    with pytest.raises(InvalidQuery, match="no file") as refused:
        files.open("large:y.npy", None, 1)
    assert refused.value.allowed == "large:packed.npz, large:x.npy"


def test_without_a_folder_or_with_one_that_is_not_there_nothing_is(tmp_path, caplog):
    assert LargeFiles(Settings(cache_dir=tmp_path)).listed() == {}
    assert LargeFiles(Settings(datasets=str(tmp_path / "none"), cache_dir=tmp_path)).listed() == {}
    assert "BNSCOPE_DATASETS cannot be listed" in caplog.text


def test_a_folder_is_looked_through_again_after_a_while(folder, tmp_path):
    now = [0.0]
    files = LargeFiles(Settings(datasets=str(folder), cache_dir=tmp_path / "cache"), lambda: now[0])
    files.listed()
    np.save(folder / "new.npy", X)
    assert "large:new.npy" not in files.listed()
    now[0] = 10.0
    assert "large:new.npy" in files.listed()


@pytest.fixture
def hung():
    """An event that a store named hung:// waits for before it says what it has."""
    answers = threading.Event()

    class Hung(MemoryFileSystem):
        protocol = "hung"

        def ls(self, _path, detail=True, **how):
            answers.wait()
            return super().ls("/arrays", detail, **how)

    fsspec.register_implementation("hung", Hung, clobber=True)
    yield answers
    answers.set()


def test_a_place_that_does_not_answer_is_waited_for_once_and_told_of(tmp_path, hung):
    times = chain([0.0, 0.0, 0.0], repeat(10.0))  # the patience of the first one who asks is over at once
    files = LargeFiles(Settings(datasets="hung://arrays", cache_dir=tmp_path), lambda: next(times))
    assert files.is_due
    for ask in (files.known, files.stamp, files.known):
        with pytest.raises(Busy, match="does not answer"):
            ask("large:x.npy")
        assert not files.is_due
    (looking,) = (thread for thread in threading.enumerate() if thread.name == "large")
    with fsspec.filesystem("memory").open("/arrays/x.npy", "wb") as file:
        np.save(file, X)
    hung.set()
    looking.join()
    assert files.stamp("large:x.npy") == files.known("large:x.npy").stamp
    fsspec.filesystem("memory").rm("/arrays", recursive=True)


def test_batches_are_of_one_sample_that_is_spread_over_the_file(files):
    source = files.open("large:x.npy", None, 1)
    assert (source.examples, source.total) == (4096, 9000)
    stretch = source.which * 4096 / 9000
    assert (np.diff(source.which) > 0).all()
    assert (np.abs(stretch - np.arange(4096)) <= 1).all()
    whole = source.draw(None, np.random.default_rng(0))
    assert np.array_equal(whole.x, X[source.which])
    few = source.draw(10, np.random.default_rng(1))
    assert len({tuple(row) for row in few.x.tolist()} & {tuple(row) for row in whole.x.tolist()}) == 10
    assert not np.array_equal(few.x, source.draw(10, np.random.default_rng(2)).x)
    assert "4,096 of the file's 9,000 examples" in few.warnings[0]
    assert files.open("large:packed.npz", None, 1).draw(None, np.random.default_rng(0)).warnings == ()


def test_what_was_read_once_is_there_at_once_until_the_file_is_another(files, folder, tmp_path):
    said = []
    source = files.open("large:x.npy", None, 1)
    assert not source.is_known
    seen = source.statistics(lambda *told: said.append(told))
    assert said == [(9000, 9000, "taking the statistics")]
    assert np.allclose(seen.mean, X.mean(axis=0, dtype=np.float64))
    another = LargeFiles(Settings(datasets=str(folder), cache_dir=tmp_path / "cache")).open("large:x.npy", None, 1)
    assert another.is_known
    assert np.array_equal(another.statistics(lambda *told: said.append(told)).mean, seen.mean)
    assert len(said) == 1
    next((tmp_path / "cache" / "large").glob("*.state.npz")).write_bytes(b"PK damaged")
    third = LargeFiles(Settings(datasets=str(folder), cache_dir=tmp_path / "cache")).open("large:x.npy", None, 1)
    assert another.is_known
    assert not third.is_known
    before = files.known("large:x.npy").stamp
    np.save(folder / "x.npy", X[:100])
    new = LargeFiles(Settings(datasets=str(folder), cache_dir=tmp_path / "cache"))
    assert new.known("large:x.npy").stamp == new.stamp("large:x.npy") != before
    assert new.open("large:x.npy", None, 1).statistics().examples == 100


def test_a_cache_that_cannot_be_written_costs_no_more_than_the_keeping(folder, tmp_path):
    (tmp_path / "cache").write_text("no folder")
    source = LargeFiles(Settings(datasets=str(folder), cache_dir=tmp_path / "cache")).open("large:x.npy", None, 1)
    assert source.statistics().examples == 9000
    assert source.draw(5, np.random.default_rng(0)).x.shape == (5, 3)


def test_a_store_of_another_machine_is_read_by_pieces(tmp_path):
    store = fsspec.filesystem("memory")
    with store.open("/arrays/x.npy", "wb") as file:
        np.save(file, X)
    with store.open("/arrays/packed.npz", "wb") as file:
        np.savez_compressed(file, x=X)
    files = LargeFiles(Settings(datasets="memory://arrays", cache_dir=tmp_path))
    for name in ("x.npy", "packed.npz"):
        source = files.open(f"large:{name}", None, 1)
        assert np.allclose(source.statistics().mean, X.mean(axis=0, dtype=np.float64))
        assert np.array_equal(source.draw(None, np.random.default_rng(0)).x, X[source.which])
    store.rm("/arrays", recursive=True)


@pytest.mark.parametrize(
    ("array", "axis", "field"), [("y", 1, "array"), (None, 0, "feature_axis"), (None, 5, "feature_axis")]
)
def test_what_cannot_be_read_so_is_refused_at_its_field(files, array, axis, field):
    with pytest.raises(UnreadableBatch) as refused:
        files.open("large:packed.npz", array, axis)
    assert refused.value.field == field


def test_a_number_that_is_missing_is_named_by_its_place(files, folder):
    x = X.copy()
    x[7123, 2] = np.nan
    np.save(folder / "x.npy", x)
    with pytest.raises(NonFiniteInput, match=r"^x\[7123, 2\] of x\.npy is nan in float32"):
        files.open("large:x.npy", None, 1).statistics()


@each("value", [np.nan, np.inf])
def test_one_that_is_drawn_is_named_by_its_place_in_the_file(files, folder, value):
    which = files.open("large:x.npy", None, 1).which
    x, (before, at) = X.copy(), which[[1999, 2000]]
    x[before + 1 : at + 1, 1] = value  # of these rows the sample has the last one
    np.save(folder / "x.npy", x)
    source = LargeFiles(Settings(datasets=str(folder), cache_dir=folder.parent / "cache")).open("large:x.npy", None, 1)
    with pytest.raises(UnreadableBatch, match=rf"^x\[{at}, 1\] of x\.npy is {value} in float32") as refused:
        source.draw(None, np.random.default_rng(0))
    assert (refused.value.field, refused.value.given) == ("source", "large:x.npy")
