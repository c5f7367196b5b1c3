"""The runs of an application: who computes them, what of them is kept, and how many are read."""

import asyncio
from weakref import WeakKeyDictionary

from app.settings import Settings
from app.web.runs.executors import kind_of
from app.web.runs.places import Places
from app.web.runs.pool import Pool
from app.web.runs.segments import Segments
from app.web.runs.sending import Pace
from app.web.work.processes import count_of
from app.web.work.results import Results


class Runs:
    """A pool, and segments for each event loop (a server has one, tests have many)."""

    def __init__(self, settings: Settings, results: Results) -> None:
        self._settings, self._results = settings, results
        self._here: WeakKeyDictionary[asyncio.AbstractEventLoop, Segments] = WeakKeyDictionary()
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, Pool] = WeakKeyDictionary()
        self.places = Places(settings.run_streams, settings.run_streams_of_one)
        self.pace = Pace(settings.run_events, settings.run_send_seconds, settings.run_burst)

    @property
    def pool(self) -> Pool:
        """The pool of the running event loop."""
        return self._pools.setdefault(asyncio.get_running_loop(), Pool(kind_of(self._settings)))

    @property
    def segments(self) -> Segments:
        """The segments of the running event loop."""
        return self._here.setdefault(asyncio.get_running_loop(), Segments(self.pool, self._results))

    async def warm(self) -> None:
        """Start the processes, or meet the cluster, so that the first who presses play does not wait for that."""
        await self.pool.warm(1 if self._settings.scheduler else count_of(self._settings))

    def close(self) -> None:
        """End the processes."""
        for pool in self._pools.values():
            pool.close()
