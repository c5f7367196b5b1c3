"""Every line has a time, a level and the request that it is of; for people by default, as JSON for programs."""

import json
import logging
import logging.config
import queue
import re
import threading

import httpx2
import pytest
import uvicorn

from app.main import create_app
from app.web.operations import logs
from app.web.operations.ids import REQUEST_ID

TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture(autouse=True)
def restored():
    """The loggers as they were."""
    names = ("", logs.EVENTS, logs.ACCESS, "uvicorn", "uvicorn.error", "uvicorn.access")
    kept = [(logging.getLogger(name), logging.getLogger(name).level) for name in names]
    handlers = logging.getLogger().handlers[:]
    yield
    for logger, level in kept:
        logger.setLevel(level)
    logging.getLogger().handlers[:] = handlers


@pytest.fixture
def lines(capsys):
    """What has been logged since, line by line, in a form."""

    def begin(form, access=False):
        logging.config.dictConfig(logs.configuration(form, access=access))
        return lambda: capsys.readouterr().err.splitlines()

    return begin


def test_a_line_for_people_has_time_level_and_fields(lines):
    told = lines("text")
    logging.getLogger("bnscope").warning("A try", extra={"fields": {"client": "::1"}})
    (line,) = told()
    assert TIME.match(line)
    assert line.partition("Z ")[2] == "WARNING bnscope: A try client=::1"


def test_a_line_for_programs_is_one_object_with_its_traceback(lines):
    told = lines("json")
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("It failed")
    (line,) = told()
    entry = json.loads(line)
    assert TIME.fullmatch(entry.pop("time"))
    assert entry.pop("traceback").endswith("ValueError: two\nlines")
    assert entry == {"level": "error", "logger": "uvicorn.error", "message": "It failed"}


def test_a_request_has_a_line_where_lines_are_asked_for_without_its_query(app, lines):
    from starlette.testclient import TestClient

    told = lines("json", access=True)
    client = TestClient(app)
    client.delete(f"/api/v1/batches/{'0' * 64}?delete_key=secret", headers={"X-Request-Id": "mine"})
    (entry,) = [json.loads(line) for line in told()]
    assert entry["message"] == f"DELETE /api/v1/batches/{'0' * 64}"
    assert entry["request_id"] == "mine"
    assert (entry["status"], entry["client"]) == (410, "testclient")
    assert entry["ms"] > 0
    assert entry["bytes"] > 0
    told = lines("json", access=False)
    client.get("/healthz")
    assert told() == []


def test_what_a_client_sends_begins_no_line_of_its_own(lines):
    told = lines("text", access=True)
    logging.getLogger(logs.ACCESS).info("%s %s", "GET", "/a\n2026-01-01 ERROR all is lost")
    assert len(told()) == 1


class Kept(logging.Handler):
    """Keeps lines as they are written, for whoever waits for them."""

    def __init__(self):
        super().__init__()
        self.lines = queue.Queue()
        self.setFormatter(logs.Json())
        self.addFilter(logs.RequestIds())

    def emit(self, record):
        self.lines.put(json.loads(self.format(record)))


@pytest.fixture
def failing(settings):
    """The address of a real server that fails at /fail, and the lines of its log."""
    kept = Kept()
    logging.getLogger().addHandler(kept)
    app = create_app(settings)

    @app.get("/fail")
    async def fail():
        raise ZeroDivisionError("a secret")

    config = uvicorn.Config(app, port=0, ws="none", log_config=None, log_level="warning")
    server = uvicorn.Server(config)
    ready = threading.Event()
    startup = server.startup

    async def announced(sockets=None):
        await startup(sockets)
        ready.set()

    server.startup = announced
    thread = threading.Thread(target=server.run)
    thread.start()
    assert ready.wait(30)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", kept.lines
    server.should_exit = True
    thread.join(10)


def test_the_log_of_a_500_has_the_id_that_the_problem_tells_and_the_traceback(failing):
    origin, lines = failing
    answer = httpx2.get(f"{origin}/fail", timeout=60)
    assert answer.status_code == 500
    body = answer.json()
    assert answer.headers["x-request-id"] == body["request_id"]
    assert "secret" not in answer.text
    assert body["request_id"] in body["detail"]
    entry = lines.get(timeout=30)
    assert entry["request_id"] == body["request_id"]
    assert "ZeroDivisionError: a secret" in entry["traceback"]
    assert httpx2.get(f"{origin}/fail", timeout=60).headers["x-request-id"] != body["request_id"]


def test_outside_of_a_request_a_line_has_no_id(lines):
    told = lines("json")
    assert REQUEST_ID.get() == ""
    logging.getLogger("bnscope").warning("Nobody asked")
    assert "request_id" not in json.loads(told()[0])
