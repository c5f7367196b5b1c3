"""What is damaged on disk is made anew, or healed by uploading again; a disk that takes nothing is a 507 at most."""

import errno
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.batches.uploads import Reading, UploadStore
from app.batches.uploads.parsed import Parsed
from app.batches.uploads.store import disk
from app.errors import StoreFull, UnreadableBatch, UploadGone
from app.settings import Settings
from tests.app.batches.uploads.conftest import Clock
from tests.app.batches.uploads.files import add, npy, npz
from tests.each import each

X = np.arange(6.0).reshape(3, 2)
FULL = npz(x=np.vstack([X, [[np.nan, 1]]]), gamma=np.ones(2), y=np.array([0, 1, 0, 1]))
READING = Reading(missing="drop", label="y")
CSV = b"a,b\n1,2\n3,4\n"
DAY = 86400


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    if data:
        data[len(data) * 2 // 3] ^= 1
    path.write_bytes(data)


DAMAGES: dict[str, Callable[[Path], Any]] = {
    "emptied": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "garbage": lambda path: path.write_bytes(b"[" * 40),
    "no object": lambda path: path.write_bytes(b"null"),
    "a bit": flip,
    "other names": lambda path: path.write_bytes(path.read_bytes().replace(b"x", b"z")),
    "gone": Path.unlink,
}


def rows(store: UploadStore, id: str, reading: Reading = READING) -> list[Any]:
    return store.open(id, reading).draw(None, np.random.default_rng(0)).x.tolist()  # type: ignore[no-any-return]


@each("damage", DAMAGES)
@each("file", ["parsed.json", "x.npy", "bad_rows.npy", "given_gamma.npy", "labels.npy"])
def test_a_damaged_file_of_the_cache_is_made_anew(
    store: UploadStore, settings: Settings, clock: Clock, file: str, damage: str
) -> None:
    id, _ = add(store, FULL)
    assert rows(store, id) == X.tolist()
    for path in settings.cache_dir.rglob(file):
        DAMAGES[damage](path)
    for worker in (store, UploadStore(settings, clock)):
        batch = worker.open(id, READING).draw(None, np.random.default_rng(0))
        assert batch.x.tolist() == X.tolist()
        assert batch.labels is not None
        assert batch.labels.tolist() == [0, 1, 0]
        assert batch.given["gamma"].tolist() == [1, 1]


@pytest.mark.parametrize("damage", ["emptied", "cut"])
def test_a_file_that_is_cut_while_it_is_open_is_let_go(store: UploadStore, settings: Settings, damage: str) -> None:
    id, _ = add(store, FULL)
    before = store.open(id, READING)
    assert store.open(id, READING) is before
    for path in settings.cache_dir.rglob("x.npy"):
        DAMAGES[damage](path)
    assert store.open(id, READING) is not before
    assert rows(store, id) == X.tolist()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_description_is_found_out_anew(
    store: UploadStore, settings: Settings, clock: Clock, damage: str
) -> None:
    id, _ = add(store, FULL)
    told = store.describe(id)
    path = settings.uploads_dir / id / "description.json"
    DAMAGES[damage](path)
    assert UploadStore(settings, clock).describe(id) == told
    assert path.read_bytes()


@each("file", ["data", "used", "description.json"])
@each("damage", DAMAGES)
@each("data", [CSV, npy(X)])
def test_uploading_again_heals_what_is_damaged(
    store: UploadStore, settings: Settings, clock: Clock, file: str, damage: str, data: bytes
) -> None:
    id, key = add(store, data)
    reading = Reading()
    whole = rows(store, id, reading)
    DAMAGES[damage](settings.uploads_dir / id / file)
    assert add(store, data)[0] == id
    for worker in (store, UploadStore(settings, clock)):
        assert rows(worker, id, reading) == whole
        assert worker.describe(id)["bytes"] == len(data)
    store.delete(id, key)


def test_a_damaged_upload_is_a_named_error_until_then(store: UploadStore, settings: Settings, clock: Clock) -> None:
    id, _ = add(store, npy(X))
    (settings.uploads_dir / id / "data").write_bytes(npy(X)[:-8])
    with pytest.raises(UnreadableBatch, match="Upload the same file again"):
        rows(UploadStore(settings, clock), id, Reading(missing="drop"))


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes the disk one that cannot be written to, as root sees it."""

    def refuses(*_given: Any, **_named: Any) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    opened = io.open

    def opens(file: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
        return refuses() if set(mode) & set("wax+") else opened(file, mode, *rest, **named)

    def makes(path: Any, *_given: Any, **_named: Any) -> None:
        raise FileExistsError if Path(path).exists() else OSError(errno.EROFS, "Read-only file system")

    def freeze() -> None:
        for name in ("utime", "rename", "replace", "unlink", "rmdir"):
            monkeypatch.setattr(os, name, refuses)
        monkeypatch.setattr(os, "mkdir", makes)
        monkeypatch.setattr(io, "open", opens)

    return freeze


def test_on_a_read_only_disk_existing_uploads_are_read(
    store: UploadStore, clock: Clock, read_only: Callable[[], None]
) -> None:
    id, _ = add(store, FULL)
    assert rows(store, id) == X.tolist()
    told = store.describe(id)
    read_only()
    for _ in range(5):
        clock.now += 20 * DAY
        assert rows(store, id) == X.tolist()
        assert store.describe(id) == told
    with pytest.raises(UploadGone):
        store.describe("0" * 64)


def test_on_a_read_only_disk_another_worker_reads_them_too(
    store: UploadStore, settings: Settings, clock: Clock, read_only: Callable[[], None]
) -> None:
    id, _ = add(store, FULL)
    rows(store, id)
    read_only()
    clock.now += DAY
    assert rows(UploadStore(settings, clock), id) == X.tolist()


def test_on_a_read_only_disk_what_must_be_written_is_a_507(
    store: UploadStore, clock: Clock, read_only: Callable[[], None]
) -> None:
    id, key = add(store, FULL)
    read_only()
    for do in (lambda: add(store, CSV), lambda: store.delete(id, key), lambda: rows(store, id, Reading(array="gamma"))):
        with pytest.raises(StoreFull, match="cannot be written to"):
            do()
    clock.now += 31 * DAY
    with pytest.raises(UploadGone):
        store.describe(id)


def test_in_a_folder_that_cannot_be_one_an_upload_is_a_507(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").touch()
    settings = Settings(uploads_dir=tmp_path / "file" / "uploads", cache_dir=tmp_path / "cache")
    with pytest.raises(StoreFull, match="cannot be written to"):
        add(UploadStore(settings, clock), npy(np.eye(3)))


def test_a_disk_that_fills_up_while_an_upload_is_parsed_is_a_507_and_leaves_nothing(
    store: UploadStore, files: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_parsed: Parsed, _folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Parsed, "save", full)
    with pytest.raises(StoreFull, match="disk is full"):
        add(store, CSV)
    assert files() == []


def test_an_upload_in_constant_use_does_not_expire_however_short_its_life(settings: Settings, clock: Clock) -> None:
    store = UploadStore(settings.model_copy(update={"upload_days": 40 / DAY}), clock)
    id, _ = add(store, CSV)
    for _ in range(30):
        clock.now += 5
        assert store.describe(id)["id"] == id
    clock.now += 41
    with pytest.raises(UploadGone):
        store.describe(id)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk.write(tmp_path / "file", b"old")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(errno.EIO, "")))
    with pytest.raises(OSError, match="Errno 5"):
        disk.write(tmp_path / "file", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"old"


def test_an_upload_is_safe_on_disk_before_it_is_seen(
    store: UploadStore, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    fsync, rename = os.fsync, Path.rename
    monkeypatch.setattr(
        os, "fsync", lambda place: synced.append(str(Path(f"/proc/self/fd/{place}").readlink())) or fsync(place)
    )

    def seen(path: Path, target: Path) -> Path:
        if target.parent == settings.uploads_dir:
            assert {str(path / "data"), str(path / "description.json"), str(path)} <= set(synced)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", seen)
    add(store, FULL)
    assert str(settings.uploads_dir) in synced
