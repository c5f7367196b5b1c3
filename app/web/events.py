"""Server-sent events (the HTML standard, section 9.2): a response that tells what happens until it is done.

FastAPI's own way takes a generator that yields within the request; here the work stands in a task of its own, so that
it ends with the client, and says what it has to say from any thread.
"""

import contextlib
import math
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream
from fastapi import Response
from starlette.types import Receive, Scope, Send

from app.web.leaving import end_with_client
from app.web.serving.draining import draining_of

MEDIA_TYPE = "text/event-stream"
PING = b": still here\n\n"
PING_EVERY = 15.0  # seconds of silence, after which proxies would begin to think that nobody is there

RECONNECT = b"retry: 1000\nevent: reconnect\ndata: {}\n\n"  # the server ends; another one answers in a second

LAST_EVENT_ID = "last-event-id"


@dataclass(frozen=True)
class Event:
    """An event of any kind: its name, its data on one line, and the id after which a lost connection goes on."""

    name: str
    data: bytes
    id: str = ""

    def written(self) -> bytes:
        r"""The event as it goes over the wire.

        >>> Event("frame", b'{"step": 7}', "7").written()
        b'id: 7\nevent: frame\ndata: {"step": 7}\n\n'
        """
        line = f"id: {self.id}\n" if self.id else ""
        return b"%bevent: %b\ndata: %b\n\n" % (line.encode(), self.name.encode(), self.data)


Emit = Callable[[Event], None]
"""Sends an event. To be called in the event loop."""


def resumed_after(headers: Mapping[str, str]) -> str | None:
    """The id of the last event that a client had before it lost the connection; None where it begins."""
    return headers.get(LAST_EVENT_ID)


class EventStream(Response):
    """The events that `produce` emits, until it returns; it is cancelled when the client goes away."""

    media_type = MEDIA_TYPE

    def __init__(self, produce: Callable[[Emit], Awaitable[None]], held: ExitStack | None = None) -> None:
        """`held` is what the events need; it is left when the response ends."""
        self._held = held or ExitStack()
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._produce = produce

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. What `produce` raises is raised once all that it emitted is sent.

        A server that ends lets the stream end early, with an event that says so.
        """
        with self._held:
            await self._send(scope, receive, send)

    async def _send(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        sender, events = anyio.create_memory_object_stream[bytes](math.inf)
        raised: list[Exception] = []

        def emit(event: Event) -> None:
            with contextlib.suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):  # the stream has just ended
                sender.send_nowait(event.written())

        def reconnect() -> None:
            with contextlib.suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
                sender.send_nowait(RECONNECT)
            sender.close()

        async def produce() -> None:
            with sender:
                try:
                    await self._produce(emit)
                except Exception as error:
                    raised.append(error)

        with draining_of(scope).told_to(reconnect):
            async with anyio.create_task_group() as group:
                group.start_soon(end_with_client, receive, group.cancel_scope)
                group.start_soon(produce)
                await _relay(events, send)
                group.cancel_scope.cancel()
        if raised:
            raise raised[0]


async def _relay(events: MemoryObjectReceiveStream[bytes], send: Send) -> None:
    """Send every event, and a comment into long silences."""
    with events:
        while True:
            chunk = PING
            try:
                with anyio.move_on_after(PING_EVERY):
                    chunk = await events.receive()
            except anyio.EndOfStream:
                break
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
