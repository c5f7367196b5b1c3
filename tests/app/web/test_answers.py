"""Kept answers: the cache's limit, ETags, 304."""

import asyncio
import re
import threading
from dataclasses import replace

import numpy as np
import orjson
import pytest
from httpx2 import ASGITransport, AsyncClient
from starlette.testclient import TestClient

from app.main import create_app
from app.views.playground.view import VIEW
from app.web import answers
from app.web.answers import AnswerCache, etag_of, matches, to_json
from bncore.kernels import using
from tests.each import each

URL = "/api/v1/playground"


def test_the_cache_drops_the_least_recently_used_and_stays_below_its_limit():
    cache = AnswerCache(10)
    for key in "abc":
        cache.put(key, b"xxx")
    assert cache.get("a") == b"xxx"
    cache.put("d", b"xxx")
    assert [cache.get(key) is not None for key in "abcd"] == [True, False, True, True]


def test_an_answer_above_the_limit_is_not_kept_and_drops_nothing():
    cache = AnswerCache(5)
    cache.put("small", b"12345")
    cache.put("large", b"123456")
    assert cache.get("large") is None
    assert cache.get("small") == b"12345"


def test_keeping_an_answer_twice_counts_it_once():
    cache = AnswerCache(6)
    for _ in range(3):
        cache.put("a", b"123")
    cache.put("b", b"123")
    assert cache.get("a") == cache.get("b") == b"123"


def test_a_cache_of_nothing_keeps_nothing():
    cache = AnswerCache(0)
    cache.put("a", b"1")
    assert cache.get("a") is None


@each(
    ("header", "matched"),
    [(None, False), ('"e"', True), ('W/"e"', True), ('"x", "e"', True), ("*", True), ('"x"', False), ("", False)],
)
def test_if_none_match_is_read_as_the_standard_says(header, matched):
    assert matches(header, '"e"') is matched


def test_the_same_query_has_the_same_etag_in_any_order_of_names():
    assert etag_of("view", {"a": 1, "b": 2}) == etag_of("view", {"b": 2, "a": 1})


def test_an_etag_depends_on_view_query_and_release(monkeypatch):
    tags = {etag_of("view", {"a": 1}), etag_of("other", {"a": 1}), etag_of("view", {"a": 2})}
    monkeypatch.setattr(answers, "arithmetic", lambda: "another release")
    assert len(tags | {etag_of("view", {"a": 1})}) == 4


def test_servers_that_compute_in_two_ways_have_two_etags(client):
    with using("auto") as by:
        compiled = client.get(URL)
    with using("numpy"):
        same = client.get(URL, headers={"If-None-Match": compiled.headers["etag"]})
    assert (same.status_code, same.headers["etag"] == compiled.headers["etag"]) == (
        (304, True) if by.name == "numpy" else (200, False)
    )


def test_two_servers_give_the_same_etag_and_bytes(client, settings):
    first, second = (c.get(URL, params={"source": "iris"}) for c in (client, TestClient(create_app(settings))))
    assert first.headers["etag"] == second.headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', first.headers["etag"])
    assert first.content == second.content


def test_a_default_spelled_out_is_the_same_query(client):
    plain, spelled = (client.get(URL + query).headers["etag"] for query in ("", "?source=wine&eps=1e-5&seed=0"))
    assert plain == spelled
    assert client.get(f"{URL}?seed=1").headers["etag"] != plain


@pytest.mark.parametrize("path", [URL, f"{URL}/data", "/api/v1/catalog"])
def test_a_known_etag_is_answered_with_304_and_without_computing(client, settings, monkeypatch, path):
    first = client.get(path)
    monkeypatch.setattr("app.calls.catalog._catalog", None)
    idle = TestClient(create_app(settings, (replace(VIEW, compute=None),)))
    again = idle.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize(("limit", "computed"), [(10**6, 1), (0, 3)])
def test_repeated_queries_are_computed_once_unless_the_cache_is_off(settings, limit, computed):
    calls = []
    counted = replace(VIEW, compute=lambda *given: calls.append(1) or VIEW.compute(*given))
    client = TestClient(create_app(settings.model_copy(update={"cache_bytes": limit}), (counted,)))
    bodies = {client.get(URL).content for _ in range(3)}
    assert len(bodies) == 1
    assert len(calls) == computed


@pytest.mark.parametrize(
    ("query", "inline"),
    [
        ("", True),
        ("?source=normal&features=32", True),
        ("?source=normal&features=32&batch_size=5000", False),
        ("?source=digits", False),
        ("?layer_width=512", False),
        ("?mode=inference&running_steps=1", False),
        ("/data", False),
    ],
)
def test_light_work_stays_in_the_event_loop_and_heavy_work_does_not(settings, query, inline):
    seen = []

    def noted(*given):
        seen.append(_in_the_event_loop())
        return VIEW.compute(*given)

    client = TestClient(create_app(settings, (replace(VIEW, compute=noted),)))
    assert client.get(URL + query).status_code == 200
    assert seen == [inline]


