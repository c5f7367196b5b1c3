"""Runs over HTTP: streams that go on behind the last event that arrived, one document, and what is refused."""

import re

import pytest
from starlette.testclient import TestClient

from app.settings import Settings
from tests.app.web.runs.application import created
from tests.app.web.runs.walk import told

FAST = 10**6  # events a second: none waits


def client_of(tmp_path, **settings):
    settings = {"run_events": FAST} | settings
    return TestClient(created(Settings(uploads_dir=tmp_path / "uploads", cache_dir=tmp_path / "cache", **settings)))


def stream(client, query="", after=None, accept="text/event-stream"):
    headers = {"Accept": accept} | ({} if after is None else {"Last-Event-ID": str(after)})
    answer = client.get(f"/api/v1/walk?{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    return answer.content


def events(content):
    """All blocks of a stream but comments and the time after which to come back."""
    return [block for block in content.split(b"\n\n")[:-1] if not block.startswith((b":", b"retry"))]


def expected():
    of_a, of_b = told(0.3), told(0.15)
    return [
        b'id: %d\nevent: step\ndata: {"step":%d,"variants":{"a":%b,"b":%b}}' % (step, step, body, of_b[step][1])
        for step, body in of_a
    ] + [b"id: end\nevent: end\ndata: {}"]


def test_all_variants_come_in_one_stream_whose_ids_are_the_steps(tmp_path):
    assert events(stream(client_of(tmp_path))) == expected()


def test_whoever_accepts_anything_gets_the_stream(tmp_path):
    assert events(stream(client_of(tmp_path), accept="*/*")) == expected()


@pytest.mark.parametrize("after", [0, 1, 10, 17, 39, 40])
def test_a_stream_goes_on_byte_for_byte_behind_the_last_event_that_arrived(tmp_path, after):
    recomputed = events(stream(client_of(tmp_path / "one"), after=after))
    replayed = client_of(tmp_path / "two")
    stream(replayed)
    assert recomputed == events(stream(replayed, after=after)) == expected()[after + 1 :]


def test_whoever_comes_back_after_the_end_is_told_to_stay_away(tmp_path):
    assert client_of(tmp_path).get("/api/v1/walk", headers={"Last-Event-ID": "end"}).status_code == 204


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "²", "1" * 40])
def test_an_id_that_no_event_has_is_refused(tmp_path, after):
    answer = client_of(tmp_path).get("/api/v1/walk", headers={"Last-Event-ID": after.encode()})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "last-event-id"


def test_the_time_after_which_to_come_back_differs_between_readers(tmp_path):
    client = client_of(tmp_path)
    times = {int(re.match(rb"retry: (\d+)\n\n", stream(client, "steps=1"))[1]) for _ in range(20)}
    assert len(times) > 1
    assert min(times) >= 1000
    assert max(times) <= 3000


def test_one_document_has_all_steps_and_an_etag_to_hold_it_against(tmp_path):
    client = client_of(tmp_path)
    answer = client.get("/api/v1/walk", headers={"Accept": "application/json"})
    rows = [event.partition(b"data: ")[2] for event in expected()[:-1]]
    assert answer.content == b'{"steps":[%b]}' % b",".join(rows)
    headers = {"Accept": "application/json", "If-None-Match": answer.headers["etag"]}
    assert client.get("/api/v1/walk", headers=headers).status_code == 304


@pytest.mark.parametrize(("setting", "status"), [("run_streams_of_one", 429), ("run_streams", 503)])
def test_a_stream_too_many_is_a_problem_that_says_when_to_come_back(tmp_path, setting, status):
    client = client_of(tmp_path, **{setting: 1})
    with client.app.state.runs.places.taken("testclient"):
        answer = client.get("/api/v1/walk")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert events(stream(client)) == expected()  # the place is free again
    assert events(stream(client)) == expected()


def test_a_mistake_of_ours_is_told_in_the_stream_and_raised_for_the_log(tmp_path, monkeypatch):
    client = client_of(tmp_path)
    monkeypatch.setattr("tests.app.web.runs.walk._record", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        client.get("/api/v1/walk")
    served = TestClient(client.app, raise_server_exceptions=False)
    last = events(served.get("/api/v1/walk").content)[-1]
    assert last.startswith(b"event: problem\n")
    assert b'"status":500' in last
