"""The parent of worker processes: it starts them, starts a new one for each that dies, and ends them.

A worker lives as long as its process does. It is not asked whether it answers: one that computes for a while is busy,
not dead, and killing it would break every answer that it has under way.
"""

import contextlib
import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from types import FrameType

from app.web.serving.configuration import LEAVING, Configuration
from app.web.serving.parent import end_with_parent
from app.web.serving.server import Server

LOOK = 0.1  # seconds between looks at whether a signal has come
IMPORTED = ["app.main", "app.web.serving.connection", "uvloop"]
PAUSES = (1.0, 30.0)  # seconds until a worker that could not start is started again: the first time, and at most

logger = logging.getLogger("bnscope.serving")
multiprocessing.allow_connection_pickling()


@dataclass(eq=False)
class Worker:
    """A process, and the pipe on which it says that it answers."""

    process: BaseProcess
    says: Connection
    is_ready: bool = False

    @classmethod
    def started(cls, config: Configuration, sockets: list[socket.socket]) -> "Worker":
        context = nursery()
        says, tells = context.Pipe(duplex=False)
        process = context.Process(target=serve, args=(config, sockets, tells))  # type: ignore[attr-defined]
        process.start()
        tells.close()
        return cls(process, says)

    def look(self) -> None:
        """Note whether it has said that it answers."""
        if not self.is_ready and self.says.poll():
            with contextlib.suppress(EOFError):  # it ends, which its process tells
                self.is_ready = bool(self.says.recv_bytes())
                logger.info("Worker %d answers.", self.process.pid)

    def terminate(self) -> None:
        if self.process.is_alive():
            self.process.terminate()

    @property
    def end(self) -> str:
        """How it ended, in words."""
        code = self.process.exitcode
        if code is not None and code < 0:
            return f"was killed by {signal.Signals(-code).name}"
        return f"ended with exit code {code}"


@cache
def nursery() -> BaseContext:
    """Where workers come from: on Linux forks of a process that has imported all they need and does nothing else.

    They answer a second earlier than new interpreters would, and share the pages of what is imported.
    """
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTED)
    return context


def serve(config: Configuration, sockets: list[socket.socket], tells: Connection) -> None:
    """What a worker process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # until the server takes it: a terminal sends it to all at once
    config.configure_logging()
    end_with_parent()
    gc.freeze()  # what was imported before the fork; a full collection would write to all of it, and so copy it

    def ready() -> None:
        with contextlib.suppress(OSError):  # the parent has just gone
            tells.send_bytes(b"ready")

    Server(config, ready).run(sockets)


class Workers:
    """So many workers; `when_ready` is called once the first of them all answer."""

    def __init__(
        self, config: Configuration, sockets: list[socket.socket], count: int, when_ready: Callable[[], None]
    ) -> None:
        self._config, self._sockets, self._count, self._when_ready = config, sockets, count, when_ready
        self._workers: list[Worker] = []
        self._due: list[float] = []  # when workers are started in place of dead ones
        self._outdated: list[Worker] = []  # to be replaced by new ones
        self._leaving: list[Worker] = []
        self._pause = PAUSES[0]
        self._has_been_ready = self._is_ending = self._failed = False

    def run(self) -> int:
        """Until a signal comes; returns the exit code."""
        self._listen()
        self._due = [0.0] * self._count
        while not self._is_ending:
            self._start_those_due()
            self._look()
            self._renew()
        self._end()
        return int(self._failed)

    def _listen(self) -> None:
        """To signals: one to end, or one to replace all workers without a pause in between."""

        def end(_signal: int, _frame: FrameType | None) -> None:
            self._is_ending = True

        def replace(_signal: int, _frame: FrameType | None) -> None:
            self._outdated = list(self._workers)

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, replace)

    def _start(self) -> None:
        self._workers.append(Worker.started(self._config, self._sockets))

    def _start_those_due(self) -> None:
        due = [start for start in self._due if start <= time.monotonic()]
        self._due = [start for start in self._due if start not in due]
        for _ in due:
            self._start()

    def _look(self) -> None:
        """Wait a moment for what the workers tell, by their pipes or by their deaths."""
        ears = [worker.says for worker in self._workers if not worker.is_ready]
        wait([*ears, *(worker.process.sentinel for worker in [*self._workers, *self._leaving])], LOOK)
        self._leaving = [worker for worker in self._leaving if worker.process.is_alive()]
        for worker in list(self._workers):
            worker.look()
            if not worker.process.is_alive():
                self._bury(worker)
        if self._are_all_ready:
            self._pause = PAUSES[0]
            if not self._has_been_ready:
                self._has_been_ready = True
                self._when_ready()

    @property
    def _are_all_ready(self) -> bool:
        return len(self._workers) >= self._count and all(worker.is_ready for worker in self._workers)

    def _bury(self, worker: Worker) -> None:
        """A new one at once, or after a while where it could not even start; the first ones must start."""
        worker.process.join()
        self._workers.remove(worker)
        with contextlib.suppress(ProcessLookupError):  # it lives where only the process that it is a fork of was killed
            os.kill(worker.process.pid or 0, signal.SIGTERM)
        if worker.is_ready:
            logger.error("Worker %d %s; a new one is started.", worker.process.pid, worker.end)
            self._due.append(0.0)
        elif self._has_been_ready:
            logger.error("Worker %d %s before it answered.", worker.process.pid, worker.end)
            self._due.append(time.monotonic() + self._pause)
            self._pause = min(2 * self._pause, PAUSES[1])
        else:
            logger.error("Worker %d %s before it answered; the server cannot start.", worker.process.pid, worker.end)
            self._is_ending = self._failed = True

    def _renew(self) -> None:
        """Replace outdated workers, one after the other, each once another has come for it."""
        self._outdated = [worker for worker in self._outdated if worker in self._workers]
        if not self._outdated or not self._are_all_ready:
            return
        if len(self._workers) == self._count:
            self._start()
            return
        old = self._outdated.pop()
        self._workers.remove(old)
        old.terminate()
        self._leaving.append(old)

    def _end(self) -> None:
        settings = self._config.settings
        deadline = time.monotonic() + settings.drain_delay + settings.drain_seconds + 3 * LEAVING
        workers = [*self._workers, *self._leaving]
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            if worker.process.is_alive():
                logger.error("Worker %d does not end; it is killed.", worker.process.pid)
                worker.process.kill()
