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
from app.answers import AnswerCache, answer_from, etag_of, matches, to_json
from app.api.source_query import BatchFields
from app.errors import UserError, problem, problem_of
from app.events import Emit
from app.leaving import ClientLeft, while_waited_for
from bncore.progress import Said

EVENTS = 100  # progress events at most
LEFT = 499  # "client closed request", as nginx has it: for the log

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
    """The answer of a query, kept or computed in a thread, or a stream of its progress, as the client accepts.

    What the query alone decides is refused before a stream begins, with the same status as without one.
    """
    state = request.app.state
    if query.is_upload:
        await anyio.to_thread.run_sync(state.uploads.describe, query.source)
    etag = etag_of(view.name, query.stated())
    prepared = await _prepared_to_stream(request, query, view, etag)
    compute = partial(_computed, state, query, view, etag, prepared)
    if _only_streams(request) or (prepared and prepared.work > view.large):
        return events.EventStream(lambda emit: stream(emit, state.answers, etag, compute))
    try:
        response = await answer_from(
            request, etag, lambda: while_waited_for(request.receive, partial(compute, cancelled))
        )
    except ClientLeft:
        return Response(status_code=LEFT)
    response.headers["Vary"] = "Accept, Accept-Encoding"
    return response


def _streams(request: Request) -> bool:
    return events.MEDIA_TYPE in request.headers.get("accept", "")


def _only_streams(request: Request) -> bool:
    return _streams(request) and "application/json" not in request.headers.get("accept", "")


async def _prepared_to_stream(request: Request, query: BatchFields, view: LongView, etag: str) -> Prepared | None:
    """What may be streamed, unless its answer is there: it may be refused, and small where JSON would do as well."""
    state = request.app.state
    answered = matches(request.headers.get("if-none-match"), etag) and not _only_streams(request)
    if not _streams(request) or answered or state.answers.get(etag) is not None:
        return None
    found: Prepared = await anyio.to_thread.run_sync(view.prepare, state, query)
    return found


async def _computed(
    state: State, query: BatchFields, view: LongView, etag: str, prepared: Prepared | None, say: Said
) -> bytes:
    """The answer as JSON, computed in a thread; large views take turns and hold no thread while they wait."""
    ready = await anyio.to_thread.run_sync(view.prepare, state, query) if prepared is None else prepared
    turns = state.large_views if ready.work > view.large else None
    return await anyio.to_thread.run_sync(_written, state.answers, etag, view, ready, say, limiter=turns)


def _written(answers: AnswerCache, etag: str, view: LongView, prepared: Prepared, say: Said) -> bytes:
    """From the cache where the same was computed while this waited for its turn."""
    return answers.get(etag) or view.write(prepared, say)


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


def stream_examples(progress: str) -> dict[str, dict[str, str]]:
    """Both ways in which a stream ends, for the description of the API; `progress` is the data of one such event."""
    before = f"event: progress\ndata: {progress}\n\n"
    return {
        "answered": {
            "summary": "Progress, then the answer that `application/json` has",
            "value": before + "event: result\ndata: {…}\n\n",
        },
        "failed": {
            "summary": "What only the computation meets, as the problem that `application/problem+json` has",
            "value": before + "event: problem\n"
            'data: {"type":"about:blank","title":"The server failed","status":500,"detail":"…"}\n\n',
        },
    }


def cancelled(_done: int, _of: int, _text: str) -> None:
    """What a computing thread calls where nobody wants to know: it ends the work once the client is gone."""
    from_thread.check_cancelled()


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
