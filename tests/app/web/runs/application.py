"""A view whose runs are walks; `python -m tests.app.web.runs.application` serves it, by two workers."""

import sys
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from app.main import create_app
from app.query.control import QueryModel, control
from app.settings import Settings, from_environment
from app.web.answers import etag_of
from app.web.reading import query_of
from app.web.runs.respond import respond
from app.web.view import View
from tests.app.web.runs.walk import Walk, run_of


class WalkQuery(QueryModel):
    start: float = control(0.3, "Where it starts.", title="Start", group="data", ge=0, le=1)
    steps: int = control(40, "Steps.", title="Steps", group="data", ge=1, le=10**6)
    segment: int = control(10, "Steps of a segment.", title="Segment", group="data", ge=1, le=10**6)
    trap: str = control("", "A trap.", title="Trap", group="data")
    trap_at: int = control(0, "Its step.", title="Step", group="data")
    counted: str = control("", "A file.", title="File", group="data")
    padding: int = control(0, "Bytes.", title="Bytes", group="data")


@dataclass(frozen=True)
class Ready:
    work: int = 0


def _further(_view):
    router = APIRouter()

    @router.get("/walk")
    async def walk(request: Request) -> Response:
        query = await query_of(WalkQuery)(request)
        etag = etag_of("walk", query.stated())
        runs = {}
        for name, start in (("a", query.start), ("b", query.start / 2)):
            of = query.model_dump(exclude={"start", "steps", "segment"})
            runs[name] = run_of(Walk(start, **of), query.steps, query.segment, f"{etag[1:-1]}{name}")
        return await respond(request, etag, runs)

    return router


WALK = View(
    name="walk", title="Walk", query=WalkQuery, prepare=lambda *_: Ready(), compute=lambda *_: None,
    answer=lambda _: {}, further=_further,
)  # fmt: skip


def created(settings):
    return create_app(settings, (WALK,))


def __getattr__(name):
    """The application that a worker loads by name."""
    if name != "app":
        raise AttributeError(name)
    return created(Settings())


def main():
    from app.web.operations.processes import shared_metrics
    from app.web.serving.configuration import Configuration
    from app.web.serving.listening import listen_apart
    from app.web.serving.run import announce
    from app.web.serving.workers import Workers

    listener = listen_apart("127.0.0.1", 0)
    settings = from_environment()
    config = Configuration(settings, f"{__spec__.name}:app", workers=2)
    with shared_metrics(settings.cache_dir):
        return Workers(config, [listener], 2, lambda: announce(listener)).run()


if __name__ == "__main__":
    sys.exit(main())
