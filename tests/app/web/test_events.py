"""A stream carries events of any kind, with ids after which a lost connection goes on."""

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from app.web.events import Event, EventStream, resumed_after

LAST = 4


async def counted(request):
    """Frames up to the last one, from the one behind the last that the client had."""
    after = resumed_after(request.headers)

    async def produce(emit):
        for step in range(0 if after is None else int(after) + 1, LAST + 1):
            emit(Event("frame", b"%d" % (step * step), id=str(step)))
        emit(Event("result", b"done"))

    return EventStream(produce)


client = TestClient(Starlette(routes=[Route("/", counted)]))


def frames(after=None):
    answer = client.get("/", headers={} if after is None else {"Last-Event-ID": after})
    assert answer.headers["content-type"].startswith("text/event-stream")
    return answer.text.split("\n\n")[:-1]


def test_an_event_has_its_id_its_name_and_its_data():
    assert frames()[2] == "id: 2\nevent: frame\ndata: 4"
    assert frames()[-1] == "event: result\ndata: done"


@pytest.mark.parametrize("after", range(LAST + 1))
def test_a_lost_connection_goes_on_behind_the_last_event_that_arrived(after):
    whole = frames()
    assert frames(str(after)) == whole[after + 1 :]
