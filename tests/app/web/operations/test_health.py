"""Whether the server lives is one question, whether it can serve another."""

import os
import threading

import pytest
from starlette.testclient import TestClient

from app.batches.datasets import DATASETS, load
from app.main import create_app
from app.settings import Settings
from app.web.operations import health
from tests.app.web.runs.walk import until


@pytest.fixture(scope="module")
def started(tmp_path_factory, cache_in):
    """A client of a server that has started, and is ready."""
    folder = tmp_path_factory.mktemp("started")
    settings = Settings(uploads_dir=folder / "uploads", cache_dir=cache_in(folder))
    with TestClient(create_app(settings)) as client:
        until(lambda: client.app.state.ready)
        yield client


def test_a_server_is_ready_once_its_data_sets_are_read(started):
    assert started.get("/readyz").json()["status"] == "ready"


def test_until_then_it_lives_and_says_what_it_waits_for(client):
    assert client.get("/healthz").json()["status"] == "ok"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert "data sets" in answer.json()["detail"]


class Slow:
    """A crew that is ready when it is let."""

    def __init__(self):
        self.may = threading.Event()

    def start(self):
        self.may.wait()

    def close(self):
        self.may.set()


def test_a_server_is_not_ready_before_its_processes_for_heavy_work_are(app):
    crew = app.state.work.crew = Slow()
    with TestClient(app) as client:
        for name in DATASETS:
            load(name)
        app.state.assets.warm()
        assert client.get("/readyz").status_code == 503
        crew.may.set()
        until(lambda: app.state.ready)
        assert client.get("/readyz").status_code == 200


def test_a_server_that_is_being_stopped_takes_no_more_requests_and_lives(started, monkeypatch):
    monkeypatch.setattr(started.app.state, "draining", True)
    answer = started.get("/readyz")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "stopped" in answer.json()["detail"]
    assert started.get("/healthz").status_code == 200


def test_a_folder_that_cannot_be_written_to_is_said_and_views_are_served(started, monkeypatch):
    assert started.get("/readyz").json()["uploads"].startswith("taken")
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)  # whoever runs the tests may write everywhere
    answer = started.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["uploads"].startswith("refused")


def test_the_room_is_that_of_the_disk_of_a_folder_that_is_yet_to_be_made(tmp_path):
    assert health.disk(tmp_path / "not" / "yet").startswith("taken")


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "uploads"):
        assert health.disk(folder) == "refused: a file stands where the folder should be"
