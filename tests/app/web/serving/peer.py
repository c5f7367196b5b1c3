"""A client's end of a connection, without a network: what it sends is given to the connection, what it gets is kept."""

import asyncio
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from app.settings import Settings
from app.web.serving.configuration import Configuration
from app.web.serving.connection import Connection, State

HIGH_WATER = 65_536


class Pipe(asyncio.Transport):
    """A transport whose client takes what it is sent at once, unless it `stalls`."""

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 40_000), "sockname": ("127.0.0.1", 8000)})
        self.received = bytearray()
        self.unsent = 0
        self.stalls = False
        self.is_reading = True
        self.is_closed = self.is_aborted = self.has_ended = False
        self.connection: Any = None

    def write(self, data: Any) -> None:
        if self.has_ended:
            raise RuntimeError("Cannot call write() after write_eof()")  # as the transports of event loops do
        self.received += data
        if self.stalls:
            self.unsent += len(data)
            if self.unsent > HIGH_WATER:
                self.connection.pause_writing()

    def take(self, count: int) -> None:
        """The client takes so many of the bytes that wait for it."""
        self.unsent -= count
        if self.unsent <= HIGH_WATER // 4:
            self.connection.resume_writing()

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def write_eof(self) -> None:
        self.has_ended = True

    def can_write_eof(self) -> bool:
        return True

    def close(self) -> None:
        self.is_closed = True

    def abort(self) -> None:
        self.is_closed = self.is_aborted = True

    def is_closing(self) -> bool:
        return self.is_closed

    def pause_reading(self) -> None:
        self.is_reading = False

    def resume_reading(self) -> None:
        self.is_reading = True


class Peer(Pipe):
    """A client, its connection, and the clock and loop of the server."""

    def __init__(self, house: "House", address: str) -> None:
        super().__init__(address)
        self._house = house
        self.connection = Connection(house.config, house.state, {}, house.loop)
        self.connection.connection_made(self)

    def send(self, *pieces: bytes) -> "Peer":
        for piece in pieces:
            self.connection.data_received(piece)
            self._house.turn()
        return self

    def leave(self) -> None:
        self.connection.connection_lost(None)

    @property
    def status(self) -> int:
        return int(self.received.split(b" ", 2)[1])

    @property
    def problem(self) -> dict[str, Any]:
        """The only answer that came, as the problem document that it is."""
        head, _, body = bytes(self.received).partition(b"\r\n\r\n")
        assert b"content-type: application/problem+json" in head.lower()
        assert b"connection: close" in head.lower()
        told: dict[str, Any] = orjson.loads(body)
        assert told["status"] == self.status
        return told


class House:
    """A server without a network: settings, what connections share, and a loop that is turned by hand."""

    def __init__(self, loop: asyncio.AbstractEventLoop, app: Callable[..., Any], **settings: Any) -> None:
        self.loop = loop
        self.config = Configuration(Settings(**settings), app=app, lifespan="off", log_config=None)
        self.state = State(self.config.settings)

    def peer(self, address: str = "203.0.113.7") -> Peer:
        return Peer(self, address)

    def turn(self) -> None:
        for _ in range(10):
            self.loop.run_until_complete(asyncio.sleep(0))

    def cancel(self) -> None:
        """What uvicorn does to answers when its time to end is over."""
        for task in list(self.state.tasks):
            task.cancel()

    def pass_time(self, seconds: float) -> None:
        for _ in range(math.ceil(seconds / self.state.clock.every)):
            self.state.clock.tick()
            self.turn()


@contextmanager
def house(app: Callable[..., Any], **settings: Any) -> Iterator[House]:
    loop = asyncio.new_event_loop()
    try:
        yield House(loop, app, **settings)
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
            loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        loop.close()
