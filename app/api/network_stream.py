"""The network view as a stream: how far it is, then the answer."""

from collections.abc import Awaitable, Callable

from anyio import from_thread

from app.answers import AnswerCache, to_json
from app.errors import UserError, problem, problem_of
from app.events import Emit
from bncore.network.contrast import Said

EVENTS = 100  # progress events at most

Compute = Callable[[Said], Awaitable[bytes]]


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
