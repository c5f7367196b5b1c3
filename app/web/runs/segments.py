"""The segments of runs, each made once for all who read it, kept for all workers, and read while it is made."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager, suppress
from functools import partial

import anyio.to_thread

from app.errors import NoRoom
from app.web.runs.chunk import Stride, chunk
from app.web.runs.pool import Pool
from app.web.runs.run import Record, Run, Segment
from app.web.work.joining import UnderWay, joined, kept_or_made
from app.web.work.results import Results, write

STRIDES = 1000  # runs whose pace is remembered


class Making(UnderWay):
    """A segment that somebody reads: its records so far, and the whole of it or what went wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[Record] = []
        self.segment: Segment | None = None

    def tell(self, records: list[Record]) -> None:
        """These have come."""
        self.records += records
        self.wake()

    def end(self, segment: Segment) -> None:
        """It is whole."""
        self.segment, self.records = segment, list(segment.records)
        self.wake()

    def fail(self, error: Exception) -> None:
        """It does not come about."""
        self.error = error
        self.wake()

    async def follow(self) -> AsyncGenerator[Record]:
        """Its records as they come, until it is whole. Raises what went wrong."""
        at = 0
        while True:
            for record in self.records[at:]:
                at += 1
                yield record
            if at == len(self.records):
                if self.segment is not None:
                    return
                await self._news()

    async def whole(self) -> Segment:
        """The segment, once it is whole. Raises what went wrong."""
        while self.segment is None:
            await self._news()
        return self.segment

    async def _news(self) -> None:
        if self.error is not None:
            raise self.error
        await self.change()
        if self.error is not None:
            raise self.error


class Segments:
    """The segments that are read in an event loop. One that nobody reads any more is not made any further."""

    def __init__(self, pool: Pool, results: Results) -> None:
        self._pool, self._results = pool, results
        self._makings: dict[str, Making] = {}
        self._strides: dict[str, Stride] = {}

    @contextmanager
    def join(self, run: Run, number: int) -> Iterator[Making]:
        """A segment for as long as the block; the work ends with the last who reads it."""
        key = run.names[number]
        making = self._makings.get(key)
        if making is None:
            making = self._makings[key] = Making()
            making.task = asyncio.get_running_loop().create_task(self._make(making, run, number))
        with joined(self._makings, key, making):
            yield making

    async def _make(self, making: Making, run: Run, number: int) -> None:
        try:
            making.end(await self._segment(making, run, number))
        except Exception as error:  # raised by everyone who reads it
            making.fail(error)

    async def _segment(self, making: Making, run: Run, number: int) -> Segment:
        key = run.names[number]

        async def make() -> Segment:
            segment = await self._made(making, run, number)
            await anyio.to_thread.run_sync(self._keep, key, segment)
            return segment

        return await kept_or_made(self._results, key, partial(anyio.to_thread.run_sync, self._kept, key), make)

    async def _made(self, making: Making, run: Run, number: int) -> Segment:
        """Made by the pool, chunk by chunk, from the state at the end of the segment before."""
        state, step, has_ended = await self._before(run, number), number * run.segment, False
        stride = self._stride(run)
        while not has_ended and (step < run.ends(number) or state is None):
            steps = min(stride.steps, run.ends(number) - step)
            done = await self._pool.do(chunk, run.take, run.given, state, steps)
            stride.took(max(1, steps), done.seconds)
            state, step, has_ended = done.taken.state, step + steps, done.taken.has_ended
            making.tell(done.taken.records)
        assert state is not None
        return Segment(tuple(making.records), state, has_ended)

    async def state_at(self, run: Run, step: int) -> bytes:
        """The state behind a step, from the nearest segment that ends before it; of a run that has ended, its last."""
        number = step // run.segment
        state, left, stride = await self._before(run, number), step - number * run.segment, self._stride(run)
        while state is None or left:
            steps = min(stride.steps, left)
            done = await self._pool.do(chunk, run.take, run.given, state, steps)
            stride.took(max(1, steps), done.seconds)
            state, left = done.taken.state, 0 if done.taken.has_ended else left - steps
        return state

    async def _before(self, run: Run, number: int) -> bytes | None:
        """The state at the nearest checkpoint, and from there on: every segment asks for the one before it."""
        if not number:
            return None
        with self.join(run, number - 1) as making:
            return (await making.whole()).state

    def _stride(self, run: Run) -> Stride:
        if len(self._strides) >= STRIDES:
            self._strides.clear()
        return self._strides.setdefault(run.names[-1], Stride())

    def _kept(self, key: str) -> Segment | None:
        """The segment that the workers have. Blocks."""
        result = self._results.get(key)
        return None if result is None else Segment.read(result.plain())

    def _keep(self, key: str, segment: Segment) -> None:
        """Keep a segment for all workers, where a disk has room for it. Blocks."""
        for folder in self._results.folders[:1]:
            with suppress(NoRoom), self._results.place(folder) as path:
                write(path, iter([segment.written()]), squeezed=True)
                self._results.keep(path, key)
