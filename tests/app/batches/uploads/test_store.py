import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from app.batches.uploads import Reading, UploadStore
from app.batches.uploads.store import disk
from app.errors import InvalidQuery, StoreFull, UnreadableBatch, UploadGone, WrongDeleteKey
from app.settings import Settings
from tests.app.batches.uploads.conftest import LIMIT, Clock
from tests.app.batches.uploads.files import add, npy

CSV = b"a,b\n1,2\n3,4\n"
DAY = 86400
DEFAULT = Reading()
Files = Callable[[], list[str]]


def rows(store: UploadStore, id: str, reading: Reading = DEFAULT) -> object:
    return store.open(id, reading).draw(None, np.random.default_rng(0)).x.tolist()


def big(value: int) -> bytes:
    return npy(np.full((LIMIT // 8 - 100, 1), value, np.float64))


def test_the_same_bytes_get_the_same_id_and_a_key_of_their_own(store: UploadStore) -> None:
    (first, key), (second, other) = add(store, CSV), add(store, CSV)
    assert first == second
    assert key != other


def test_the_bytes_go_with_the_last_key(store: UploadStore, files: Files) -> None:
    (id, first), (_, second) = add(store, CSV), add(store, CSV)
    store.delete(id, first)
    assert rows(store, id) == [[1, 2], [3, 4]]
    store.delete(id, second)
    with pytest.raises(UploadGone):
        store.open(id, Reading())
    assert files() == []


def test_a_key_works_once(store: UploadStore) -> None:
    id, key = add(store, CSV)
    add(store, CSV)
    store.delete(id, key)
    with pytest.raises(WrongDeleteKey):
        store.delete(id, key)


@pytest.mark.parametrize("wrong", ["", "x", "../../data", "a" * 10_000])
def test_a_wrong_key_deletes_nothing(store: UploadStore, wrong: str) -> None:
    id, _ = add(store, CSV)
    with pytest.raises(WrongDeleteKey):
        store.delete(id, wrong)
    assert rows(store, id) == [[1, 2], [3, 4]]


def test_the_key_itself_is_not_stored(store: UploadStore, settings: Settings) -> None:
    _, key = add(store, CSV)
    for path in settings.uploads_dir.rglob("*"):
        assert key not in path.name
        assert not path.is_file() or key.encode() not in path.read_bytes()


@pytest.mark.parametrize("id", ["", "abc", "../" * 20, "A" * 64, "g" * 64, "0" * 64 + "\n"])
def test_a_malformed_id_is_an_invalid_query(store: UploadStore, id: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        store.open(id, Reading())
    assert caught.value.field == "source"


def test_an_upload_that_never_came_is_gone_and_the_error_says_what_to_do(store: UploadStore) -> None:
    with pytest.raises(UploadGone, match="Upload the same file again"):
        store.describe("0" * 64)


def test_an_upload_expires_after_its_days_unused_and_comes_back_under_its_id(
    store: UploadStore, clock: Clock, files: Files
) -> None:
    id, _ = add(store, CSV)
    clock.now += 30 * DAY + 1
    with pytest.raises(UploadGone):
        store.open(id, Reading())
    assert files() == []
    assert add(store, CSV)[0] == id
    assert rows(store, id) == [[1, 2], [3, 4]]


def test_every_use_puts_the_expiry_off(store: UploadStore, clock: Clock) -> None:
    id, _ = add(store, CSV)
    for _ in range(3):
        clock.now += 29 * DAY
        assert rows(store, id) == [[1, 2], [3, 4]]


def test_the_last_use_is_not_written_more_than_once_a_minute(
    store: UploadStore, clock: Clock, settings: Settings
) -> None:
    id, _ = add(store, CSV)
    used, start = settings.uploads_dir / id / "used", clock.now
    clock.now += 59
    store.open(id, Reading())
    assert used.stat().st_mtime == start
    clock.now += 2
    store.open(id, Reading())
    assert used.stat().st_mtime == clock.now


def test_the_oldest_unused_makes_room(store: UploadStore, clock: Clock) -> None:
    ids = []
    for value in range(3):
        clock.now += 100
        ids.append(add(store, big(value))[0])
    clock.now += 100
    store.describe(ids[0])
    add(store, big(3))
    with pytest.raises(UploadGone):
        store.describe(ids[1])
    assert store.describe(ids[0])["id"] == ids[0]
    assert store.describe(ids[2])["id"] == ids[2]


def test_a_file_larger_than_the_quota_is_refused_and_evicts_nobody(settings: Settings, files: Files) -> None:
    store = UploadStore(settings.model_copy(update={"upload_quota": 500}))
    id, _ = add(store, CSV)
    before = files()
    with pytest.raises(StoreFull):
        add(store, npy(np.ones((100, 1))))
    assert store.describe(id)["id"] == id
    assert files() == before


def test_the_cache_can_be_emptied_at_any_time(store: UploadStore, settings: Settings) -> None:
    id, _ = add(store, CSV)
    shutil.rmtree(settings.cache_dir)
    assert rows(store, id) == [[1, 2], [3, 4]]
    assert rows(store, id, Reading(label="a")) == [[2], [4]]


def test_the_cache_keeps_to_the_quota(store: UploadStore, settings: Settings) -> None:
    names = [f"c{i}" for i in range(20)]
    data = (",".join(names) + "\n" + (",".join("1" * 20) + "\n") * 5000).encode()
    id, _ = add(store, data)
    for name in names:
        store.open(id, Reading(label=name))
    size = sum(path.stat().st_size for path in settings.cache_dir.rglob("*") if path.is_file())
    assert size <= settings.upload_quota


def test_what_one_worker_parsed_the_other_maps(settings: Settings, clock: Clock) -> None:
    one, two = UploadStore(settings, clock), UploadStore(settings, clock)
    id, _ = add(one, CSV)
    parsed = {path: path.stat().st_mtime_ns for path in settings.cache_dir.rglob("*.npy")}
    assert rows(two, id) == [[1, 2], [3, 4]]
    assert {path: path.stat().st_mtime_ns for path in settings.cache_dir.rglob("*.npy")} == parsed


def test_deletion_is_honoured_by_the_other_workers(settings: Settings, clock: Clock) -> None:
    one, two = UploadStore(settings, clock), UploadStore(settings, clock)
    id, key = add(one, CSV)
    assert two.open(id, Reading()) is two.open(id, Reading())
    one.delete(id, key)
    with pytest.raises(UploadGone):
        two.open(id, Reading())


def test_a_source_that_is_open_survives_deletion(store: UploadStore) -> None:
    id, key = add(store, CSV)
    source = store.open(id, Reading())
    store.delete(id, key)
    assert source.draw(None, np.random.default_rng(0)).x.tolist() == [[1, 2], [3, 4]]


def test_what_cannot_be_read_leaves_nothing_on_disk(store: UploadStore, files: Files) -> None:
    for data in (b"a,b\n1,2\n3\n", b"a,b\n", b"x\ny\n", npy(np.ones(3)), npy(np.full((2, 2), np.nan))):
        with pytest.raises(UnreadableBatch):
            add(store, data)
    assert files() == []


def test_what_a_dead_process_left_is_swept(store: UploadStore, settings: Settings, clock: Clock) -> None:
    left = settings.uploads_dir / "incoming" / "dead"
    left.mkdir(parents=True)
    (left / "data").write_bytes(b"1")
    clock.now = left.stat().st_mtime + 10
    add(store, CSV)
    assert left.exists()
    clock.now += 3601
    add(store, b"1,2\n")
    assert not left.exists()


def test_a_folder_that_another_removes_while_it_is_looked_at_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "folders", lambda parent: [parent / "gone"])
    disk.sweep_stale(tmp_path, 1e9)


def test_threads_that_upload_read_and_delete_the_same_file_agree(store: UploadStore) -> None:
    def round_trip(_: int) -> None:
        id, key = add(store, CSV)
        try:
            assert rows(store, id) == [[1, 2], [3, 4]]
        finally:
            store.delete(id, key)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(round_trip, range(100)))


def test_processes_that_upload_the_same_file_each_get_a_key_that_works(settings: Settings, files: Files) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        added = list(pool.map(_add_some, [settings] * 2))
    ids = {id for pairs in added for id, _ in pairs}
    keys = [key for pairs in added for _, key in pairs]
    assert (len(ids), len(set(keys))) == (1, 20)
    store = UploadStore(settings)
    for key in keys:
        store.delete(next(iter(ids)), key)
    assert files() == []


def _add_some(settings: Settings) -> list[tuple[str, str]]:
    store = UploadStore(settings)
    return [add(store, CSV) for _ in range(10)]


def test_a_missing_value_is_an_error_until_it_is_dropped(store: UploadStore) -> None:
    id, _ = add(store, b"a,b\n1,2\n3,\n")
    with pytest.raises(UnreadableBatch, match="missing=drop"):
        store.open(id, Reading())
    assert rows(store, id, Reading(missing="drop")) == [[1, 2]]


@pytest.mark.parametrize(("field", "value"), [("header", "maybe"), ("missing", "ignore")])
def test_an_option_that_is_none_is_an_invalid_query(field: str, value: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        Reading(**{field: value})  # type: ignore[arg-type]
    assert (caught.value.field, caught.value.given) == (field, value)
