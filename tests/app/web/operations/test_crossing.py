"""No other origin asks or shows this server, unless the settings name it."""

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web.headers import HEADERS, POLICY
from tests.each import each

COURSE, OTHER = "https://course.example", "https://other.example"


@pytest.fixture
def named(settings):
    """A client of a server that names an origin for both."""
    named = settings.model_copy(update={"cors_origins": COURSE, "frame_ancestors": f"{COURSE},http://localhost:8080"})
    return TestClient(create_app(named))


def preflight(client, origin):
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    return client.options("/api/v1/batchnorm", headers=asked | {"Access-Control-Request-Headers": "content-type"})


def test_unless_set_no_page_elsewhere_may_ask(client):
    answer = client.get("/api/v1/catalog", headers={"Origin": COURSE})
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert not [name for name in preflight(client, COURSE).headers if name.startswith("access-control")]


def test_a_page_of_a_named_origin_may_ask_and_read_what_it_needs(named):
    assert preflight(named, COURSE).status_code == 200
    answer = named.get("/api/v1/catalog", headers={"Origin": COURSE})
    assert answer.headers["access-control-allow-origin"] == COURSE
    assert {"ETag", "Retry-After", "X-Request-Id"} <= set(answer.headers["access-control-expose-headers"].split(", "))
    assert "access-control-allow-credentials" not in answer.headers


def test_a_page_of_another_origin_may_not(named):
    assert preflight(named, OTHER).status_code == 400
    assert "access-control-allow-origin" not in named.get("/healthz", headers={"Origin": OTHER}).headers


def test_pages_stand_in_frames_of_their_own_origin_and_of_those_that_are_named(client, named):
    assert HEADERS["Content-Security-Policy"].endswith("frame-ancestors 'self'")
    assert client.get("/").headers["content-security-policy"] == POLICY
    policy = named.get("/").headers["content-security-policy"]
    assert policy == f"{POLICY} {COURSE} http://localhost:8080"


def test_a_500_has_the_policy_of_the_settings(settings):
    app = create_app(settings.model_copy(update={"frame_ancestors": COURSE}))

    @app.get("/fail")
    async def fail():
        raise ZeroDivisionError

    answer = TestClient(app, raise_server_exceptions=False).get("/fail")
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"].endswith(COURSE)
    assert answer.headers["x-request-id"] == answer.json()["request_id"]


@each("given", ["course.example", "https://course.example/page", "https://*", "javascript:alert(1)",
                                   "https://a.example;script-src *", "https://a.example b", "null"])  # fmt: skip
@each("name", ["cors_origins", "frame_ancestors"])
def test_what_is_no_origin_is_refused_at_the_start(name, given):
    with pytest.raises(ValidationError, match="is no origin"):
        Settings(**{name: given})


def test_any_origin_may_be_let_ask_but_not_show():
    assert Settings(cors_origins="*").cors_origins == "*"
    with pytest.raises(ValidationError):
        Settings(frame_ancestors="*")


def test_an_origin_is_written_as_browsers_write_it():
    given = Settings(cors_origins=" https://Course.example/ , http://[::1]:8000 ")
    assert given.cors_origins == "https://course.example,http://[::1]:8000"
