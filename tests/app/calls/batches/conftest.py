"""What every test of the door of uploads gets: an application with that door alone, and what it left on disk."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient

from app.batches.uploads import UploadStore
from app.calls.batches import Readers, router
from app.errors import UserError, problem_of
from app.settings import Settings
from app.web.operations.metrics import Metrics

LIMIT = 200_000
URL = "/api/v1/batches"
CSV = b"a,kind,b\n1,x,2\n3,y,4\n"


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    app = FastAPI()
    app.state.settings = Settings(
        uploads_dir=tmp_path / "uploads", cache_dir=tmp_path / "cache", upload_limit=LIMIT, upload_quota=2 * LIMIT
    )
    app.state.uploads = UploadStore(app.state.settings)
    app.state.metrics = Metrics()
    app.state.readers = Readers()
    app.include_router(router, prefix="/api/v1")

    @app.exception_handler(UserError)
    def refuse(_: Request, error: UserError) -> JSONResponse:
        body = problem_of(error)
        return JSONResponse(body, body["status"])

    return app


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


@pytest.fixture
def files(tmp_path: Path) -> Callable[[], list[Path]]:
    """What stands on disk, locks and the ledger aside."""

    def listed() -> list[Path]:
        paths = (path for path in tmp_path.rglob("*") if path.is_file())
        return [path for path in paths if path.name[0] != "." and path.parent.name != "locks"]

    return listed


def post(client: TestClient, data: bytes) -> Any:
    return client.post(URL, files={"file": ("batch", data)})
