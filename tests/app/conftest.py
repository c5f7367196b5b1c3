"""The application over folders of its own, and what most tests ask of it."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings

USUAL = Settings()


@pytest.fixture(scope="session", autouse=True)
def loop() -> Iterator[None]:
    """One event loop for all clients, as a server has one, and not a thread and a loop for each request."""
    with start_blocking_portal() as portal, pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestClient, "portal", portal)
        yield


@pytest.fixture
def settings(tmp_path: Path, cache_in: Callable[[Path], Path]) -> Settings:
    return USUAL.model_copy(update={"uploads_dir": tmp_path / "uploads", "cache_dir": cache_in(tmp_path)})


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return create_app(settings)


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    """A client whose server raises what it did not expect; start-up and shut-down are left out."""
    return TestClient(app)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, cache_in: Callable[[Path], Path]) -> TestClient:
    """A client as `client`, of one application for all tests of a module that only ask; it keeps no answer."""
    folder = tmp_path_factory.mktemp("server")
    own = {"uploads_dir": folder / "uploads", "cache_dir": cache_in(folder), "cache_bytes": 0}
    return TestClient(create_app(USUAL.model_copy(update=own)))


@pytest.fixture
def uploaded(client: TestClient) -> Callable[..., str]:
    """Uploads named arrays as an NPZ; the id."""

    def upload(**arrays: np.ndarray) -> str:
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        answer = client.post("/api/v1/batches", content=buffer.getvalue())
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    return upload
