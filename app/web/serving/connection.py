"""A connection that a client cannot hold open for nothing: uvicorn's, with limits on size and time in both directions.

Each limit is a setting. What is checked at each tick of the clock depends on whom the connection waits for; a client
waits for us while its request is read but not answered, however long that takes.
"""

import asyncio
import contextlib
import logging
import socket
import struct
from collections.abc import Callable
from enum import Enum
from typing import Any

from starlette.requests import ClientDisconnect
from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from app.settings import Settings
from app.web.operations.clients import client_of
from app.web.serving import allowances, refusals
from app.web.serving.clock import Clock, Pace
from app.web.serving.configuration import Configuration
from app.web.serving.door import Door
from app.web.serving.refusals import Refusal

FIELDS = 100  # of a header
ADDRESS = 2**16 - 1  # bytes of an address: httptools takes no longer one apart
LINE = "bnscope.line"
"""The extension of a scope that is its connection, for what streams: to be narrowed, and cut."""
SILENCE = 10.0  # seconds between two lines of the log on refused connections
LINGER = 1.0  # seconds in which a refused client may read why, and in which a request may come to a server that ends

logger = logging.getLogger("bnscope.serving")

Waiting = Enum("Waiting", ["HEADER", "BODY", "ANSWER", "REQUEST", "END"])
"""What a connection waits for: the rest of a header, of a body, us, the client's next request, or its own end."""


