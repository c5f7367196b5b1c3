"""Bodies as they arrive: too long ones are refused early, and what a client leaves behind is nothing."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio import to_thread
from fastapi import FastAPI

from app.batches.uploads import Reading
from app.batches.uploads.bounds import Bounds
from app.batches.uploads.parsed import Parsed
from app.batches.uploads.readers import READERS
from app.web.leaving import LEFT
from tests.app.calls.batches.conftest import CSV, LIMIT, URL


def call(app: FastAPI, headers: dict[str, str], messages: list[Any]) -> tuple[int, int]:
    """The status of a POST whose body arrives as these ASGI messages, and how many of them were asked for.

    What is no message is called for the one to wait for.
    """
    scope = {
        "type": "http",
        "method": "POST",
        "path": URL,
        "raw_path": URL.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "app": app,
    }
    left, sent = list(messages), []

    async def receive() -> dict[str, Any]:
        if not left:
            await anyio.sleep_forever()
        message = left.pop(0)
        return await message() if callable(message) else message

    async def send(message: Any) -> None:
        sent.append(message)

    anyio.run(app, scope, receive, send)
    return sent[0]["status"], len(messages) - len(left)


def chunk(data: bytes, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": data, "more_body": more}


@pytest.mark.parametrize("content_type", ["text/csv", "multipart/form-data; boundary=frontier"])
def test_an_announced_length_above_the_limit_is_refused_before_a_byte_is_read(app: FastAPI, content_type: str) -> None:
    headers = {"content-length": str(LIMIT * 10), "content-type": content_type}
    assert call(app, headers, [chunk(b"1,2\n")]) == (413, 0)


def test_an_unannounced_body_is_refused_with_the_chunk_that_passes_the_limit(
    app: FastAPI, files: Callable[[], list[Path]]
) -> None:
    piece = b"1,2\n" * 10_000
    assert call(app, {}, [chunk(piece)] * 20) == (413, LIMIT // len(piece) + 1)
    assert files() == []


def test_a_client_that_leaves_leaves_nothing_on_disk(app: FastAPI, files: Callable[[], list[Path]]) -> None:
    messages = [chunk(b"1,2\n" * 2000), {"type": "http.disconnect"}]
    assert call(app, {}, messages)[0] == LEFT
    assert files() == []


def test_the_reading_of_an_upload_ends_with_its_client(
    app: FastAPI, files: Callable[[], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, begun = [], threading.Event()

    async def leaves() -> dict[str, Any]:
        await to_thread.run_sync(begun.wait)
        return {"type": "http.disconnect"}

    def reads_on(_upload: Path, _reading: Reading, folder: Path, bounds: Bounds) -> Parsed:
        (folder / "x.npy").write_bytes(b"half")
        begun.set()
        try:
            for _ in range(10**7):
                bounds.go_on()
        except BaseException:
            ended.append(True)
            raise
        return Parsed()

    monkeypatch.setitem(READERS, "csv", reads_on)
    assert call(app, {}, [chunk(CSV, more=False), leaves])[0] == LEFT
    assert ended == [True]
    assert files() == []
