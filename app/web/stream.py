"""An answer as a stream: how far it is, then the answer, or the problem that was met."""

from collections.abc import Awaitable, Callable

from anyio import from_thread

from app.errors import UserError, problem, problem_of
from app.web.answers import AnswerCache, to_json
from app.web.events import Emit, Event
from bncore.progress import Said

OURS = "This is a mistake of the server's, not yours."
EVENTS = 100  # progress events at most

WAYS = """With `Accept: text/event-stream` the same answer comes as a stream: `progress` events, whose data say how much
is `done` `of` how much, then one `result` event with the answer. A query that is refused is refused before the stream
begins; what only the computation meets is a `problem` event in place of the result. Who accepts JSON as well gets the
plain answer of what is not large."""
"""What the reference says of every call that is streamed."""

Compute = Callable[[Said], Awaitable[bytes]]


async def stream(emit: Emit, cache: AnswerCache, etag: str, compute: Compute) -> None:
    """Emit `progress` events and then the `result`, or the `problem`. A kept answer is the result at once."""
    body = cache.get(etag)
    if body is None:
        emit(_progress(0, 1, "waiting for its turn"))
        try:
            body = await compute(_said(emit))
        except UserError as error:
            emit(Event("problem", to_json(problem_of(error))))
            return
        except Exception:
            emit(
                Event(
                    "problem",
                    to_json(problem(500, "The server failed", "This is a mistake of the server's, not yours.")),
                )
            )
            raise
        cache.put(etag, body)
    emit(Event("result", body))


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
            from_thread.run_sync(emit, _progress(done, of, text))

    return say


def _progress(done: int, of: int, text: str) -> Event:
    return Event("progress", to_json({"done": done, "of": of, "text": text}))
