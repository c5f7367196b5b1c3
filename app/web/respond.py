"""The one way in which a view is answered: kept or computed, in the event loop or a thread, at once or as a stream."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import anyio.to_thread
from fastapi import Request, Response

from app.web import events
from app.web.answers import JSON, AnswerCache, answer_from, etag_of, matches
from app.web.leaving import ClientLeft, while_waited_for
from app.web.stream import cancelled, stream
from app.web.view import Fields, Place, Prepared, View
from bncore.progress import Said, unheard

LEFT = 499  # "client closed request", as nginx has it: for the log


@dataclass(frozen=True)
class Form:
    """Another form of what a view computes: the name under which it is kept, its media type, and how it is written."""

    name: str
    media_type: str
    write: Callable[[Any], bytes]


@dataclass(frozen=True)
class Asked:
    """A request for a view, in a form of its own or as JSON."""

    request: Request
    view: View[Any, Any, Any]
    query: Any
    form: Form | None = None

    def of(self, kept: dict[str, Any]) -> "Asked":
        """The same request for another query."""
        return replace(self, query=self.view.query.model_validate(kept))

    @cached_property
    def place(self) -> Place:
        return Place.of(self.request)

    @cached_property
    def etag(self) -> str:
        return etag_of(self.form.name if self.form else self.view.name, self.view.stated(self.place, self.query))

    @property
    def media_type(self) -> str:
        return self.form.media_type if self.form else JSON

    @property
    def is_light(self) -> bool:
        """Whether it is computed in the event loop."""
        return self.form is None and self.view.is_light(self.query, self.place.settings)

    @property
    def kept(self) -> bytes | None:
        """The answer that the worker has."""
        return self._answers.get(self.etag)

    @property
    def _answers(self) -> AnswerCache:
        answers: AnswerCache = self.request.app.state.answers
        return answers

    @property
    def takes_events(self) -> bool:
        """Whether the client reads a stream, and the view has one."""
        return self.view.is_streamed and events.MEDIA_TYPE in self.request.headers.get("accept", "")

    @property
    def takes_only_events(self) -> bool:
        return self.takes_events and JSON not in self.request.headers.get("accept", "")

    def prepared(self) -> Prepared:
        """The query, prepared; refused where it is too much."""
        ready: Prepared = self.view.prepare(self.place, self.query)
        return ready

    def written(self, ready: Prepared, say: Said = unheard) -> bytes:
        """The answer, computed."""
        return self.form.write(self.view.compute(ready, say)) if self.form else self.view.written(ready, say)

    def kept_or_written(self, ready: Prepared, say: Said) -> bytes:
        """From the cache where the same was computed while this waited for its turn."""
        return self.kept or self.written(ready, say)

    def streamed(self, ready: Prepared | None) -> Response:
        """Its progress, then the answer."""
        return events.EventStream(
            lambda emit: stream(emit, self._answers, self.etag, lambda say: computed(self, ready, say))
        )


async def respond(request: Request, query: Fields, view: View[Fields, Any, Any], form: Form | None = None) -> Response:
    """The answer of a query: kept, computed, or a stream of its progress, as the client accepts.

    What the query alone decides is refused before a stream begins, with the same status as without one.
    """
    asked = Asked(request, view, query, form)
    await known(asked.place, query)
    if asked.is_light:
        return await answer_from(request, asked.etag, lambda: _at_once(asked))
    ready = await _ready_to_stream(asked)
    if asked.takes_only_events or (ready and ready.work > view.large):
        return asked.streamed(ready)
    try:
        answer = await answer_from(request, asked.etag, lambda: _while_waited_for(asked, ready), asked.media_type)
    except ClientLeft:
        return Response(status_code=LEFT)
    if view.is_streamed:
        answer.headers["Vary"] = "Accept, Accept-Encoding"
    return answer


async def known(place: Place, query: Fields) -> None:
    """Raises UploadGone where the query's source is an upload that is not here."""
    if query.is_upload:
        await anyio.to_thread.run_sync(place.uploads.describe, query.source)  # type: ignore[attr-defined]


async def _at_once(asked: Asked) -> bytes:
    """What is light, computed in the event loop."""
    return asked.written(asked.prepared())


async def computed(asked: Asked, ready: Prepared | None, say: Said) -> bytes:
    """The answer, computed in a thread; large ones take turns and hold no thread while they wait."""
    if ready is None:
        ready = await anyio.to_thread.run_sync(asked.prepared)
    turns = asked.request.app.state.large_views if ready.work > asked.view.large else None
    return await anyio.to_thread.run_sync(asked.kept_or_written, ready, say, limiter=turns)


async def _while_waited_for(asked: Asked, ready: Prepared | None) -> bytes:
    return await while_waited_for(asked.request.receive, lambda: computed(asked, ready, cancelled))


async def _ready_to_stream(asked: Asked) -> Prepared | None:
    """What may be streamed, unless its answer is there: it may be refused, and small where JSON would do as well."""
    if_none_match = asked.request.headers.get("if-none-match")
    answered = matches(if_none_match, asked.etag) and not asked.takes_only_events
    if not asked.takes_events or answered or asked.kept is not None:
        return None
    return await anyio.to_thread.run_sync(asked.prepared)
