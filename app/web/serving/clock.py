"""Time as connections are held to it: a clock that ticks while the event loop turns."""

import asyncio
from collections.abc import Iterable
from typing import Protocol

LONGEST = 1.0  # seconds between ticks at most
TICKS = 4  # in the shortest time-out


class Timed(Protocol):
    """What looks at each tick whether it has waited too long."""

    def check(self) -> None: ...


class Clock:
    """Seconds that pass for clients, in ticks, each of which checks all connections.

    A computation that holds the event loop up for long counts as one tick: what a client has sent meanwhile could not
    be read, and it is not cut off for that.
    """

    def __init__(self, timed: Iterable[Timed], shortest: float) -> None:
        self.now = 0.0
        self.every = min(LONGEST, shortest / TICKS)
        self._timed = timed

    def tick(self) -> None:
        self.now += self.every
        for timed in list(self._timed):
            timed.check()

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            await asyncio.sleep(self.every)
            self.tick()


class Pace:
    """Bytes that come within windows of so many seconds."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock, self._seconds = clock, seconds
        self.restart()

    def restart(self) -> None:
        """A new window begins."""
        self._since, self._bytes = self._clock.now, 0

    def add(self, count: int) -> None:
        self._bytes += count

    def is_below(self, least: float) -> bool:
        """Whether a window ends now that brought less than that; the next one begins with its end."""
        if self._clock.now - self._since < self._seconds:
            return False
        below = self._bytes < least
        self.restart()
        return below
