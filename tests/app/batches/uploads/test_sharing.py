"""Uploads that machines share: two stores with folders of their own over one URL."""

import hashlib
import os
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from app.batches.uploads import Reading, UploadStore
from app.batches.uploads.store.kept import FETCHES
from app.batches.uploads.store.remote import FRESH
from app.errors import Busy, UploadGone, WrongDeleteKey
from app.settings import Settings
from tests.app.batches.uploads.conftest import LIMIT, Clock
from tests.app.batches.uploads.files import add, npy
from tests.app.sharing import DownFileSystem, eventually

CSV = b"a,b\n1,2\n3,4\n"
ID = hashlib.sha256(CSV).hexdigest()
DAY = 86400
Machine = Callable[[str], UploadStore]


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    return tmp_path / "shared"


@pytest.fixture
def machine(settings: Settings, clock: Clock, tmp_path: Path, shared: Path) -> Machine:
    """A machine by name, with a disk of its own; started again under its name it has the disk that it left."""

    def started(name: str, url: str = "") -> UploadStore:
        own = {"uploads_dir": tmp_path / name / "uploads", "cache_dir": tmp_path / name / "cache"}
        return UploadStore(settings.model_copy(update=own | {"store": url or shared.as_uri()}), clock)

    return started


def rows(store: UploadStore, id: str) -> object:
    store.describe(id)
    return store.open(id, Reading()).draw(None, np.random.default_rng(0)).x.tolist()


def object_of(shared: Path, id: str, name: str = "data") -> Path:
    return shared / "uploads" / id / name


def test_what_one_machine_takes_the_other_has(machine: Machine, tmp_path: Path) -> None:
    one, other = machine("one"), machine("other")
    id, _ = add(one, CSV)
    assert other.describe(id) == one.describe(id)
    assert rows(other, id) == [[1, 2], [3, 4]]
    assert (tmp_path / "other" / "uploads" / id / "data").read_bytes() == CSV


def test_an_upload_that_no_machine_has_is_gone(machine: Machine) -> None:
    with pytest.raises(UploadGone):
        machine("one").describe("0" * 64)


def test_a_key_of_one_machine_deletes_on_all(machine: Machine, clock: Clock, tmp_path: Path) -> None:
    one, other = machine("one"), machine("other")
    id, key = add(one, CSV)
    other.describe(id)
    one.delete(id, key)
    clock.now += FRESH
    for store in (one, other):
        with pytest.raises(UploadGone):
            store.describe(id)
        with pytest.raises(UploadGone):
            store.open(id, Reading())
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes() == CSV]


def test_a_key_that_one_machine_gave_out_is_taken_by_another(machine: Machine) -> None:
    one, other = machine("one"), machine("other")
    id, key = add(one, CSV)
    with pytest.raises(WrongDeleteKey):
        other.delete(id, "another")
    other.delete(id, key)
    with pytest.raises(UploadGone):
        other.describe(id)


def test_the_bytes_go_with_the_last_key_of_all_machines(machine: Machine, clock: Clock) -> None:
    one, other = machine("one"), machine("other")
    (id, first), (_, second) = add(one, CSV), add(other, CSV)
    other.delete(id, first)
    with pytest.raises(WrongDeleteKey):
        one.delete(id, first)
    assert rows(one, id) == rows(other, id) == [[1, 2], [3, 4]]
    one.delete(id, second)
    clock.now += FRESH
    with pytest.raises(UploadGone):
        other.describe(id)


def test_no_key_stands_in_the_store_as_it_was_given_out(machine: Machine, shared: Path) -> None:
    _, key = add(machine("one"), CSV)
    names = [path.as_posix() for path in shared.rglob("*")]
    assert any("/keys/" in name for name in names)
    assert not any(key in name for name in names)


def test_an_upload_that_is_sent_again_is_here_again_everywhere(machine: Machine, clock: Clock) -> None:
    one, other = machine("one"), machine("other")
    id, key = add(one, CSV)
    other.describe(id)
    other.delete(id, key)
    clock.now += FRESH
    add(one, CSV)
    assert rows(other, id) == rows(one, id) == [[1, 2], [3, 4]]


