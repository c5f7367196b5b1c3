"""The application: settings in, a FastAPI out. Importing this module does nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial
from typing import Any

import anyio
import anyio.to_thread
from fastapi import APIRouter, FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute

from app import machine
from app.batches.datasets import DATASETS, load
from app.batches.uploads import UploadStore
from app.calls import batches, batchnorm, catalog, merge, tables
from app.registry import VIEWS, Views, by_name, navigation
from app.settings import Settings
from app.web import problems
from app.web.answers import AnswerCache
from app.web.description import describe
from app.web.headers import Head, SecurityHeaders, headers_of
from app.web.operations import health
from app.web.operations.crossing import origins
from app.web.operations.guards import guard
from app.web.operations.journal import Journal
from app.web.operations.processes import measured
from app.web.operations.routes import templates_of
from app.web.pages import assets, plain
from app.web.routes import calls_of, pages_of
from app.web.runs.runs import Runs
from app.web.serving.draining import Draining
from app.web.work.job import Bench
from app.web.work.work import Work, crew_of
from bncore import __version__

PREFIX = "/api/v1"
DESCRIPTION = (
    "Batch normalization on real mini-batches, forward and backward. Every answer is a pure function of its query: "
    "the same query gives the same bytes, with an ETag to hold them against."
)


def create_app(settings: Settings | None = None, views: Views = VIEWS) -> FastAPI:
    """The server of the views, with its settings (default: from the environment)."""
    settings = settings or Settings()
    settings = settings.within(machine.disk(settings.uploads_dir))
    app = FastAPI(
        title="bnscope", version=__version__, description=DESCRIPTION, docs_url=None, redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json", lifespan=_lifespan,
    )  # fmt: skip
    app.state.settings = settings
    app.state.uploads = UploadStore(settings)
    app.state.readers = batches.Readers()
    app.state.answers = AnswerCache(settings.cache_bytes)
    app.state.draining = Draining()
    app.state.assets = assets.Assets(settings.cache_dir / "assets")
    app.state.metrics, app.state.ready = measured(), False
    crew = crew_of(settings, lambda: _bench(app), partial(bench_of, settings))
    app.state.work = Work(settings, crew, app.state.metrics.queued)
    app.state.runs = Runs(settings, app.state.work.results)
    app.state.headers = headers_of(origins(settings.frame_ancestors))
    app.state.views, app.state.navigation = views, navigation(views)
    problems.install(app, plain.not_found)
    describe(app)
    app.router.routes.extend(_routes_of(views))
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=1)  # 5 saves a tenth more for thrice the time
    guard(app, settings)
    app.add_middleware(Head)
    app.add_middleware(SecurityHeaders, headers=app.state.headers)
    app.add_middleware(Journal, metrics=app.state.metrics, templates=templates_of(app))
    return app


@cache
def _routes_of(views: Views) -> list[BaseRoute]:
    """Those of each application with these views: the first request of an application would make all of them anew."""
    router = APIRouter()
    for feature in (catalog, batches, batchnorm, merge, tables):
        router.include_router(feature.router, prefix=PREFIX)
    for view in views:
        router.include_router(calls_of(view), prefix=PREFIX)
        router.include_router(pages_of(view))
    for other in (assets, plain, health):
        router.include_router(other.router)
    return router.routes


def bench_of(settings: Settings) -> Bench:
    """What heavy work needs in a process of its own."""
    return Bench(settings, UploadStore(settings), by_name(VIEWS))


def _bench(app: FastAPI) -> Bench:
    return Bench(app.state.settings, app.state.uploads, by_name(app.state.views))


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    """Get ready while nobody waits yet: the first class finds the data sets, the hands and the large assets."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_get_ready, app)
        tasks.start_soon(app.state.runs.warm)
        yield {"draining": app.state.draining}  # for the server, which knows when it ends
        tasks.cancel_scope.cancel()
    app.state.work.crew.close()
    app.state.runs.close()


async def _get_ready(app: FastAPI) -> None:
    async with anyio.create_task_group() as tasks:
        for prepare in (_load_data_sets, app.state.work.crew.start, app.state.assets.warm):
            tasks.start_soon(partial(anyio.to_thread.run_sync, prepare, abandon_on_cancel=True))
    app.state.ready = True


def _load_data_sets() -> None:
    for name in DATASETS:
        load(name)
