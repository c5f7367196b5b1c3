"""The store that machines share: what it keeps, and what it costs when it hangs or fails."""

import io
import threading
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings
from app.store import PAUSE, Object, SharedStore, Unreachable
from tests.app.sharing import DownFileSystem, eventually
from tests.each import each


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> SharedStore:
    return SharedStore(tmp_path.as_uri() if request.param == "file" else f"memory://{tmp_path}")


def test_what_is_written_is_found_read_and_removed(store: SharedStore) -> None:
    assert store.find("a/b") is None
    assert store.read("a/b") is None
    store.write("a/b", b"some")
    object_ = store.find("a/b")
    assert object_ is not None
    assert (object_.name, object_.bytes) == ("a/b", 4)
    assert object_.written > 1e9
    assert store.read("a/b") == b"some"
    store.remove("a")
    assert store.find("a/b") is None
    store.remove("a")


def test_a_file_is_sent_and_fetched(store: SharedStore, tmp_path: Path) -> None:
    (tmp_path / "own").write_bytes(b"x" * 3_000_000)
    store.send("deep/folder/name", tmp_path / "own")
    object_ = store.find("deep/folder/name")
    assert object_ is not None
    into = io.BytesIO()
    store.fetch(object_, into)
    assert into.getvalue() == b"x" * 3_000_000


def test_no_more_is_fetched_than_was_found(store: SharedStore) -> None:
    store.write("a", b"12345")
    into = io.BytesIO()
    store.fetch(Object("a", 3, 0.0), into)
    assert into.getvalue() == b"123"


def test_folders_are_listed(store: SharedStore) -> None:
    assert store.names("a") == set()
    assert store.listed("a") == []
    for name in ("a/1", "a/2/3", "b/4"):
        store.write(name, b"12")
    assert store.names("a") == {"1", "2"}
    assert {(object_.name, object_.bytes) for object_ in store.listed("a")} == {("a/1", 2), ("a/2/3", 2)}


def test_after_a_failure_nothing_is_tried_for_a_while() -> None:
    now = [0.0]
    store = SharedStore("down://", lambda: now[0])
    calls = DownFileSystem.calls
    for _ in range(3):
        with pytest.raises(Unreachable):
            store.find("a")
    assert DownFileSystem.calls == calls + 1
    now[0] = PAUSE
    with pytest.raises(Unreachable):
        store.find("a")
    assert DownFileSystem.calls == calls + 2


def test_one_asks_whether_a_store_is_back_and_the_others_go_on(tmp_path: Path) -> None:
    now = [0.0]
    store = SharedStore(tmp_path.as_uri(), lambda: now[0])
    held, asked = threading.Event(), threading.Event()

    def hangs() -> None:
        asked.set()
        held.wait()

    with pytest.raises(Unreachable):
        store._ask(held.wait, patience=0.01)
    now[0] = PAUSE
    probe = threading.Thread(target=lambda: store._ask(hangs, patience=60))
    probe.start()
    asked.wait()
    with pytest.raises(Unreachable):
        store.find("a")
    held.set()
    probe.join()
    assert store.find("a") is None


def test_a_failure_is_told_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    store = SharedStore("down://", lambda: now[0])
    for now[0] in range(0, 180, 20):
        with pytest.raises(Unreachable):
            store.find("a")
    assert len([record for record in caplog.records if "does not serve" in record.message]) == 3


def test_a_store_that_hangs_is_waited_for_no_longer_than_said(store: SharedStore) -> None:
    held = threading.Event()
    try:
        with pytest.raises(Unreachable):
            store._ask(held.wait, patience=0.01)
    finally:
        held.set()


def test_calls_in_the_background_go_on_after_one_that_fails(store: SharedStore, tmp_path: Path) -> None:
    store.later(lambda: store.send("never", tmp_path / "not there"))
    store.later(lambda: store.write("a", b""))
    eventually(lambda: store.find("a") is not None)


@each("url", ["nonsense", "/srv/bnscope", "file://", "nothing-that-exists://bucket"])
def test_a_setting_that_is_no_store_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValidationError, match="store"):
        Settings(store=url)