class State(ServerState):
    """What the connections of a worker share."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        seconds = (settings.header_seconds, settings.body_seconds, settings.answer_seconds, settings.idle_seconds)
        self.clock = Clock(self.connections, min(seconds))  # type: ignore[arg-type]
        self._silent_until = 0.0
        self.door = Door(allowances.connections(settings.connections), settings.client_connections)

    def tell(self, refusal: Refusal, address: str) -> None:
        """The log says that connections are refused, and does not grow with how many."""
        if self.clock.now >= self._silent_until:
            self._silent_until = self.clock.now + SILENCE
            logger.warning("Connections are refused, one from %s: %s.", address, refusal.title)


class Connection(HttpToolsProtocol):
    config: Configuration
    server_state: State

    def __init__(
        self, config: Configuration, server_state: State, app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:  # fmt: skip
        super().__init__(config, server_state, app_state, _loop)
        self._settings = config.settings
        self._clock = server_state.clock
        self._address = ""
        self._unread = 0  # bytes of which nothing has come yet: an incomplete header, or fields behind a body
        self._read = 0  # what has come of bytes: messages begun, headers complete, pieces of bodies
        self._is_ending = False
        self._running: RequestResponseCycle | None = None  # what is answered, or was last; others wait in the pipeline
        self._unsent = 0  # bytes that the transport held at the last tick
        self._body = Pace(self._clock, self._settings.body_seconds)
        self._answer = Pace(self._clock, self._settings.answer_seconds)
        self._wait_for(Waiting.HEADER)

    def _wait_for(self, waiting: Waiting) -> None:
        self._waiting, self._since = waiting, self._clock.now

    # What comes.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._address = client_of({"client": self.client})
        if refusal := self.server_state.door.enter(self._address):
            self.server_state.tell(refusal, self._address)
            self.refuse(refusal)
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.server_state.door.leave(self._address)
        self._tell_of_the_end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._waiting is Waiting.END:
            return
        before = self._read
        super().data_received(data)
        self._unread = self._unread + len(data) if self._read == before else 0
        if self._waiting in (Waiting.HEADER, Waiting.BODY) and self._unread > self._settings.header_bytes:
            self.refuse(refusals.LARGE_HEADER)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._read += 1
        if self._waiting is not Waiting.END:
            self._wait_for(Waiting.HEADER)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the header; those behind a body would join it unchecked, and are left out (RFC 9110, 6.5.1)."""
        if self._waiting is not Waiting.HEADER:
            return
        super().on_header(name, value)
        if len(self.headers) > FIELDS:
            self.refuse(refusals.MANY_FIELDS)

    def on_headers_complete(self) -> None:
        if self._waiting is Waiting.END:
            return
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > self._settings.header_bytes:
            self.refuse(refusals.LARGE_HEADER)
            return
        if len(self.url) > ADDRESS:
            self.refuse(refusals.LONG_ADDRESS)
            return
        self._read += 1
        self._wait_for(Waiting.BODY)
        self._body.restart()
        super().on_headers_complete()
        if self._is_ending:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        if self._waiting is Waiting.END:
            return
        self._read += 1
        self._body.add(len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self._waiting is Waiting.END:
            return
        self._wait_for(Waiting.REQUEST if self.cycle.response_complete else Waiting.ANSWER)
        super().on_message_complete()

    # What goes.

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._unset_keepalive_if_required()  # the clock ends idle connections, and not while the event loop is held up
        if self._waiting is Waiting.ANSWER and (self.cycle is None or self.cycle.response_complete):
            self._wait_for(Waiting.REQUEST)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        extensions: dict[str, Any] = cycle.scope.setdefault("extensions", {})
        extensions[LINE] = self
        super()._start_asgi_task(cycle, _with_client(app))

    def resume_writing(self) -> None:
        self._answer.restart()
        super().resume_writing()

    def send_400_response(self, _msg: str) -> None:
        self.refuse(refusals.MALFORMED)

    def refuse(self, refusal: Refusal) -> None:
        """End the connection: with this answer, unless another one has begun; nothing more, where it ends already."""
        if self._waiting is Waiting.END:
            return
        has_begun = self._running is not None and self._running.response_started
        interrupts = has_begun and (self._is_answering or self._waiting is Waiting.BODY)
        self._wait_for(Waiting.END)
        self.pipeline.clear()
        self._tell_of_the_end()
        if interrupts:
            self.transport.abort()
            return
        self.transport.write(refusal.written(self.server_state.default_headers))
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def narrow(self, size: int) -> None:
        """Let the system hold so many bytes, or twice as many, of what its reader has not taken; not megabytes."""
        self._set(socket.SO_SNDBUF, size)

    def cut(self) -> None:
        """End the connection at once: what its reader has not taken, the system throws away too."""
        self._set(socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._tell_of_the_end()
        self.transport.abort()

    def _set(self, option: int, value: int | bytes) -> None:
        connection = self.transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, option, value)

    def _tell_of_the_end(self) -> None:
        """What is answered hears that nobody reads it; uvicorn tells the last of those that wait in the pipeline."""
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()

    def shutdown(self) -> None:
        """The server begins to end: answers in flight go on, and a request that is on its way has a moment to come."""
        if self._waiting in (Waiting.HEADER, Waiting.REQUEST):
            self._is_ending = True
            self._wait_for(self._waiting)
        elif self._waiting is not Waiting.END:
            super().shutdown()

    def give_up(self) -> None:
        """The time for answers is over: one not begun becomes a refusal, one not complete is broken off."""
        if self._is_answering or self._waiting is Waiting.BODY:
            self.refuse(refusals.ENDING)

    @property
    def _is_answering(self) -> bool:
        return self._running is not None and not self._running.response_complete

    # What takes too long.

    def check(self) -> None:
        """Called at each tick of the clock."""
        CHECKS[self._waiting](self)
        self._check_reader()

    def _check_header(self) -> None:
        if self.flow.read_paused:
            self._wait_for(Waiting.HEADER)
        elif not self._is_over(LINGER if self._is_ending else self._settings.header_seconds):
            return
        elif self.scope is None:  # nothing has come: a browser that connects ahead wants no answer
            self._close()
        else:
            self.refuse(refusals.ENDING if self._is_ending else refusals.LATE_HEADER)

    def _check_body(self) -> None:
        if self.flow.read_paused or self.cycle.waiting_for_100_continue:
            self._body.restart()
        elif self._body.is_below(self._settings.slowest * self._settings.body_seconds):
            self.refuse(refusals.LATE_BODY)

    def _check_request(self) -> None:
        if self._is_over(LINGER if self._is_ending else self._settings.idle_seconds):
            self._close()

    def _check_end(self) -> None:
        if self._is_over(LINGER):
            self.transport.abort()

    def _check_reader(self) -> None:
        """A reader that takes nothing, or next to nothing of much, is cut off."""
        unsent = self.transport.get_write_buffer_size()
        if unsent == 0:
            self._answer.restart()
        self._answer.add(max(0, self._unsent - unsent))  # while writing is paused that is what was taken; else at least
        self._unsent = unsent
        least = self._settings.slowest * self._settings.answer_seconds if self.flow.write_paused else 1
        if self._answer.is_below(least):
            self.transport.abort()

    def _is_over(self, seconds: float) -> bool:
        return self._clock.now - self._since >= seconds

    def _close(self) -> None:
        self._wait_for(Waiting.END)
        self.transport.close()


def _with_client(app: ASGI3Application) -> ASGI3Application:
    """The application, for which it is no mistake to stop when the client has gone or the server has ended."""

    async def run(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        with contextlib.suppress(ClientDisconnect, asyncio.CancelledError):
            await app(scope, receive, send)

    return run


CHECKS: dict[Waiting, Callable[[Connection], None]] = {
    Waiting.HEADER: Connection._check_header,
    Waiting.BODY: Connection._check_body,
    Waiting.ANSWER: lambda _connection: None,
    Waiting.REQUEST: Connection._check_request,
    Waiting.END: Connection._check_end,
}
