from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.batches.uploads import Reading, UploadSource, UploadStore
from tests.app.batches.uploads.files import add, npy, npz

DEFAULT = Reading()
ROWS = np.arange(40.0).reshape(20, 2)


def opened(store: UploadStore, data: bytes, reading: Reading = DEFAULT) -> UploadSource:
    return store.open(add(store, data)[0], reading)


def test_the_examples_are_counted(store: UploadStore) -> None:
    assert opened(store, npy(ROWS)).examples == 20


def test_a_draw_is_without_replacement_and_in_the_order_of_the_file(store: UploadStore) -> None:
    x = opened(store, npy(ROWS)).draw(19, np.random.default_rng(1)).x
    assert x.shape == (19, 2)
    assert (np.diff(x[:, 0]) > 0).all()


def test_equal_seeds_draw_equal_batches(store: UploadStore) -> None:
    source = opened(store, npy(ROWS))
    first, again, other = (source.draw(5, np.random.default_rng(seed)).x.tolist() for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize("size", [None, 20, 21, 10**9])
def test_all_examples_come_in_order(store: UploadStore, size: int | None) -> None:
    assert opened(store, npy(ROWS)).draw(size, np.random.default_rng(0)).x.tolist() == ROWS.tolist()


def test_each_example_is_drawn_sometimes(store: UploadStore) -> None:
    source, rng = opened(store, npy(ROWS)), np.random.default_rng(0)
    seen = {value for _ in range(100) for value in source.draw(3, rng).x[:, 0].tolist()}
    assert seen == set(ROWS[:, 0].tolist())


def test_labels_and_the_gradient_follow_the_rows(store: UploadStore) -> None:
    data = npz(x=ROWS, dy=-ROWS, y=np.arange(20))
    batch = opened(store, data, Reading(label="y")).draw(6, np.random.default_rng(3))
    assert batch.labels is not None
    assert batch.labels.tolist() == (batch.x[:, 0] / 2).tolist()
    assert batch.given["dy"].tolist() == (-batch.x).tolist()


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bad=st.sets(st.integers(0, 19), max_size=19), size=st.integers(1, 25), seed=st.integers(0, 99))
def test_rows_with_missing_values_are_never_drawn(store: UploadStore, bad: set[int], size: int, seed: int) -> None:
    x = ROWS.copy()
    x[list(bad), 1] = np.nan
    source = opened(store, npy(x), Reading(missing="drop"))
    drawn = source.draw(size, np.random.default_rng(seed)).x
    assert source.examples == 20 - len(bad)
    assert len(drawn) == min(size, source.examples)
    assert np.isfinite(drawn).all()
    assert set(drawn[:, 0].tolist()) <= set(ROWS[:, 0].tolist())


def test_all_examples_are_the_mapped_file_itself_which_cannot_be_written(store: UploadStore) -> None:
    source = opened(store, npy(ROWS))
    x = source.draw(None, np.random.default_rng(0)).x
    assert np.shares_memory(x, source.x)
    assert not x.flags.writeable


def test_some_examples_are_a_copy_and_the_file_stays_as_it_was(store: UploadStore) -> None:
    source = opened(store, npy(ROWS))
    source.draw(5, np.random.default_rng(0)).x[:] = -1
    assert source.draw(None, np.random.default_rng(0)).x.tolist() == ROWS.tolist()


def test_a_drawn_batch_reads_only_its_rows_from_a_mapped_file(store: UploadStore) -> None:
    source = opened(store, b"a,b\n" + b"1,2\n" * 100)
    assert isinstance(source.x, np.memmap)
    assert Path(str(source.x.filename)).suffix == ".npy"
    assert not isinstance(source.draw(5, np.random.default_rng(0)).x, np.memmap)


def test_an_npy_is_mapped_where_it_lies(store: UploadStore) -> None:
    source = opened(store, npy(ROWS))
    assert isinstance(source.x, np.memmap)
    assert Path(str(source.x.filename)).name == "data"
