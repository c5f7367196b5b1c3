"""Many draws tell how far they are, and end with whoever asked."""

import anyio
import pytest

from tests.app.strict_json import parsed
from tests.app.views.batch_size.asked import STREAM, URL

BOTH = {"accept": "text/event-stream, application/json"}


def events(body):
    for block in body.decode().strip().split("\n\n"):
        name, data = block.split("\n")
        yield name.removeprefix("event: "), parsed(data.removeprefix("data: ").encode())


def test_ten_thousand_draws_tell_their_progress(client):
    query = {"draws": 10_000, "source": "uniform", "features": 1, "part": "estimates"}
    streamed = client.get(URL, params=query, headers=STREAM)
    assert streamed.headers["content-type"].startswith("text/event-stream")
    *progress, (name, result) = events(streamed.content)
    assert name == "result"
    steps = [data["done"] for _, data in progress]
    assert len(steps) > 10
    assert steps == sorted(steps)
    assert client.get(URL, params=query).json() == result


@pytest.mark.parametrize("part", ["estimates", "noise"])
def test_the_draws_end_when_the_client_goes_away(app, part):
    """The client leaves at the first progress; ten thousand batches of every size are not drawn for it."""
    sent = []
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": URL,
        "raw_path": URL.encode(), "query_string": f"source=normal&draws=10000&features=8&part={part}".encode(),
        "scheme": "http", "server": ("test", 80), "client": ("test", 1), "root_path": "",
        "headers": [(b"accept", b"text/event-stream")],
    }  # fmt: skip

    async def ask():
        gone = anyio.Event()

        async def receive():
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            sent.append(message.get("body", b""))
            if b'"done":' in sent[-1] and b'"done":0' not in sent[-1]:
                gone.set()

        await app(scope, receive, send)

    anyio.run(ask)
    assert not any(b"event: result" in body for body in sent)
    assert len(sent) < 60


@pytest.mark.parametrize(("draws", "kind"), [(100, "application/json"), (6000, "text/event-stream; charset=utf-8")])
def test_who_takes_both_gets_a_stream_of_a_large_view_only(client, draws, kind):
    query = {"draws": draws, "source": "normal", "part": "estimates", "features": 8}
    with client.stream("GET", URL, params=query, headers=BOTH) as answer:
        assert answer.headers["content-type"] == kind
