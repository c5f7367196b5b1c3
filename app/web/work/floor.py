"""Where heavy work is done: each piece once, however many wait for it, in turns, and kept for all workers."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import anyio.to_thread

from app.errors import NoRoom, UserError, refusal_of
from app.web.work.client import Client
from app.web.work.crew import Crew
from app.web.work.job import Began, Job, Step, TooLong
from app.web.work.joining import UnderWay, forget, joined, kept_or_made
from app.web.work.results import Result, Results, opened
from app.web.work.turns import Turns


@dataclass(frozen=True)
class Errand:
    """What is to be done: a job without its place, and under which ETag its result is kept ("" for nowhere)."""

    call: Callable[..., Iterator[bytes]]
    given: tuple[Any, ...]
    etag: str = ""
    squeezed: bool = True


class Flight(UnderWay):
    """An errand under way, and those who wait for it."""

    def __init__(self, client: Client) -> None:
        super().__init__()
        self.client = client
        self.long: bool | None = None
        """Whether its progress is worth showing; None as long as nobody has begun with it."""
        self.waits = False
        """Whether it had to wait for a turn."""
        self.steps = [Step(0, 1, "waiting for its turn")]
        self.result: Result | None = None

    @property
    def has_ended(self) -> bool:
        return self.result is not None or self.error is not None

    @property
    def refusal(self) -> UserError | None:
        """Why it is refused, if it is."""
        return None if self.error is None else refusal_of(self.error)

    def tell(self, message: Began | Step) -> None:
        """It has begun, or done a step."""
        if isinstance(message, Began):
            self.long = message.long
        self.steps.append(Step(0, 1, "being computed") if isinstance(message, Began) else message)
        self.wake()

    def turn_out_long(self) -> None:
        """It is to wait for another turn."""
        self.long = True
        self.wake()

    def end(self, result: Result | None = None, error: Exception | None = None) -> None:
        """It has ended."""
        self.result, self.error = result, error
        self.wake()

    async def begun(self) -> None:
        """Until somebody has begun with it, or it has ended."""
        while self.long is None and not self.has_ended:
            await self.change()

    async def outcome(self) -> Result:
        """The result, once it is there. Raises what went wrong."""
        while not self.has_ended:
            await self.change()
        if self.error is not None:
            raise self.error
        assert self.result is not None
        return self.result


class Floor:
    """The flights of an event loop. What is long has turns of its own, so that it holds up nothing that is not."""

    def __init__(self, crew: Crew, short: Turns, long: Turns, results: Results) -> None:
        self.short, self.long = short, long
        self._crew, self._results = crew, results
        self._flights: dict[str, Flight] = {}

    @contextmanager
    def join(self, errand: Errand, client: Client) -> Iterator[Flight]:
        """The flight of an errand, for as long as the block; the work ends with the last who waits for it."""
        flight = self._flights.get(errand.etag) or self._new_flight(errand, client)
        with joined(self._flights, errand.etag, flight):
            yield flight

    def _new_flight(self, errand: Errand, client: Client) -> Flight:
        flight = Flight(client)
        flight.task = asyncio.get_running_loop().create_task(self._fly(flight, errand))
        if errand.etag:
            self._flights[errand.etag] = flight
        return flight

    async def _fly(self, flight: Flight, errand: Errand) -> None:
        try:
            flight.end(await self._result(flight, errand))
        except Exception as error:  # raised by everyone who waits for it
            flight.end(error=error)
        finally:
            forget(self._flights, errand.etag, flight)

    async def _result(self, flight: Flight, errand: Errand) -> Result:
        """Of an errand whose result is kept nowhere, it is made here in any case."""
        make = partial(self._made, flight, errand)
        if not errand.etag:
            return await make()
        return await kept_or_made(self._results, errand.etag, partial(self.kept, errand.etag), make)

    async def kept(self, etag: str) -> Result | None:
        """The result that the workers have."""
        return await anyio.to_thread.run_sync(self._results.get, etag)

    async def _made(self, flight: Flight, errand: Errand) -> Result:
        try:
            return await self._at_turn(self.short, flight, errand)
        except TooLong:
            flight.turn_out_long()
            return await self._at_turn(self.long, flight, errand)

    async def _at_turn(self, turns: Turns, flight: Flight, errand: Errand) -> Result:
        if turns.taken == turns.slots:
            flight.waits = True
            flight.tell(Step(0, 1, f"waiting for its turn: {turns.taken} under way, {turns.waiting} more waiting"))
        async with turns.turn(flight.client):
            for folder in self._results.folders:
                with suppress(NoRoom), self._results.place(folder) as path:
                    job = Job(errand.call, errand.given, path, errand.squeezed, may_be_long=turns is self.long)
                    await self._crew.do(job, flight.tell)
                    return await anyio.to_thread.run_sync(self._finished, path, errand.etag)
            raise NoRoom("No disk of the server has room for the result.")

    def _finished(self, path: Path, etag: str) -> Result:
        """The result, as it was written. Raises NoRoom where it is damaged, or gone with a cache that was emptied."""
        try:
            result = opened(path)
        except OSError as error:
            raise NoRoom(f"The result was lost while it was written: {error.strerror}.") from error
        if result is None:
            raise NoRoom("The result was damaged while it was written.")
        if etag:
            self._results.keep(path, etag)
        return result