@pytest.mark.parametrize("damaged", [CSV.replace(b"4", b"5"), CSV[:-4], b"", b"\x89PNG"])
def test_a_damaged_object_is_refused_until_the_file_comes_again(
    machine: Machine, shared: Path, damaged: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = machine("one"), machine("other")
    id, _ = add(one, CSV)
    object_of(shared, id).write_bytes(damaged)
    with pytest.raises(UploadGone):
        other.describe(id)
    assert id in caplog.text
    assert rows(one, id) == [[1, 2], [3, 4]]
    add(one, CSV)
    assert rows(other, id) == [[1, 2], [3, 4]]


def test_an_object_above_the_limit_is_not_fetched(machine: Machine, shared: Path) -> None:
    id, _ = add(machine("one"), CSV)
    with object_of(shared, id).open("ab") as file:
        file.truncate(LIMIT + 1)
    with pytest.raises(UploadGone):
        machine("other").describe(id)


def test_half_an_upload_is_none(machine: Machine, shared: Path) -> None:
    id, _ = add(machine("one"), CSV)
    object_of(shared, id, "record").unlink()
    with pytest.raises(UploadGone):
        machine("other").describe(id)


def test_a_store_that_is_emptied_takes_no_copy_away(machine: Machine, shared: Path, clock: Clock) -> None:
    one, other = machine("one"), machine("other")
    id, _ = add(one, CSV)
    object_of(shared, id, "record").unlink()
    shared.rename(shared.with_name("elsewhere"))
    clock.now += DAY
    assert rows(one, id) == [[1, 2], [3, 4]]
    eventually(object_of(shared, id, "record").exists)
    assert rows(other, id) == [[1, 2], [3, 4]]


def test_a_key_in_an_emptied_store_takes_none_but_its_own_away(machine: Machine, shared: Path) -> None:
    one = machine("one")
    (id, first), (_, second) = add(one, CSV), add(one, CSV)
    shared.rename(shared.with_name("elsewhere"))
    one.delete(id, first)
    assert rows(one, id) == [[1, 2], [3, 4]]
    one.delete(id, second)
    with pytest.raises(UploadGone):
        one.describe(id)


def test_those_who_wait_for_an_upload_of_another_machine_are_few(machine: Machine) -> None:
    id, _ = add(machine("one"), CSV)
    other = machine("other")
    with ExitStack() as waiting:
        for _ in range(FETCHES):
            waiting.enter_context(other._few())
        with pytest.raises(Busy):
            other.describe(id)
    assert rows(other, id) == [[1, 2], [3, 4]]


def test_a_store_that_is_down_costs_the_sharing_alone(machine: Machine) -> None:
    down = machine("one", "down://store")
    id, key = add(down, CSV)
    assert rows(down, id) == [[1, 2], [3, 4]]
    assert down.pinned() == []
    down.delete(id, key)


def test_what_only_a_store_that_is_down_could_know_is_no_upload_that_is_gone(machine: Machine) -> None:
    with pytest.raises(Busy, match="does not answer"):
        machine("one", "down://store").describe("0" * 64)


def test_a_store_that_is_down_is_left_alone_for_a_while(machine: Machine) -> None:
    down = machine("one", "down://store")
    calls = DownFileSystem.calls
    for _ in range(20):
        with pytest.raises(Busy):
            down.describe("0" * 64)
    assert DownFileSystem.calls == calls + 1


def test_what_came_while_the_store_was_down_is_shared_later(machine: Machine, shared: Path) -> None:
    id, _ = add(machine("one", "down://store"), CSV)
    one, other = machine("one"), machine("other")
    assert rows(one, id) == [[1, 2], [3, 4]]
    eventually(object_of(shared, id, "record").exists)
    assert rows(other, id) == [[1, 2], [3, 4]]


def test_a_deletion_that_the_others_cannot_be_told_of_is_refused_and_may_be_repeated(machine: Machine) -> None:
    one = machine("one")
    id, key = add(one, CSV)
    with pytest.raises(Busy):
        machine("one", "down://store").delete(id, key)
    one.delete(id, key)
    with pytest.raises(UploadGone):
        one.describe(id)


def test_what_nobody_uses_expires_in_the_store_and_a_use_on_one_machine_counts(
    machine: Machine, clock: Clock, shared: Path
) -> None:
    one, other = machine("one"), machine("other")
    used, _ = add(one, CSV)
    unused, _ = add(one, CSV + b"5,6\n")
    for id in (used, unused):
        os.utime(object_of(shared, id, "record"), (clock.now, clock.now))
    clock.now += 29 * DAY
    one.describe(used)
    eventually(lambda: object_of(shared, used, "record").stat().st_mtime > clock.now)
    os.utime(object_of(shared, used, "record"), (clock.now, clock.now))
    clock.now += 2 * DAY
    assert other._shared is not None
    other._shared.sweep()
    assert [path.name for path in (shared / "uploads").iterdir()] == [used]


def test_the_longest_unused_leave_the_store_above_the_quota_unless_they_are_pinned(
    machine: Machine, clock: Clock, shared: Path
) -> None:
    store = machine("one")
    assert store._shared is not None
    ids = [add(store, npy(np.full((LIMIT // 8 - 100, 1), value, np.float64)))[0] for value in range(3)]
    swept = threading.Event()
    store._shared._store.later(
        swept.set
    )  # behind the machine's own first look, which would take the fourth for too much
    assert swept.wait(30)
    ids.append(add(store, npy(np.full((LIMIT // 8 - 100, 1), 3, np.float64)))[0])
    for age, id in enumerate(ids):
        os.utime(object_of(shared, id, "record"), (clock.now + age, clock.now + age))
    (shared / "pinned").mkdir()
    (shared / "pinned" / ids[0]).touch()
    store._shared.sweep()
    assert {path.name for path in (shared / "uploads").iterdir()} == {ids[0], *ids[2:]}


def test_what_is_pinned_in_the_store_is_listed_everywhere_and_not_deleted(machine: Machine, shared: Path) -> None:
    one, other = machine("one"), machine("other")
    id, key = add(one, CSV)
    (shared / "pinned").mkdir()
    (shared / "pinned" / id).touch()
    (shared / "pinned" / "no id").touch()
    assert [described["id"] for described in other.pinned()] == [id]
    with pytest.raises(WrongDeleteKey):
        one.delete(id, key)
