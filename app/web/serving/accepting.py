"""How connections are taken: all that wait, whenever the event loop looks.

libuv, and so uvloop, accepts one connection each time round. While the loop computes something each time round, a
browser that opens six connections waits for six computations, a class of 200 for 1,200 (docs/adr/0015-accepting.md).
"""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable

MOST = 256  # connections at a time
PAUSE = 1.0  # seconds until another try where no more files can be opened
FULL = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}

logger = logging.getLogger("bnscope.serving")


class Acceptor:
    """Takes the connections of a listening socket, each with a protocol of its own, until it is closed."""

    def __init__(
        self, listener: socket.socket, backlog: int, protocol: Callable[[], asyncio.Protocol], pause: float = PAUSE
    ) -> None:
        self._listener, self._backlog, self._protocol, self._pause_seconds = listener, backlog, protocol, pause
        self._loop = asyncio.get_running_loop()
        self._opening: set[asyncio.Task[object]] = set()
        self._pausing: asyncio.TimerHandle | None = None
        listener.setblocking(False)
        listener.listen(backlog)
        self._begin()

    def _begin(self) -> None:
        self._pausing = None
        self._loop.add_reader(self._listener, self._accept)

    def _accept(self, most: int = MOST) -> None:
        for _ in range(most):
            try:
                connection, _ = self._listener.accept()
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionAbortedError:  # it has left the queue
                continue
            except OSError as error:
                self._pause(error)
                return
            self._open(connection)

    def _open(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        task: asyncio.Task[object] = self._loop.create_task(
            self._loop.connect_accepted_socket(self._protocol, connection)
        )
        self._opening.add(task)
        task.add_done_callback(self._opened)

    def _opened(self, task: "asyncio.Task[object]") -> None:
        self._opening.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.warning("A connection was lost as it was taken: %s", error)

    def _pause(self, error: OSError) -> None:
        """Let the queue wait: looking again at once would turn the loop for nothing."""
        if error.errno not in FULL:
            raise error
        logger.error("No connection can be taken now: %s", error.strerror)
        self._loop.remove_reader(self._listener)
        self._pausing = self._loop.call_later(self._pause_seconds, self._begin)

    async def close(self) -> None:
        """Take what waits in the queue, and then no more."""
        if not self._pausing:
            self._loop.remove_reader(self._listener)
            self._accept(self._backlog)
        if self._pausing:
            self._pausing.cancel()
        self._listener.close()
        await asyncio.gather(*self._opening, return_exceptions=True)
