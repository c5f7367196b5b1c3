"""`GET /network` as a stream: progress, then the same answer; it ends with the client."""

from dataclasses import replace

import anyio
import anyio.lowlevel
import numpy as np
import pytest
from starlette.testclient import TestClient

from app.errors import InvalidQuery
from app.main import create_app
from app.views.network.query import NetworkQuery
from app.views.network.view import VIEW
from app.web.answers import etag_of
from app.web.stream import stream
from app.web.work.client import Client
from app.web.work.floor import Flight
from tests.app.strict_json import parsed

URL = "/api/v1/network"
STREAM = {"accept": "text/event-stream"}
SMALL = {"depth": 3, "width": 8, "batch_size": 32, "disturb_layer": 1}
LARGE = "depth=20&width=512&batch_size=256"


def events(body):
    """The names and the data of a stream's events."""
    for block in body.decode().strip().split("\n\n"):
        name, data = block.split("\n")
        yield name.removeprefix("event: "), parsed(data.removeprefix("data: ").encode())


@pytest.fixture
def told_in_full(settings):
    """A server that takes every network for a long one."""
    return TestClient(create_app(settings, (replace(VIEW, large=1),)))


def test_progress_comes_before_the_result_and_the_result_is_the_answer(told_in_full):
    streamed = told_in_full.get(URL, params=SMALL, headers=STREAM)
    assert streamed.status_code == 200
    assert streamed.headers["content-type"].startswith("text/event-stream")
    assert streamed.headers["cache-control"] == "no-store"
    assert "etag" not in streamed.headers
    *progress, (name, result) = events(streamed.content)
    assert name == "result"
    assert {name for name, _ in progress} == {"progress"}
    steps = [data for _, data in progress[1:]]
    assert [step["done"] for step in steps] == sorted({step["done"] for step in steps})
    assert steps[-1]["done"] == steps[-1]["of"]
    texts = [step["text"] for step in steps]
    for column in ("without", "with"):
        for which in ("", "disturbed: "):
            for step in ("forward, layer 1 of", "backward, layer 2 of", "measured, joint 3 of"):
                assert any(text.startswith(f"{column} batch norm, {which}{step}") for text in texts)
    assert texts[-1] == "drawn, part 4 of 4"
    assert told_in_full.get(URL, params=SMALL).json() == result


def test_the_streamed_result_has_the_answers_bytes_computed_anew(settings):
    off = settings.model_copy(update={"cache_bytes": 0, "results_bytes": 0})
    first, second = (TestClient(create_app(off)) for _ in range(2))
    answer = first.get(URL, params=SMALL).content
    assert second.get(URL, params=SMALL, headers=STREAM).content.endswith(b"event: result\ndata: " + answer + b"\n\n")


def test_a_kept_answer_is_streamed_at_once(client):
    answer = client.get(URL, params=SMALL).content
    assert client.get(URL, params=SMALL, headers=STREAM).content == b"event: result\ndata: " + answer + b"\n\n"


def test_what_was_streamed_is_kept(client, app):
    client.get(URL, params=SMALL, headers=STREAM)
    app.state.settings = app.state.settings.model_copy(update={"network_work": 1})
    assert client.get(URL, params=SMALL).status_code == 200


def test_progress_is_told_in_a_hundred_steps_at_most_and_in_ten_where_it_does_not_take_long(client, told_in_full):
    for server, depth, least, most in ((told_in_full, 50, 50, 103), (client, 49, 5, 13)):
        *progress, _ = events(server.get(URL, params=SMALL | {"depth": depth}, headers=STREAM).content)
        assert least < len(progress) <= most


@pytest.mark.parametrize("accept", ["text/event-stream", "text/event-stream, application/json"])
@pytest.mark.parametrize(("query", "field"), [
    ({"depth": 2, "disturb_layer": 3}, "disturb_layer"), ({"shown": "sum"}, "shown"),
    ({"depth": 50, "width": 512, "source": "normal", "batch_size": 4096}, "batch_size"),
])  # fmt: skip
def test_what_a_query_contradicts_is_refused_before_the_stream(client, accept, query, field):
    answer = client.get(URL, params=query, headers={"accept": accept})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == field


