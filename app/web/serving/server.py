"""A process that answers: uvicorn's server, which watches its connections and finishes what it can before it ends."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from types import FrameType

import uvicorn

from app.web.serving.accepting import Acceptor
from app.web.serving.configuration import LEAVING, Configuration
from app.web.serving.connection import Connection, State
from app.web.serving.draining import Draining

logger = logging.getLogger("bnscope.serving")


class Server(uvicorn.Server):
    """Calls `when_ready` once it answers."""

    config: Configuration
    server_state: State
    accepts_all = sys.platform != "win32"  # connections at a time; else as the event loop does

    def __init__(self, config: Configuration, when_ready: Callable[[], None] = lambda: None) -> None:
        super().__init__(config)
        self.server_state = State(config.settings)
        self._when_ready = when_ready
        self._is_process = False

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until a signal comes, as all that this process does: it ends though a computation does not look up."""
        self._is_process = True
        super().run(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        ours = sockets if self.accepts_all else None
        await super().startup(sockets if ours is None else [])
        self._acceptors = [self._acceptor(listener) for listener in ours or []]
        self._clock = asyncio.create_task(self.server_state.clock.run())
        self._when_ready()

    def _acceptor(self, listener: socket.socket) -> Acceptor:
        config = self.config
        loop = asyncio.get_running_loop()
        connection = partial(Connection, config, self.server_state, self.lifespan.state, loop)
        return Acceptor(listener, config.backlog, connection)

    def handle_exit(self, sig: int, _frame: FrameType | None) -> None:
        """A signal ends the server with exit code 0; a second interrupt ends it at once."""
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say that it ends, finish answers for so many seconds, then refuse what is not begun."""
        settings = self.config.settings
        if self._is_process:
            _leave_after(settings.drain_delay + settings.drain_seconds + 2 * LEAVING)
        self.draining.begin()
        await asyncio.sleep(settings.drain_delay)
        giving_up = asyncio.get_running_loop().call_later(settings.drain_seconds, self._give_up)
        for acceptor in self._acceptors:
            await acceptor.close()
        await super().shutdown(sockets)
        giving_up.cancel()
        if self._is_process:
            _leave_after(LEAVING)
        self._clock.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._clock

    @property
    def draining(self) -> Draining:
        """What the application is told by; it gives it to the server in the state of its lifespan."""
        draining: Draining = self.lifespan.state.get("draining", Draining())
        return draining

    def _give_up(self) -> None:
        for connection in list(self.server_state.connections):
            if isinstance(connection, Connection):
                connection.give_up()


def _leave_after(seconds: float) -> None:
    """End the process with code 0 then, unless it has ended before: a computation in a thread may not look up."""

    def leave() -> None:
        logger.info("What a thread still computed when the server had ended is left behind.")
        logging.shutdown()
        os._exit(0)

    timer = threading.Timer(seconds, leave)
    timer.daemon = True
    timer.start()
