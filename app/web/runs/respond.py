"""How several runs are answered: as a stream of their steps, or, once they have ended, as one JSON document."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any, TypeVar

import anyio
from fastapi import Request, Response

from app.errors import InvalidQuery, refusal_of
from app.web.answers import JSON, answer_from
from app.web.events import LAST_EVENT_ID, MEDIA_TYPE, Event, resumed_after
from app.web.leaving import while_waited_for
from app.web.operations.clients import client_of
from app.web.runs.chunk import alone
from app.web.runs.following import BEGINNING, Row, rows
from app.web.runs.run import Run
from app.web.runs.runs import Runs
from app.web.runs.segments import Segments
from app.web.runs.sending import Emit, Events, RunStream
from app.web.runs.together import together
from app.web.stream import problem_event

Answer = TypeVar("Answer")

END = "end"
"""The name, and the id, of a stream's last event: whoever comes back with it is told to stay away (a 204)."""


NOTHING = b"{}"
PLAN = "plan"
"""The name of the event in front of all steps, which has no id: who comes back with a step has had it."""


async def respond(request: Request, etag: str, runs: Mapping[str, Run], plan: bytes = NOTHING) -> Response:
    """The runs as the client accepts them; `plan` is what is told of them, a JSON object without `steps`.

    Raises ManyStreams, Busy, and InvalidQuery for a step that is none.
    """
    if takes_json(request):
        return await _document(request, etag, runs, plan)
    after = resumed_after(request.headers)
    if after == END:
        return Response(status_code=204)
    here: Runs = request.app.state.runs
    return streamed(request, partial(_events, here.segments, runs, step_of(after), plan))


def streamed(request: Request, events: Events) -> RunStream:
    """What `events` sends, or a `problem` in its place; a mistake of ours is raised. Raises ManyStreams and Busy."""
    here: Runs = request.app.state.runs
    with ExitStack() as held:
        held.enter_context(here.places.taken(client_of(request.scope)))
        held.enter_context(request.app.state.metrics.streams.track_inprogress())
        return RunStream(partial(_or_problem, events), here.pace, held.pop_all())


async def _or_problem(events: Events, emit: Emit) -> None:
    try:
        await events(emit)
    except Exception as error:
        refusal = refusal_of(error)
        await emit(problem_event(refusal))
        if refusal is None:
            raise


def takes_json(request: Request) -> bool:
    """Whether the client asks for one document; a stream is what everybody else gets."""
    accepted = request.headers.get("accept", "")
    return JSON in accepted and MEDIA_TYPE not in accepted


def step_of(after: str | None) -> int:
    """The step behind which a reader goes on. Raises InvalidQuery for an id that no event of ours has."""
    if after is None:
        return BEGINNING
    if not (after.isascii() and after.isdigit() and len(after) <= 9):
        raise InvalidQuery("Last-Event-ID names the last step that arrived.", field=LAST_EVENT_ID, given=after,
                           allowed=f"a step, or '{END}'")  # fmt: skip
    return int(after)


async def _events(segments: Segments, runs: Mapping[str, Run], after: int, plan: bytes, emit: Emit) -> None:
    """`plan` to who begins, a `step` for each row, then `end`."""
    if after == BEGINNING and plan != NOTHING:
        await emit(Event(PLAN, plan))
    async with rows(segments, runs, after) as behind:
        async for row in behind:
            await emit(Event("step", row.body, str(row.step)))
    await emit(Event(END, b"{}", END))


async def _document(request: Request, etag: str, runs: Mapping[str, Run], plan: bytes) -> Response:
    async def whole() -> bytes:
        steps = b",".join([row.body for row in await rows_of(request, runs)])
        return b'%b"steps":[%b]}' % (b"{" if plan == NOTHING else plan[:-1] + b",", steps)

    answer = await answer_from(request, etag, whole)
    answer.headers["Vary"] = "Accept, Accept-Encoding"
    return answer


async def rows_of(request: Request, runs: Mapping[str, Run]) -> list[Row]:
    """All rows, once the runs have ended. Raises ManyStreams, Busy, and ClientLeft."""
    here: Runs = request.app.state.runs
    return await waited(request, partial(_all, here.segments, runs))


async def waited(request: Request, work: Callable[[], Awaitable[Answer]]) -> Answer:
    """What `work` of runs brings, as long as the client is there. Raises ManyStreams, Busy, and ClientLeft."""
    here: Runs = request.app.state.runs
    with here.places.taken(client_of(request.scope)):
        return await while_waited_for(request.receive, work)


async def _all(segments: Segments, runs: Mapping[str, Run]) -> list[Row]:
    async with rows(segments, runs) as all_rows:
        return [row async for row in all_rows]


async def done_at(request: Request, run: Run, step: int, call: Callable[..., Answer], *further: Any) -> Answer:
    """`call(given, state, *further)` with the state behind a step, or where the run has ended before it.

    Done where runs are, on one thread. Raises ManyStreams, Busy, and ClientLeft.
    """
    return (await done_at_each(request, {"": run}, step, call, *further))[""]


async def done_at_each(
    request: Request, runs: Mapping[str, Run], step: int, call: Callable[..., Answer], *further: Any
) -> dict[str, Answer]:
    """The same of several runs, side by side, by their names."""
    here: Runs = request.app.state.runs
    answers: dict[str, Answer] = {}

    async def do(name: str, run: Run) -> None:
        state = await here.segments.state_at(run, step)
        answers[name] = await here.pool.do(alone, call, run.given, state, *further)

    async def all_of_them() -> None:
        async with together(), anyio.create_task_group() as group:
            for name, run in runs.items():
                group.start_soon(do, name, run)

    await waited(request, all_of_them)
    return {name: answers[name] for name in runs}
