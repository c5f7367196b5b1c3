"""Who takes chunks: an executor that may die and is then made anew, while the chunk is done once more."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import dataclass
from typing import Any, TypeVar

from app.errors import Busy
from app.web.runs.chunk import alone

ATTEMPTS = 5  # how often a chunk is begun whose process dies
log = logging.getLogger("bnscope.runs")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Kind:
    """A kind of executor: how it is made (which may block), how it is closed, and by which errors it is lost."""

    make: Callable[[], Executor]
    close: Callable[[Executor], None]
    lost: tuple[type[BaseException], ...] = (BrokenExecutor,)


class Pool:
    """Does calls by an executor, which is made when it is first needed, and made anew when it is lost.

    Calls wait in the order in which they come: a run that has one chunk there at a time takes turns with the others.
    """

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._executor: Executor | None = None
        self._making: asyncio.Future[Executor] | None = None

    async def do(self, call: Callable[..., Answer], *given: Any) -> Answer:
        """What `call(*given)` brings; a function of a module. Raises Busy where every attempt loses its process."""
        for attempt in range(1, ATTEMPTS + 1):
            executor: Executor | None = None
            try:
                executor = await self._here()
                future = executor.submit(call, *given)
                return await asyncio.wrap_future(future)
            except self._kind.lost as error:
                if isinstance(error, asyncio.CancelledError) and _is_cancelled():
                    raise
                log.warning("A chunk lost its process in attempt %d: %r", attempt, error)
                self._lose(executor)
        raise Busy("The processes that compute this have died, or cannot be reached.")

    async def warm(self, count: int) -> None:
        """Get the executor ready while nobody waits, with so many processes begun; where that fails, a call tries."""
        try:
            executor = await self._here()
            await asyncio.gather(*(asyncio.wrap_future(executor.submit(alone, os.getpid)) for _ in range(count)))
        except (Exception, asyncio.CancelledError) as error:  # even without room for a process the rest is served
            if _is_cancelled():
                raise
            log.warning("The processes of the runs are not ready yet: %r", error)

    async def _here(self) -> Executor:
        """The executor, made by a thread while the event loop goes on."""
        if self._executor is not None:
            return self._executor
        if self._making is None:
            self._making = asyncio.get_running_loop().run_in_executor(None, self._kind.make)
        try:
            executor = await asyncio.shield(making := self._making)
        except Exception:
            self._making = None
            raise
        if self._making is making:
            self._executor, self._making = executor, None
        return executor

    def _lose(self, executor: Executor | None) -> None:
        """Of several calls that have lost one executor, the first lets go of it."""
        if executor is not None and self._executor is executor:
            self._executor = None
            asyncio.get_running_loop().run_in_executor(None, self._close, executor)

    def _close(self, executor: Executor) -> None:
        with contextlib.suppress(Exception):  # what is lost may not answer any more
            self._kind.close(executor)

    def close(self) -> None:
        """End the executor, if there is one."""
        executor, self._executor = self._executor, None
        if executor is not None:
            self._close(executor)


def _is_cancelled() -> bool:
    """Whether the running task is cancelled itself, and not merely what it waited for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
