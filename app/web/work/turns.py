"""Turns: so many at a time, the others wait, go round the clients, and are refused where too many wait."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import Enum, auto
from itertools import cycle

from app.errors import Busy
from app.web.work.client import Client
from app.web.work.ring import Ring

Waiting = asyncio.Future[None]


class Rank(Enum):
    """What a turn is wanted for: a page that opens, the stage under a hand that moves, or all else."""

    PAGE = auto()
    MOVE = auto()
    OTHER = auto()


ROUND = (Rank.MOVE,) * 4 + (Rank.OTHER,)
"""Whose turn comes next, if it waits, between the turns of pages, which are every second one.

A page waits for one other turn at most, and of a class that moves more than there is time for the stages come four
times as often as all else.
"""


class Turns:
    """`slots` turns at a time; up to `most` wait, half as many of one address's, `most_of_one` of one page's.

    A turn that ends is passed on in the next round of the event loop, so whatever else is ready there goes between:
    new connections, assets, health checks. Of one event loop, and of one thread.
    """

    def __init__(self, slots: int, most: int, most_of_one: int, changed: Callable[[], None] = lambda: None) -> None:
        """`changed` is called when another number of requests waits, or has its turn."""
        self.slots, self.most, self.most_of_one = slots, most, most_of_one
        self._changed = changed
        self._free = slots
        self._rings: dict[Rank, Ring[Waiting]] = {rank: Ring() for rank in Rank}
        self._round = cycle(ROUND)
        self._page_is_next = True

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._rings.values()))

    @property
    def is_free(self) -> bool:
        """Whether a turn comes at once."""
        return self._free > 0

    @property
    def taken(self) -> int:
        """How many have their turn."""
        return self.slots - self._free

    @asynccontextmanager
    async def turn(self, client: Client, rank: Rank = Rank.OTHER) -> AsyncIterator[None]:
        """A turn for the block. Raises Busy where too many wait already."""
        await self._come(client, self._rings[rank])
        try:
            yield
        finally:
            asyncio.get_running_loop().call_soon(self._pass_on)

    async def _come(self, client: Client, ring: Ring[Waiting]) -> None:
        if self.is_free:
            self._free -= 1
            self._changed()
            return
        self._check_room(client, ring)
        turn: Waiting = asyncio.get_running_loop().create_future()
        ring.add(client, turn)
        self._changed()
        try:
            await turn
        except asyncio.CancelledError:
            self._leave(client, ring, turn)
            raise

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
        """Where something waits and comes next."""
        pages = self._rings[Rank.PAGE]
        self._page_is_next = not self._page_is_next
        if len(pages) == self.waiting or (len(pages) and not self._page_is_next):
            return pages
        return next(self._rings[rank] for rank in self._round if len(self._rings[rank]))
