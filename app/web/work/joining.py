"""Work that several wait for: done once, by one worker of them all, and ended with the last who waits."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import anyio

from app.web.work.results import Results

ELSEWHERE = 0.05  # seconds between two looks at what another worker makes


class UnderWay:
    """Something that is being done, those who wait for it, and what went wrong with it if something did."""

    task: "asyncio.Task[None]"

    def __init__(self) -> None:
        self.readers = 0
        self.error: Exception | None = None
        self._changed = anyio.Event()

    def wake(self) -> None:
        """Something is new."""
        self._changed.set()
        self._changed = anyio.Event()

    async def change(self) -> None:
        """Until something is new."""
        await self._changed.wait()


One = TypeVar("One", bound=UnderWay)
Made = TypeVar("Made")


@contextmanager
def joined(known: dict[str, One], key: str, one: One) -> Iterator[One]:
    """One more waits for it, as long as the block; with the last of them its task ends, and it is known no more."""
    one.readers += 1
    try:
        yield one
    finally:
        one.readers -= 1
        if not one.readers:
            forget(known, key, one)
            one.task.cancel()


def forget(known: dict[str, One], key: str, one: One) -> None:
    """It is known no more, unless another one has its key by now."""
    if known.get(key) is one:
        del known[key]


async def kept_or_made(
    results: Results, key: str, kept: Callable[[], Awaitable[Made | None]], make: Callable[[], Awaitable[Made]]
) -> Made:
    """Kept, made by another worker meanwhile, or made here."""
    while True:
        with results.claim(key) as is_ours:
            if (known := await kept()) is not None:
                return known
            if is_ours:
                return await make()
        await asyncio.sleep(ELSEWHERE)
