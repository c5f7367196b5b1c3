"""What waits holds its query, ends with its client, and is told to come later where there is no room."""

import asyncio
import json
import shutil
import threading
from dataclasses import replace

import pytest
from fastapi import Request
from httpx2 import ASGITransport, AsyncClient
from starlette.testclient import TestClient

from app.main import create_app
from app.views.playground.view import VIEW
from app.web.leaving import ClientLeft
from app.web.work.client import Client

URL = "/api/v1/playground?source=normal&batch_size=2000"


@pytest.fixture
def held_up(settings):
    """An application with room for two of an address, whose work lasts until `let_go` is set; what it prepared."""
    let_go, prepared = threading.Event(), []

    def noted(place, query):
        prepared.append(query.seed)
        return VIEW.prepare(place, query)

    def slow(ready, say):
        assert let_go.wait(timeout=30)
        return VIEW.compute(ready, say)

    app = create_app(
        settings.model_copy(update={"inline_work": 0, "waiting": 4}),
        (replace(VIEW, prepare=noted, compute=slow),),
    )
    yield app, let_go, prepared
    let_go.set()


async def until(is_so):
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0)


def test_what_waits_has_not_drawn_its_batch_and_what_finds_no_room_is_told_to_come_later(held_up):
    app, let_go, prepared = held_up

    async def visit():
        short = app.state.work.here.floor.short
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            asked = [asyncio.create_task(client.get(f"{URL}&seed={n}")) for n in range(short.slots + 2)]
            await until(lambda: short.waiting == 2 and len(prepared) == short.slots)
            refused = await client.get(f"{URL}&seed=99")
            assert len(prepared) == short.slots
            let_go.set()
            return refused, await asyncio.gather(*asked)

    refused, answers = asyncio.run(visit())
    assert {answer.status_code for answer in answers} == {200}
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["content-type"] == "application/problem+json"
    assert sorted(prepared) == list(range(len(answers)))


def test_who_leaves_while_waiting_costs_nothing(held_up):
    app, let_go, prepared = held_up

    async def visit():
        short = app.state.work.here.floor.short
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            asked = [asyncio.create_task(client.get(f"{URL}&seed={n}")) for n in range(short.slots)]
            await until(lambda: short.taken == short.slots)
            leaving = asyncio.create_task(client.get(f"{URL}&seed=99"))
            await until(lambda: short.waiting == 1)
            leaving.cancel()
            await until(lambda: short.waiting == 0)
            let_go.set()
            await asyncio.gather(*asked)
            await until(lambda: short.taken == 0)

    asyncio.run(visit())
    assert 99 not in prepared


def test_the_queue_is_counted(held_up):
    app, let_go, _ = held_up

    async def visit():
        short = app.state.work.here.floor.short
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            asked = [asyncio.create_task(client.get(f"{URL}&seed={n}")) for n in range(short.slots + 1)]
            await until(lambda: short.waiting == 1)
            text = (await client.get("/metrics")).text
            let_go.set()
            await asyncio.gather(*asked)
            return text

    text = asyncio.run(visit())
    assert 'bnscope_queue{state="waiting"} 1.0' in text
    assert f'bnscope_queue{{state="running"}} {app.state.work.crew.hands // 2}.0' in text


def test_a_cache_that_is_emptied_while_work_is_done_costs_a_repetition(settings):
    emptied = []

    def compute(ready, say):
        if not emptied:
            emptied.append(shutil.rmtree(settings.cache_dir / "results"))
        return VIEW.compute(ready, say)

    app = create_app(settings.model_copy(update={"inline_work": 0}), (replace(VIEW, compute=compute),))
    assert TestClient(app).get(URL).status_code == 200
    assert emptied


def test_what_waits_says_so_and_what_is_computed_does_not(held_up):
    app, let_go, _ = held_up

    async def visit():
        floor = app.state.work.here.floor
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            asked = [asyncio.create_task(client.get(f"{URL}&seed={n}")) for n in range(floor.short.slots)]
            await until(lambda: floor.short.taken == floor.short.slots)
            streamed = asyncio.create_task(client.get(f"{URL}&seed=99", headers={"accept": "text/event-stream"}))
            await until(lambda: floor.short.waiting == 1)
            let_go.set()
            await asyncio.gather(*asked)
            return (await streamed).text

    events = [line.removeprefix("data: ") for line in asyncio.run(visit()).splitlines() if line.startswith("data: ")]
    texts = [json.loads(data)["text"] for data in events[:-1]]
    assert texts == [
        "waiting for its turn",
        f"waiting for its turn: {app.state.work.crew.hands // 2} under way, 0 more waiting",
        "being computed",
    ]


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/derivation", 503)])
def test_a_page_that_finds_no_room_comes_without_its_result_or_asks_again_by_itself(settings, path, status):
    """The playground's page asks for its result anyway; the derivation's has nothing to show without one."""
    app = create_app(settings.model_copy(update={"waiting": 1}))

    async def visit():
        desk = app.state.work.here.desk
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client, desk.turn(Client("us")):
            waiting = asyncio.create_task(client.get("/api/v1/playground"))
            await until(lambda: desk.waiting == 1)
            page = await client.get(path)
            waiting.cancel()
            return page

    page = asyncio.run(visit())
    assert page.status_code == status
    assert page.headers["content-type"].startswith("text/html")
    assert "etag" not in page.headers
    if status == 503:
        assert int(page.headers["retry-after"]) > 0
        assert 'http-equiv="refresh"' in page.text
    else:
        assert '<script type="application/json" id="answer">null</script>' in page.text


def test_who_leaves_the_queue_of_the_desk_makes_room_at_once(settings):
    """Before its turn comes: pages that move on leave one request after the other behind."""
    app = create_app(settings)

    async def visit():
        desk = app.state.work.here.desk
        gone = asyncio.Event()

        async def receive():
            await gone.wait()
            return {"type": "http.disconnect"}

        request = Request({"type": "http", "client": ("127.0.0.1", 1), "headers": [], "app": app}, receive)
        async with desk.turn(Client("busy")):
            waits = asyncio.create_task(came(app.state.work, request))
            await until(lambda: desk.waiting == 1)
            gone.set()
            with pytest.raises(ClientLeft):
                await waits
            assert desk.waiting == 0
        await until(lambda: desk.is_free)

    async def came(work, request):
        async with work.at_desk(request):
            pass

    asyncio.run(visit())
