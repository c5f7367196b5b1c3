"""An answer as a stream: how far it is, then the answer, or the problem that was met."""

import anyio.to_thread

from app.errors import UserError, problem_of
from app.web.answers import to_json
from app.web.events import Emit, Event
from app.web.problems import identified, our_mistake
from app.web.work.floor import Flight
from app.web.work.job import Step

WAYS = """With `Accept: text/event-stream` the same answer comes as a stream: `progress` events, whose data say how much
is `done` `of` how much, then one `result` event with the answer. A query that is refused at once is refused before the
stream begins; what waited for its turn, or only the computation meets, is a `problem` event in place of the result. A
server that is being stopped ends the stream with a `reconnect` event: ask again after its `retry` milliseconds. Who
accepts JSON as well gets the plain answer of what is not large."""
"""What the reference says of every call that is streamed."""


async def stream(emit: Emit, flight: Flight, told: int = 0) -> None:
    """Emit `progress` events and then the `result`, or the `problem`. Raises our own mistakes, for the log.

    `told`: steps that were done before this reader came.
    """
    while True:
        for step in flight.steps[told:]:
            emit(_progress(step))
        told = len(flight.steps)
        if flight.has_ended:
            break
        await flight.change()
    emit(await _end(flight))
    if flight.error is not None and flight.refusal is None:
        raise flight.error


async def at_once(emit: Emit, body: bytes) -> None:
    """Emit the `result` that is there already."""
    emit(Event("result", body))


async def _end(flight: Flight) -> Event:
    if flight.result is not None:
        return Event("result", await anyio.to_thread.run_sync(flight.result.plain))
    return problem_event(flight.refusal)


def problem_event(refusal: UserError | None) -> Event:
    """The `problem` event of a refusal; of a mistake of ours where there is none."""
    return Event("problem", to_json(our_mistake() if refusal is None else identified(problem_of(refusal))))


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


def _progress(step: Step) -> Event:
    return Event("progress", to_json({"done": step.done, "of": step.of, "text": step.text}))
