"""Every answer forbids pages to load from, or send to, another host."""

import anyio

from app.web.headers import HEADERS, POLICY, Head
from tests.each import each

PATHS = ["/healthz", "/api/v1/catalog", "/api/v1/playground", "/api/v1/nowhere", "/static/x/favicon.svg"]


@each("path", PATHS)
def test_every_answer_carries_the_headers(client, path):
    answer = client.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_the_policy_names_no_other_host_and_no_inline_script():
    directives = dict(part.split(" ", 1) for part in POLICY.split("; "))
    assert "http" not in POLICY
    assert "*" not in POLICY
    assert directives["default-src"] == directives["script-src"] == "'self'"
    assert "connect-src" not in directives


def test_a_304_and_a_compressed_answer_carry_them_too(client):
    first = client.get("/api/v1/playground", headers={"Accept-Encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in first.headers["vary"].lower()
    again = client.get("/api/v1/playground", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    for answer in (first, again):
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_head_is_a_get_for_the_application_and_a_head_for_the_server():
    """The server counts the bytes that it is promised, unless its own scope says that none follow."""
    asked, sent = [], []

    async def application(scope, _receive, send):
        asked.append(scope["method"])
        scope["route"] = "met"
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    async def send(message):
        sent.append((scope["method"], message.get("body")))

    scope = {"type": "http", "method": "HEAD"}
    anyio.run(Head(application), scope, None, send)
    assert asked == ["GET"]
    assert sent == [("HEAD", None), ("HEAD", b"")]
    assert scope["route"] == "met"
