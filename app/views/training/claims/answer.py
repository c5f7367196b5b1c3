"""A claim as it is recorded or replayed: as a document, or as a stream of how far its runs are."""

from collections.abc import Awaitable, Callable
from functools import partial

import anyio.to_thread
from fastapi import Request, Response

from app.views.training.claims.links import data_of
from app.views.training.claims.query import ClaimQuery
from app.views.training.claims.record import measured
from app.views.training.claims.replay import Told, seen_of
from app.views.training.claims.told import told
from app.web.answers import answer_from, etag_of, to_json
from app.web.events import MEDIA_TYPE, Event
from app.web.runs.respond import streamed, waited
from app.web.runs.runs import Runs
from app.web.runs.sending import Emit
from bncore.training.claims import CLAIMS


async def unheard(_done: int, _of: int) -> None:
    """To nobody."""


async def respond(request: Request, query: ClaimQuery) -> Response:
    """The claim as the client accepts it. Raises InvalidQuery for one that is not replayed, ManyStreams and Busy."""
    here: Runs = request.app.state.runs
    work = partial(replayed, here, query.name) if query.is_replayed else partial(recorded, query.name)
    if MEDIA_TYPE in request.headers.get("accept", ""):
        return streamed(request, partial(_events, work))
    etag = etag_of("training-claim", query.stated())
    answer = await answer_from(request, etag, partial(waited, request, partial(work, unheard)))
    answer.headers["Vary"] = "Accept, Accept-Encoding"
    return answer


async def recorded(name: str, _say: Told) -> bytes:
    """The claim with what its runs brought when `make claims` ran them last."""
    return to_json(told(name, measured()[name]))


async def replayed(here: Runs, name: str, say: Told) -> bytes:
    """The claim with what its runs bring now, as JSON."""
    trials, data = CLAIMS[name].trials, CLAIMS[name].data
    assert trials is not None
    specs = await anyio.to_thread.run_sync(lambda: trials.specs(data_of(data)))
    seen = await seen_of(here.segments, here.pool, trials.look, specs, say)
    return to_json(told(name, trials.told(seen)))


async def _events(work: Callable[[Told], Awaitable[bytes]], emit: Emit) -> None:
    """A `progress` for each run that has ended, then the `result`."""

    async def say(done: int, of: int) -> None:
        await emit(Event("progress", to_json({"done": done, "of": of, "text": f"{done} of {of} runs have ended."})))

    await emit(Event("result", await work(say)))
