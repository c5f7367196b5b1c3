"""Bodies of POST requests: bounded as they come; what is large waits on disk, and is read by another process."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio.to_thread
from fastapi import Request, Response

from app.errors import NoRoom, UploadTooLarge
from app.settings import MEBIBYTE, Settings
from app.web.answers import JSON, packed_answer
from app.web.leaving import while_waited_for
from app.web.respond import held_of
from app.web.work.client import client_of
from app.web.work.floor import Errand
from app.web.work.job import Bench, Teller
from app.web.work.sending import ResultFile
from app.web.work.work import Work

LARGEST_BODY = 64 * MEBIBYTE
SPOOLED_FROM = MEBIBYTE  # bytes from which on a body waits on disk

Answer = Callable[..., bytes]
"""(body, what else it is given) -> JSON; a function of a module, so that any process can call it."""


@dataclass(frozen=True)
class Body:
    """A body, in memory or as a file, and how many commas it has: about as many numbers, if it is JSON."""

    content: bytes | Path
    commas: int

    @property
    def in_memory(self) -> bytes | None:
        """The body, if it is small."""
        return self.content if isinstance(self.content, bytes) else None


@asynccontextmanager
async def received(request: Request, most: int = LARGEST_BODY, do: str = "upload it as a file") -> AsyncIterator[Body]:
    """The body, for the block.

    Raises:
        UploadTooLarge: it has too many bytes, or too many numbers and lists.
        NoRoom: it is large, and the disk does not take it.
    """
    bounds = Bounds(most, request.app.state.settings.body_numbers, do)
    work: Work = request.app.state.work
    place = work.results.place(work.results.folders[0])
    with ExitStack() as places:
        try:
            content = await _spooled(request, bounds, lambda: places.enter_context(place))
        except OSError as error:
            raise NoRoom(f"The server's disk does not take the body: {error.strerror}.") from error
        yield Body(content, bounds.commas)


async def _spooled(request: Request, bounds: "Bounds", place: Callable[[], Path]) -> bytes | Path:
    """The body in memory, or at a `place` where it is large. Raises OSError where the disk does not take it."""
    memory, path = bytearray(), None
    with ExitStack() as files:
        async for chunk in request.stream():
            bounds.take(chunk)
            memory += chunk
            if len(memory) > SPOOLED_FROM:
                if path is None:
                    path = place()
                    file = files.enter_context(path.open("wb"))
                await anyio.to_thread.run_sync(file.write, bytes(memory))
                memory.clear()
        if path is not None:
            file.write(memory)
    return path or bytes(memory)


@dataclass
class Bounds:
    """How much of a body has come, and how much may: bytes, and what JSON is built of, before it is built."""

    most: int
    numbers: int
    do: str
    size: int = 0
    commas: int = 0
    lists: int = 0

    def take(self, chunk: bytes) -> None:
        """Count a chunk. Raises UploadTooLarge."""
        self.size += len(chunk)
        self.commas += chunk.count(b",")
        self.lists += chunk.count(b"[")
        if self.size > self.most:
            raise self._too_large(f"larger than {self.most // MEBIBYTE} MiB", f"at most {self.most} bytes")
        if self.commas + self.lists > self.numbers:
            built = f"{self.numbers:,} numbers and lists"
            raise self._too_large(f"built of more than {built}", f"at most {built}")

    def _too_large(self, what: str, allowed: str) -> UploadTooLarge:
        return UploadTooLarge(f"The body is {what}; {self.do} instead.", field="body", allowed=allowed)


async def answered(request: Request, answer: Answer) -> Response:
    """What `answer` makes of the body: in the event loop where it holds few numbers, else by another process."""
    settings: Settings = request.app.state.settings
    async with received(request) as body:
        if body.in_memory is None or body.commas > settings.inline_work:
            return await apart(request, answer, body)
        return await at_desk(request, lambda: answer(body.content))


async def at_desk(request: Request, answer: Callable[[], bytes]) -> Response:
    """What is light, in the event loop when its turn comes."""
    work: Work = request.app.state.work
    async with work.at_desk(request):
        return Response(answer(), media_type=JSON)


async def apart(request: Request, answer: Answer, body: Body, *more: Any) -> Response:
    """What is not, by another process; it ends with the client."""
    work: Work = request.app.state.work
    errand = Errand(pieces, (answer, body.content, more))
    with work.here.floor.join(errand, client_of(request)) as flight:
        result = await while_waited_for(request.receive, flight.outcome)
    held = await anyio.to_thread.run_sync(held_of, result)
    if held is None:
        return ResultFile(request, result, JSON)
    return packed_answer(request, held, JSON)


def pieces(
    _bench: Bench, teller: Teller, answer: Answer, content: bytes | Path, more: tuple[Any, ...]
) -> Iterator[bytes]:
    """The answer to a body, wherever it is read."""
    teller.began(False)
    yield answer(content.read_bytes() if isinstance(content, Path) else content, *more)
