"""Turns: so many at a time, the others wait, go round the clients, and are refused where too many wait."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from app.errors import Busy
from app.web.work.client import Client
from app.web.work.ring import Ring

Waiting = asyncio.Future[None]


class Turns:
    """`slots` turns at a time; up to `most` wait, half as many of one address's, `most_of_one` of one page's.

    A turn that ends is passed on in the next round of the event loop, so whatever else is ready there goes between:
    new connections, assets, health checks. What is `first` waits for one other turn at most.
    Of one event loop, and of one thread.
    """

    def __init__(self, slots: int, most: int, most_of_one: int, changed: Callable[[], None] = lambda: None) -> None:
        """`changed` is called when another number of requests waits, or has its turn."""
        self.slots, self.most, self.most_of_one = slots, most, most_of_one
        self._changed = changed
        self._free = slots
        self._first: Ring[Waiting] = Ring()
        self._others: Ring[Waiting] = Ring()
        self._first_is_next = True

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._first) + len(self._others)

    @property
    def taken(self) -> int:
        """How many have their turn."""
        return self.slots - self._free

    @asynccontextmanager
    async def turn(self, client: Client, *, first: bool = False) -> AsyncIterator[bool]:
        """A turn for the block; it is told whether it waited. Raises Busy where too many wait already."""
        waited = await self._come(client, self._first if first else self._others)
        try:
            yield waited
        finally:
            asyncio.get_running_loop().call_soon(self._pass_on)

    async def _come(self, client: Client, ring: Ring[Waiting]) -> bool:
        if self._free:
            self._free -= 1
            self._changed()
            return False
        self._check_room(client, ring)
        turn: Waiting = asyncio.get_running_loop().create_future()
        ring.add(client, turn)
        self._changed()
        try:
            await turn
        except asyncio.CancelledError:
            self._leave(client, ring, turn)
            raise
        return True

    def _leave(self, client: Client, ring: Ring[Waiting], turn: Waiting) -> None:
        """Whoever leaves before the turn comes is not called; whoever leaves with it passes it on."""
        if turn.cancelled():
            ring.remove(client, turn)
            self._changed()
        else:
            self._pass_on()

    def _check_room(self, client: Client, ring: Ring[Waiting]) -> None:
        if self.waiting >= self.most:
            raise Busy(f"{self.waiting:,} others wait for this server already.")
        mine = ring.of(client) if client.tab else 0
        if mine >= self.most_of_one:
            raise Busy(f"{mine:,} requests of your page wait already, and each waits for its turn.")
        if ring.of_address(client.address) >= max(1, self.most // 2):
            raise Busy("Half of those that wait for this server are of your address already.")

    def _pass_on(self) -> None:
        while self.waiting:
            turn = self._next_ring().pop()
            if not turn.done():
                turn.set_result(None)
                break
        else:
            self._free += 1
        self._changed()

    def _next_ring(self) -> Ring[Waiting]:
        """The two take turns while something waits in both."""
        rings = (self._first, self._others) if self._first_is_next else (self._others, self._first)
        self._first_is_next = not self._first_is_next
        return rings[0] if len(rings[0]) else rings[1]
