"""What a reader is told of several runs: their records side by side, a row for each step."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import ExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from app.web.runs.run import Record, Run
from app.web.runs.segments import Segments
from app.web.runs.together import together

Feed = MemoryObjectReceiveStream[Record]
BEGINNING = -1  # the step after which a run is read from its beginning


@dataclass(frozen=True)
class Row:
    """A step of several runs: the record of each that has one, by its name."""

    step: int
    records: dict[str, Record]

    @property
    def body(self) -> bytes:
        """As JSON on one line.

        >>> Row(7, {"a": Record(7, b'{"loss":1}'), "b": Record(7, b"null")}).body
        b'{"step":7,"variants":{"a":{"loss":1},"b":null}}'
        """
        parts = b",".join(b'"%b":%b' % (name.encode(), record.body) for name, record in self.records.items())
        return b'{"step":%d,"variants":{%b}}' % (self.step, parts)


async def records(segments: Segments, run: Run, after: int = BEGINNING) -> AsyncGenerator[Record]:
    """The records of a run behind a step, as they come."""
    number, has_ended = run.at(after + 1), False
    behind = ExitStack()  # holds the segment before, from which the next one goes on, though no disk may keep it
    try:
        while not has_ended and number < len(run.names):
            with ExitStack() as here:
                making = here.enter_context(segments.join(run, number))
                async with aclosing(making.follow()) as coming:
                    async for record in coming:
                        if record.step > after:
                            yield record
                has_ended = (await making.whole()).has_ended
                behind.close()
                behind = here.pop_all()
            number += 1
    finally:
        behind.close()


@asynccontextmanager
async def rows(
    segments: Segments, runs: Mapping[str, Run], after: int = BEGINNING
) -> AsyncIterator[AsyncGenerator[Row]]:
    """The rows of all runs behind a step. The runs go on side by side, and none is far ahead of its reader."""
    feeds: dict[str, Feed] = {}
    with ExitStack() as ends:
        async with together() as group:
            for name, run in runs.items():
                sender, receiver = anyio.create_memory_object_stream[Record](1)
                feeds[name] = ends.enter_context(receiver)
                group.start_soon(_feed, segments, run, after, ends.enter_context(sender))
            async with aclosing(_side_by_side(feeds)) as side_by_side:
                yield side_by_side


async def _feed(segments: Segments, run: Run, after: int, sender: MemoryObjectSendStream[Record]) -> None:
    async with sender, aclosing(records(segments, run, after)) as coming:
        async for record in coming:
            await sender.send(record)


async def _side_by_side(feeds: Mapping[str, Feed]) -> AsyncGenerator[Row]:
    heads: dict[str, Record] = {}
    open_feeds = dict(feeds)
    while True:
        for name in [name for name in open_feeds if name not in heads]:
            try:
                heads[name] = await open_feeds[name].receive()
            except anyio.EndOfStream:
                open_feeds.pop(name).close()
        if not heads:
            return
        step = min(record.step for record in heads.values())
        yield Row(step, {name: heads.pop(name) for name in feeds if name in heads and heads[name].step == step})
