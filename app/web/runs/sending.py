"""Server-sent events (the HTML standard, section 9.2) of a run, which no reader can hold open for nothing."""

import logging
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from fastapi import Response
from starlette.types import Receive, Scope, Send

from app.web.events import MEDIA_TYPE, PING, PING_EVERY, Event
from app.web.headers import HEAD
from app.web.leaving import end_with_client
from app.web.runs.together import together
from app.web.serving.connection import LINE
from app.web.serving.draining import draining_of

RETRY = (1000, 3000)  # milliseconds after which a reader comes back: 200 do not come at once
UNREAD = 1 << 18  # bytes that the system may hold of what a reader has not taken; Linux takes it twice
PIECE = 1 << 16  # bytes sent at a time, so that what a reader does not take is never much

log = logging.getLogger("bnscope.runs")
Emit = Callable[[Event], Awaitable[None]]
Events = Callable[[Emit], Awaitable[None]]
"""Sends events, each of which waits until there is room for it."""


class Line(Protocol):
    """The connection under a stream (`app.web.serving.connection`)."""

    def narrow(self, size: int) -> None: ...

    def cut(self) -> None: ...


@dataclass(frozen=True)
class Pace:
    """Events a second at most, the seconds that a reader has to take what is sent, and events that need not wait.

    Up to `burst` events leave at once: of a run that is kept, a reader has the beginning in a moment.
    """

    events: float
    patience: float
    burst: int = 0

    def after(self, due: float, now: float) -> float:
        """When the event behind one is due, which was due then and leaves now, in seconds.

        >>> pace, due = Pace(events=10, patience=1, burst=2), 0.0
        >>> for _ in range(4):
        ...     due = pace.after(due, now=max(due, 100.0)); print(due)
        99.9
        100.0
        100.1
        100.2
        """
        return round(max(due, now - self.burst / self.events) + 1 / self.events, 6)


class RunStream(Response):
    """The events that `events` sends; their work ends with the reader, with one that stalls, or with the server."""

    media_type = MEDIA_TYPE

    def __init__(self, events: Events, pace: Pace, held: ExitStack) -> None:
        """`held` is what the stream takes up; it is left when the stream ends."""
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._events, self._pace, self._held = events, pace, held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        line: Line | None = scope.get("extensions", {}).get(LINE)
        if line is not None:
            line.narrow(UNREAD)
        with self._held:
            try:
                await self._stream(scope, receive, send)
            except TimeoutError:
                log.info("A reader that took nothing for %g seconds is cut off.", self._pace.patience)
                if line is not None:
                    line.cut()

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        if HEAD not in scope.get("extensions", {}):
            await self._body(scope, receive, send)
        with anyio.move_on_after(self._pace.patience):
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _body(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with together() as group:
            with draining_of(scope).told_to(group.cancel_scope.cancel):
                group.start_soon(end_with_client, receive, group.cancel_scope)
                await self._relay(send)

    async def _relay(self, send: Send) -> None:
        """Send each event. What the events raise is raised once all before it is sent."""
        await self._send(send, b"retry: %d\n\n" % random.randint(*RETRY))
        sender, receiver = anyio.create_memory_object_stream[Event](1)
        raised: list[Exception] = []
        with sender, receiver:
            async with together() as group:
                group.start_soon(self._produce, sender, raised)
                await self._send_all(send, receiver)
        if raised:
            raise raised[0]

    async def _produce(self, sender: MemoryObjectSendStream[Event], raised: list[Exception]) -> None:
        with sender:
            try:
                await self._events(sender.send)
            except Exception as error:
                raised.append(error)

    async def _send_all(self, send: Send, receiver: MemoryObjectReceiveStream[Event]) -> None:
        """Each event when it is due, and a comment into long silences."""
        due = 0.0
        while True:
            event = None
            try:
                with anyio.move_on_after(PING_EVERY):
                    event = await receiver.receive()
            except anyio.EndOfStream:
                return
            await anyio.sleep(max(0.0, due - time.monotonic()))
            due = self._pace.after(due, time.monotonic())
            await self._send(send, PING if event is None else event.written())

    async def _send(self, send: Send, data: bytes) -> None:
        """Raises TimeoutError where the reader does not take it."""
        for at in range(0, len(data), PIECE):
            with anyio.fail_after(self._pace.patience):
                await send({"type": "http.response.body", "body": data[at : at + PIECE], "more_body": True})