def test_what_is_met_while_it_is_computed_is_a_problem_event():
    flight = Flight(Client("test"))
    flight.end(error=InvalidQuery("It is too much.", field="width", given=512, allowed="less"))
    emitted = []
    anyio.run(stream, lambda event: emitted.append((event.name, parsed(event.data))), flight)
    (_, waiting), (name, problem) = emitted
    assert (name, problem["status"], problem["errors"][0]["field"]) == ("problem", 422, "width")
    assert waiting["text"] == "waiting for its turn"


def test_an_unreadable_query_is_a_problem_before_the_stream(client):
    answer = client.get(URL, params={"depth": 0}, headers=STREAM)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.get(URL, params={"source": "a" * 64}, headers=STREAM).status_code == 410


def test_our_own_mistake_is_a_problem_event_and_reaches_the_log(settings):
    """A server logs what an application raises; a client that raises it shows that it was raised."""
    app = create_app(settings, (replace(VIEW, answer=lambda _computed: {}["nothing"]),))
    quiet = TestClient(app, raise_server_exceptions=False)
    answer = quiet.get(URL, params=SMALL, headers=STREAM)
    *_, (name, problem) = events(answer.content)
    assert (name, problem["status"]) == ("problem", 500)
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["request_id"] in problem["detail"]
    with pytest.raises(KeyError, match="nothing"):
        TestClient(app).get(URL, params=SMALL, headers=STREAM)


def test_head_has_no_body(server):
    answer = server.head(URL, params=SMALL, headers=STREAM)
    assert answer.status_code == 200
    assert answer.content == b""


def scope_of(query, accept):
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": URL,
        "raw_path": URL.encode(), "query_string": query.encode(), "scheme": "http", "server": ("test", 80),
        "client": ("test", 1), "root_path": "", "headers": [(b"accept", accept.encode())],
    }  # fmt: skip


def etag_of_large():
    return etag_of("network", NetworkQuery.model_validate(dict(pair.split("=") for pair in LARGE.split("&"))).stated())


def test_the_work_ends_when_the_client_goes_away(app):
    """The client leaves at the first step of the computation; a large network does not go on for it."""
    told, turns = [], []

    async def ask():
        gone, long = anyio.Event(), app.state.work.here.floor.long

        async def receive():
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            told.append(message.get("body", b""))
            turns.append(long.taken)
            if b'"done":' in told[-1] and b'"done":0' not in told[-1]:
                gone.set()

        await app(scope_of(LARGE, "text/event-stream"), receive, send)
        await until(lambda: long.taken == 0)

    anyio.run(ask)
    assert max(turns) == 1
    assert not any(b"event: result" in body for body in told)
    assert app.state.answers.get(etag_of_large()) is None  # it was not computed to its end


async def until(is_so):
    with anyio.fail_after(30):
        while not is_so():
            await anyio.lowlevel.checkpoint()


def test_plain_json_of_a_large_network_ends_with_its_client_too(app):
    async def ask(accept, sent):
        long = app.state.work.here.floor.long

        async def receive():
            await until(lambda: long.taken)
            return {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)

        await app(scope_of(LARGE, accept), receive, send)
        await until(lambda: long.taken == 0)

    for accept in ("application/json", "*/*"):
        anyio.run(ask, accept, sent := [])
        assert [message.get("status") for message in sent if message["type"] == "http.response.start"] == [499]
        assert not any(message.get("body") for message in sent)
    assert TestClient(app).get(f"{URL}?{LARGE}").json()["columns"]["with"]["loss"] > 0


@pytest.mark.parametrize(("large", "accept"), [
    (False, "application/json"), (False, "text/event-stream"),
    (True, "text/event-stream, application/json"), (True, "application/json"),
])  # fmt: skip
def test_a_network_is_prepared_once_a_turn(client, told_in_full, uploaded, large, accept):
    """What turns out to be long gives its first turn back and holds nothing while it waits for the second."""
    source = uploaded(x=np.random.default_rng(0).standard_normal((256, 8)))
    server = told_in_full if large else client
    opened, uploads = [], server.app.state.uploads

    class Counting:
        describe = staticmethod(uploads.describe)

        def open(self, *given):
            opened.append(given)
            return uploads.open(*given)

    server.app.state.uploads = Counting()
    query = {"source": source, "depth": 2, "width": 4}
    assert server.get(URL, params=query, headers={"accept": accept}).status_code == 200
    assert len(opened) == (2 if large else 1)
