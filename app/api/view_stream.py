"""A view that may take long: one answer, or a stream that tells how far it is and then gives the answer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import anyio.to_thread
from anyio import from_thread
from fastapi import Request, Response
from starlette.datastructures import State

from app import events
from app.answers import AnswerCache, answer_from, etag_of, to_json
from app.api.source_query import BatchFields
from app.errors import UserError, problem, problem_of
from app.events import Emit
from bncore.progress import Said, unheard

EVENTS = 100  # progress events at most

Compute = Callable[[Said], Awaitable[bytes]]


class Prepared(Protocol):
    """A query whose work is known and allowed."""

    @property
    def work(self) -> int:
        """How much there is to do."""


@dataclass(frozen=True)
class LongView:
    """A view by name: `prepare(state, query)` is quick and refuses what is too much, `write(prepared, say)` computes.

    One with more than `large` work waits for its turn, and is streamed to whoever takes JSON and events.
    """

    name: str
    prepare: Callable[[State, Any], Any]
    write: Callable[[Any, Said], bytes]
    large: int


async def respond(request: Request, query: BatchFields, view: LongView) -> Response:
    """The answer of a query, kept or computed in a thread, or a stream of its progress, as the client accepts."""
    state = request.app.state
    if query.is_upload:
        await anyio.to_thread.run_sync(state.uploads.describe, query.source)
    etag, compute = etag_of(view.name, query.stated()), partial(_computed, state, query, view)
    if await _streams(request, query, view):
        return events.EventStream(lambda emit: stream(emit, state.answers, etag, compute))
    response = await answer_from(request, etag, compute)
    response.headers["Vary"] = "Accept, Accept-Encoding"
    return response


async def _streams(request: Request, query: BatchFields, view: LongView) -> bool:
    """Whether a stream is wanted: whoever takes JSON as well gets a stream of a large view only."""
    accepted = request.headers.get("accept", "")
    if events.MEDIA_TYPE not in accepted or "application/json" not in accepted:
        return events.MEDIA_TYPE in accepted
    prepared: Prepared = await anyio.to_thread.run_sync(view.prepare, request.app.state, query)
    return prepared.work > view.large


async def _computed(state: State, query: BatchFields, view: LongView, say: Said = unheard) -> bytes:
    """The answer as JSON, computed in a thread; large views take turns and hold no thread while they wait."""
    prepared: Prepared = await anyio.to_thread.run_sync(view.prepare, state, query)
    turns = state.large_views if prepared.work > view.large else None
    return await anyio.to_thread.run_sync(view.write, prepared, say, limiter=turns)


async def stream(emit: Emit, cache: AnswerCache, etag: str, compute: Compute) -> None:
    """Emit `progress` events and then the `result`, or the `problem`. A kept answer is the result at once."""
    body = cache.get(etag)
    if body is None:
        emit("progress", _progress(0, 1, "waiting for its turn"))
        try:
            body = await compute(_said(emit))
        except UserError as error:
            emit("problem", to_json(problem_of(error)))
            return
        except Exception:
            emit("problem", to_json(problem(500, "The server failed", "This is a mistake of the server's, not yours.")))
            raise
        cache.put(etag, body)
    emit("result", body)


def _said(emit: Emit) -> Said:
    """What a computing thread calls: it ends the work once the client is gone."""
    told = -1

    def say(done: int, of: int, text: str) -> None:
        nonlocal told
        from_thread.check_cancelled()
        if done * EVENTS // of > told:
            told = done * EVENTS // of
            from_thread.run_sync(emit, "progress", _progress(done, of, text))

    return say


def _progress(done: int, of: int, text: str) -> bytes:
    return to_json({"done": done, "of": of, "text": text})
