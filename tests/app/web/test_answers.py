"""Kept answers: the cache's limit, ETags, 304."""

import asyncio
import re
import threading
from dataclasses import replace

import anyio.to_thread
import numpy as np
import orjson
import pytest
from httpx2 import ASGITransport, AsyncClient
from starlette.testclient import TestClient

from app.main import create_app
from app.views.playground.view import VIEW
from app.web import answers
from app.web.answers import AnswerCache, etag_of, matches, to_json

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


@pytest.mark.parametrize(
    ("header", "matched"),
    [(None, False), ('"e"', True), ('W/"e"', True), ('"x", "e"', True), ("*", True), ('"x"', False), ("", False)],
)
def test_if_none_match_is_read_as_the_standard_says(header, matched):
    assert matches(header, '"e"') is matched


def test_the_same_query_has_the_same_etag_in_any_order_of_names():
    assert etag_of("view", {"a": 1, "b": 2}) == etag_of("view", {"b": 2, "a": 1})


def test_an_etag_depends_on_view_query_and_release(monkeypatch):
    tags = {etag_of("view", {"a": 1}), etag_of("other", {"a": 1}), etag_of("view", {"a": 2})}
    monkeypatch.setattr(answers, "fingerprint", lambda: "another release")
    assert len(tags | {etag_of("view", {"a": 1})}) == 4


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


def test_large_views_take_turns_and_hold_up_nobody_else(settings):
    answered, running = threading.Event(), []

    def slow_if_large(ready, say):
        if ready.query.batch_size == 2_000:
            running.append(ready.query.seed)
            assert answered.wait(timeout=30), "the small view was not answered while a large one was computed"
            assert running[-1] == ready.query.seed, "another large view began before this one had ended"
        return VIEW.compute(ready, say)

    views = (replace(VIEW, compute=slow_if_large, large=10_000),)
    app = create_app(settings.model_copy(update={"inline_work": 0}), views)

    async def visit():
        anyio.to_thread.current_default_thread_limiter().total_tokens = 2
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            asked = [client.get(f"{URL}?source=normal&batch_size=2000&seed={seed}") for seed in range(4)]
            large = [asyncio.create_task(request) for request in asked]
            small = await client.get(f"{URL}?source=iris")
            answered.set()
            return [small, *await asyncio.gather(*large)]

    assert [response.status_code for response in asyncio.run(visit())] == [200] * 5


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
