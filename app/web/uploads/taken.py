"""A file of a request, taken in as it comes and put into its store."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from anyio import to_thread
from fastapi import Request

from app.batches.uploads.sniff import kind_of
from app.batches.uploads.store.kept import KeptFiles
from app.batches.uploads.store.multipart import OTHERS, file_in_form, is_form
from app.batches.uploads.store.receive import FEWER, KindOf, Received, check_size, receive
from app.web.leaving import while_waited_for
from app.web.operations.clients import client_of


@dataclass(frozen=True)
class Taken:
    """A file that is in its store: what arrived, the store's description of it, and the key that deletes it."""

    received: Received
    description: dict[str, Any]
    key: str


async def taken(request: Request, store: KeptFiles, limit: int, kind_of: KindOf = kind_of, less: str = FEWER) -> Taken:
    """The request's file of at most `limit` bytes, kept in the store; `less` says how to send fewer.

    Raises:
        UserError: it is too large, of another kind, cannot be read, or finds no room.
        ClientLeft, ClientDisconnect: nobody waits for it any more.
    """
    body = _file(request, limit, less)
    with store.incoming() as folder:
        received = await receive(body, folder / "data", limit, kind_of, less)
        add = partial(store.add, folder, received, client_of(request.scope))
        readers = request.app.state.readers.of(received.bytes)
        description, key = await while_waited_for(request.receive, lambda: to_thread.run_sync(add, limiter=readers))
    request.app.state.metrics.uploaded(received.bytes)
    return Taken(received, description, key)


def _file(request: Request, limit: int, less: str) -> AsyncIterator[bytes]:
    """The file's bytes as they arrive. A body that announces too many is refused before the first one."""
    announced = int(request.headers.get("content-length", "0"))
    content_type = request.headers.get("content-type", "")
    if is_form(content_type):
        check_size(announced - OTHERS, limit, less)
        return file_in_form(content_type, request.stream())
    check_size(announced, limit, less)
    return request.stream()
