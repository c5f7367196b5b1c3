"""Whether the server lives, whether it can serve, and its numbers: `/healthz`, `/readyz` and `/metrics`."""

import os
import shutil
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response

from app.errors import problem
from app.release import fingerprint
from app.web import problems
from bncore import __version__

router = APIRouter(include_in_schema=False)

RETRY = 2  # seconds after which a server that is not ready may be


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Whether the server answers; with its version and release."""
    return {"status": "ok", "version": __version__, "release": fingerprint()}


@router.get("/readyz", response_model=None)
async def readyz(request: Request) -> Response | dict[str, str]:
    """Whether requests may be sent here. A disk that takes no uploads is said, and does not keep from serving views."""
    app: FastAPI = request.app
    why = waits_for(app)
    if why:
        return problems.respond(problem(503, "The server is not ready", why), {"Retry-After": str(RETRY)})
    return {"status": "ready", "uploads": disk(app.state.settings.uploads_dir)}


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """The numbers of all workers, as Prometheus reads them."""
    from app.web.operations.metrics import MEDIA_TYPE

    return Response(request.app.state.metrics.text(), headers={"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"})


def waits_for(app: FastAPI) -> str:
    """Why the server does not serve; empty where it does."""
    if getattr(app.state, "draining", False):
        return "It is being stopped: what runs is finished, and nothing new is begun."
    if not getattr(app.state, "ready", False):
        return "It is starting: data sets, assets and the processes for heavy work are made ready."
    return ""


def disk(folder: Path) -> str:
    """Whether uploads can be written, and how much room there is."""
    there = next(place for place in (folder, *folder.resolve().parents) if place.exists())
    if not there.is_dir():
        return "refused: a file stands where the folder should be"
    if not os.access(there, os.W_OK):
        return "refused: the folder cannot be written to"
    return f"taken: {shutil.disk_usage(there).free:,} bytes are free"
