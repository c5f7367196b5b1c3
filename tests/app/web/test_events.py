"""A stream carries events of any kind, with ids after which a lost connection goes on."""

import anyio.lowlevel
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from app.web.events import Event, EventStream, resumed_after
from app.web.serving.draining import Draining
from tests.each import each

LAST = 4
ENDLESS = 1_000  # events after which a stream that should have ended ends


async def counted(request):
    """Frames up to the last one, from the one behind the last that the client had."""
    after = resumed_after(request.headers)

    async def produce(emit):
        for step in range(0 if after is None else int(after) + 1, LAST + 1):
            emit(Event("frame", b"%d" % (step * step), id=str(step)))
        emit(Event("result", b"done"))

    return EventStream(produce)


async def ending(request):
    """The server begins to end behind the second frame, while the stream is not done."""

    async def produce(emit):
        for step in range(ENDLESS):
            emit(Event("frame", b"%d" % step))
            if step == 1:
                request.app.state.draining.begin()
            await anyio.lowlevel.checkpoint()

    return EventStream(produce)


client = TestClient(Starlette(routes=[Route("/", counted)]))


def frames(after=None):
    answer = client.get("/", headers={} if after is None else {"Last-Event-ID": after})
    assert answer.headers["content-type"].startswith("text/event-stream")
    return answer.text.split("\n\n")[:-1]


def test_an_event_has_its_id_its_name_and_its_data():
    assert frames()[2] == "id: 2\nevent: frame\ndata: 4"
    assert frames()[-1] == "event: result\ndata: done"


@each("after", range(LAST + 1))
def test_a_lost_connection_goes_on_behind_the_last_event_that_arrived(after):
    whole = frames()
    assert frames(str(after)) == whole[after + 1 :]


@pytest.mark.parametrize("has_begun", [False, True])
def test_a_stream_ends_with_the_server_and_says_when_to_come_back(has_begun):
    app = Starlette(routes=[Route("/", ending)])
    app.state.draining = Draining()
    if has_begun:
        app.state.draining.begin()
    told = TestClient(app).get("/").text.split("\n\n")[:-1]
    assert told[-1] == "retry: 1000\nevent: reconnect\ndata: {}"
    assert len(told) == (1 if has_begun else 3)