def test_long_views_take_turns_and_hold_up_nobody_else(settings):
    answered, running, slots = threading.Event(), [], []

    def slow_if_long(ready, say):
        if ready.query.batch_size == 2_000:
            running.append(ready.query.seed)
            assert answered.wait(timeout=30), "the small view was not answered while a long one was computed"
            assert len(running) <= slots[0] or done
            done.append(ready.query.seed)
        return VIEW.compute(ready, say)

    done = []
    views = (replace(VIEW, compute=slow_if_long, large=10_000),)
    app = create_app(settings.model_copy(update={"inline_work": 0}), views)

    async def visit():
        slots.append(app.state.work.here.floor.long.slots)
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            asked = [client.get(f"{URL}?source=normal&batch_size=2000&seed={seed}") for seed in range(2 + slots[0])]
            long = [asyncio.create_task(request) for request in asked]
            while len(running) < slots[0]:
                await asyncio.sleep(0)
            small = await client.get(f"{URL}?source=iris")
            assert len(running) == slots[0]
            answered.set()
            return [small, *await asyncio.gather(*long)]

    assert {response.status_code for response in asyncio.run(visit())} == {200}


def test_the_same_work_is_done_once_for_all_who_wait_for_it(settings):
    calls = []
    counted = replace(VIEW, compute=lambda *given: calls.append(1) or VIEW.compute(*given))
    app = create_app(settings.model_copy(update={"inline_work": 0}), (counted,))

    async def visit():
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            return await asyncio.gather(*(client.get(f"{URL}?source=iris") for _ in range(20)))

    answers = asyncio.run(visit())
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(calls) == 1


@pytest.mark.parametrize("heavy", [True, False])
def test_a_page_is_written_once_for_all_who_wait_for_it(settings, heavy):
    calls = []
    page = replace(VIEW.page, context=lambda *given: calls.append(1) or VIEW.page.context(*given),
                   at_once_only_if_light=False)  # fmt: skip
    app = create_app(settings.model_copy(update={"inline_work": 0 if heavy else 50_000}), (replace(VIEW, page=page),))

    async def visit():
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            return await asyncio.gather(*(client.get("/?source=iris") for _ in range(20)))

    pages = asyncio.run(visit())
    assert {page.status_code for page in pages} == {200}
    assert len({page.content for page in pages}) == 1
    assert len(calls) == 1


def test_another_worker_takes_the_result_from_the_folder_that_they_share(settings):
    heavy = settings.model_copy(update={"inline_work": 0})
    first = TestClient(create_app(heavy)).get(URL)
    idle = TestClient(create_app(heavy, (replace(VIEW, compute=None),)))
    assert idle.get(URL).content == first.content


@pytest.mark.parametrize("damage", [lambda whole: whole[:-1], lambda whole: whole[:-9] + bytes(9), lambda _: b""])
def test_a_damaged_result_is_computed_anew(settings, damage):
    heavy = settings.model_copy(update={"inline_work": 0})
    first = TestClient(create_app(heavy)).get(URL)
    (kept,) = (heavy.cache_dir / "results").iterdir()
    kept.write_bytes(damage(kept.read_bytes()))
    assert TestClient(create_app(heavy)).get(URL).content == first.content


@pytest.mark.parametrize("coding", ["gzip", "identity"])
@pytest.mark.parametrize("query", ["?source=iris", "/data?source=normal&batch_size=2000&features=16&format=csv"])
def test_an_answer_is_the_same_packed_and_not(client, coding, query):
    """The light one from memory, the large one out of its file; the second of each is a kept one."""
    plain = client.get(URL + query, headers={"accept-encoding": "identity"})
    for _ in range(2):
        answer = client.get(URL + query, headers={"accept-encoding": coding})
        assert answer.headers.get("content-encoding") == ("gzip" if coding == "gzip" else None)
        assert answer.content == plain.content
        assert answer.headers["etag"] == plain.headers["etag"]


def _in_the_event_loop():
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def test_numbers_that_are_none_leave_as_null():
    body = to_json({"a": np.array([1.0, np.nan, np.inf]), "b": np.float32(0.5), "c": np.arange(4).reshape(2, 2)[:, 1]})
    assert orjson.loads(body) == {"a": [1.0, None, None], "b": 0.5, "c": [1, 3]}
    with pytest.raises(TypeError):
        to_json({"a": object()})
