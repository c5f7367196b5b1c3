"""The work of a server: the desk, where what is light is done in turns, and the floor, where what is heavy is done."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from weakref import WeakKeyDictionary

from fastapi import Request

from app.machine import cores, memory
from app.settings import Settings
from app.web.leaving import while_waited_for
from app.web.work.client import client_of
from app.web.work.crew import Crew, Processes, Threads
from app.web.work.floor import Floor
from app.web.work.hand import Prepare
from app.web.work.processes import count_of
from app.web.work.remote import results_of
from app.web.work.turns import Rank, Turns

Queue = Callable[[int, int], None]
SHARE = 0.5  # of the machine's memory, for heavy work


@dataclass(frozen=True, eq=False)
class Here:
    """Desk and floor of one event loop."""

    desk: Turns
    floor: Floor


class Work:
    """Desk and floor of an application, for each event loop that runs it (a server has one, tests have many)."""

    def __init__(self, settings: Settings, crew: Crew, queue: Queue = lambda _waiting, _running: None) -> None:
        """`queue` is told how many requests wait, and how many run, whenever that changes."""
        self.crew = crew
        self._queue = queue
        self._turns: list[Turns] = []
        self._settings = settings
        self.results = results_of(settings)
        self._here: WeakKeyDictionary[asyncio.AbstractEventLoop, Here] = WeakKeyDictionary()

    @property
    def here(self) -> Here:
        """Those of the running event loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._here:
            self._here[loop] = self._new()
        return self._here[loop]

    @asynccontextmanager
    async def at_desk(self, request: Request, rank: Rank = Rank.OTHER) -> AsyncIterator[None]:
        """The turn of a request for light work. Raises Busy, and ClientLeft where a client leaves while it waits."""
        desk = self.here.desk
        async with AsyncExitStack() as held:
            come = partial(held.enter_async_context, desk.turn(client_of(request), rank))
            await (come() if desk.is_free else while_waited_for(request.receive, come))
            yield

    def _new(self) -> Here:
        desk, short, long = map(self._new_turns, (1, self.crew.hands // 2, self.crew.hands // 2))
        return Here(desk, Floor(self.crew, short, long, self.results))

    def _new_turns(self, slots: int) -> Turns:
        turns = Turns(slots, self._settings.waiting, self._settings.waiting_of_one, self._count)
        self._turns.append(turns)
        return turns

    def _count(self) -> None:
        self._queue(sum(turns.waiting for turns in self._turns), sum(turns.taken for turns in self._turns))


def crew_of(settings: Settings, here: Prepare, apart: Prepare) -> Crew:
    """The processes that the settings name, or threads where they name none; as many for what is long as for the rest.

    `here` gives what work needs in this process, `apart` in any.
    """
    each = count_of(settings)
    return Processes(2 * each, apart, _share(settings, each)) if each else Threads(2 * cores(), here)


def _share(settings: Settings, hands: int) -> int:
    """The bytes that a job may take, so that what is long in all workers together stays within the budget."""
    whole = int(SHARE * memory()) if settings.memory == "auto" else settings.memory
    return whole // (hands * settings.workers)
