"""The one way in which a view is answered: kept, at the desk if it is light, on the floor if not, or as a stream."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import anyio
import anyio.to_thread
from fastapi import Request, Response

from app.web import events
from app.web.answers import JSON, AnswerCache, Held, answer_of, etag_of, is_known, unchanged
from app.web.leaving import while_waited_for
from app.web.stream import at_once, stream
from app.web.view import Fields, Place, View
from app.web.work.client import Client, client_of
from app.web.work.floor import Errand, Flight
from app.web.work.job import Bench, Teller
from app.web.work.results import Result
from app.web.work.sending import ResultFile
from app.web.work.turns import Rank
from app.web.work.work import Work

PEEK = 0.25  # seconds in which a refusal comes as a status of its own, before a stream begins


@dataclass(frozen=True)
class Asked:
    """A request for a view."""

    request: Request
    view: View[Any, Any, Any]
    query: Any

    def of(self, query: Any) -> "Asked":
        """The same request for another query."""
        return replace(self, query=query)

    @cached_property
    def place(self) -> Place:
        return Place.of(self.request)

    @cached_property
    def etag(self) -> str:
        return etag_of(self.view.name, self.view.stated(self.place, self.query))

    @property
    def media_type(self) -> str:
        return self.view.file.media_type(self.query) if self.view.file else JSON

    @property
    def is_light(self) -> bool:
        """Whether it is computed in the event loop."""
        return self.view.is_light(self.query, self.place.settings)

    @property
    def answers(self) -> AnswerCache:
        answers: AnswerCache = self.request.app.state.answers
        return answers

    @property
    def work(self) -> Work:
        """Desk and floor."""
        work: Work = self.request.app.state.work
        return work

    @property
    def client(self) -> Client:
        return client_of(self.request)

    @property
    def errand(self) -> Errand:
        """The same as work that any process can do."""
        return Errand(view_pieces, (self.view.name, self.query.stated(), self.place.origin), self.etag)

    def count(self, origin: str) -> None:
        """Where the answer comes from, for the metrics."""
        self.request.app.state.metrics.answers.labels(origin).inc()

    @property
    def takes_events(self) -> bool:
        """Whether the client reads a stream, and the view has one."""
        return self.view.is_streamed and events.MEDIA_TYPE in self.request.headers.get("accept", "")

    @property
    def takes_only_events(self) -> bool:
        return self.takes_events and JSON not in self.request.headers.get("accept", "")


def view_pieces(bench: Bench, teller: Teller, name: str, stated: dict[str, Any], origin: str) -> Iterator[bytes]:
    """The answer of a view by name, in pieces, wherever it is computed. Raises what `prepare` refuses."""
    view = bench.views[name]
    query = view.query.model_validate(stated)
    ready = view.prepare(Place(bench.uploads, bench.settings, origin), query)
    teller.began(ready.work > view.large)
    yield from view.pieces(query, view.compute(ready, teller.said))


async def respond(request: Request, query: Fields, view: View[Fields, Any, Any]) -> Response:
    """The answer of a query: kept, computed, or a stream of its progress, as the client accepts.

    A query that is refused at once is refused before a stream begins, with the same status as without one.
    """
    asked = Asked(request, view, query)
    await known(asked.place, query)
    if is_known(request, asked.etag) and not asked.takes_only_events:
        asked.count("unchanged")
        return unchanged(asked.etag)
    answer = await _answer(asked)
    if view.is_streamed:
        answer.headers["Vary"] = "Accept, Accept-Encoding"
    return answer


async def known(place: Place, query: Fields) -> None:
    """Raises UploadGone where the source, or a model that it names, is not here; InvalidQuery for one not listed."""
    if query.is_large:
        await anyio.to_thread.run_sync(place.uploads.large.known, query.source)  # type: ignore[attr-defined]
    if query.is_upload:
        await anyio.to_thread.run_sync(place.uploads.describe, query.source)  # type: ignore[attr-defined]
    for field, id in query.kept.items():
        await anyio.to_thread.run_sync(place.uploads.models.look, id, field)


async def _answer(asked: Asked) -> Response:
    held = asked.answers.held(asked.etag)
    asked.count("computed" if held is None else "kept")
    if held is None and asked.is_light:
        held = asked.answers.put(asked.etag, await at_desk(asked))
    if held is not None:
        if asked.takes_only_events:
            return events.EventStream(partial(at_once, body=held.plain))
        return answer_of(asked.request, asked.etag, held, asked.media_type)
    with ExitStack() as waiting:
        flight = waiting.enter_context(asked.work.here.floor.join(asked.errand, asked.client))
        told = len(flight.steps) - 1
        if asked.takes_events and await _is_to_be_streamed(asked, flight):
            return events.EventStream(partial(stream, flight=flight, told=told), waiting.pop_all())
        result = await while_waited_for(asked.request.receive, flight.outcome)
        return await _of_result(asked, result)


async def at_desk(asked: Asked) -> bytes:
    """What is light, computed in the event loop when its turn comes."""
    async with asked.work.at_desk(asked.request, Rank.MOVE if asked.query.is_stage else Rank.OTHER):
        return asked.answers.get(asked.etag) or asked.view.written(asked.view.prepare(asked.place, asked.query))


async def _is_to_be_streamed(asked: Asked, flight: Flight) -> bool:
    """Once it has begun, or waited a moment. Raises what it is refused for."""
    with anyio.move_on_after(PEEK):
        await flight.begun()
    if flight.refusal is not None:
        raise flight.refusal
    return asked.takes_only_events or (flight.result is None and flight.long is not False)


async def _of_result(asked: Asked, result: Result) -> Response:
    """What is small from memory, and kept there; what is large out of its file."""
    held = await anyio.to_thread.run_sync(held_of, result)
    if held is None:
        return ResultFile(asked.request, result, asked.media_type, asked.etag)
    return answer_of(asked.request, asked.etag, asked.answers.put(asked.etag, held), asked.media_type)


def held_of(result: Result) -> Held | None:
    """A result in memory, if it is small. Blocks."""
    return Held(result.whole(), result.squeezed) if result.is_small else None
