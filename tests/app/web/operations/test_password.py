"""With a password nothing is answered without it, and who has a ticket is asked for no other."""

import base64
import subprocess
import sys

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web.operations.password.page import cookie, here
from app.web.operations.password.secret import LASTS, Password
from tests.each import each

WORD = "four random words"
CLOSED = ["/", "/docs", "/api/v1/catalog", "/api/v1/openapi.json", "/metrics", "/nowhere", "/network?depth=2"]
OPEN = ["/healthz", "/login", "/static/x/favicon.svg", "/static/x/css/login.css"]
HTML = {"Accept": "text/html,*/*"}


@pytest.fixture
def locked(settings):
    return settings.model_copy(update={"password": Settings(password=WORD).password})


@pytest.fixture(scope="module")
def locked_app(tmp_path_factory, cache_in):
    folder = tmp_path_factory.mktemp("locked")
    return create_app(Settings(uploads_dir=folder / "uploads", cache_dir=cache_in(folder), password=WORD))


@pytest.fixture
def client(locked_app):
    return TestClient(locked_app, follow_redirects=False)


def authorization(scheme, value):
    return {"Authorization": f"{scheme} {value}"}


def basic(word, name="anyone"):
    return authorization("Basic", base64.b64encode(f"{name}:{word}".encode()).decode())


@each("path", CLOSED)
@each("method", ["GET", "HEAD", "POST", "DELETE", "OPTIONS"])
def test_nothing_is_answered_without_it(client, path, method):
    answer = client.request(method, path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="bnscope"'
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


@each("path", OPEN)
def test_health_the_page_that_asks_and_its_assets_are_open(client, path):
    assert client.get(path).status_code == 200
    assert client.get("/readyz").status_code == 503  # a server that has not started


@pytest.mark.parametrize(
    "headers", [authorization("Bearer", WORD), authorization("bearer", WORD), basic(WORD), basic(WORD, "")]
)
def test_a_program_sends_it_along(server, headers):
    assert server.get("/api/v1/catalog", headers=headers).status_code == 200
    assert server.get("/", headers=headers | HTML).status_code == 200


@each("headers", [
    authorization("Bearer", "wrong word"), authorization("Bearer", ""), authorization("Bearer", WORD + "x"),
    basic("no"), authorization("Basic", "§"), authorization("Basic", "bm8"), authorization("Digest", WORD),
    {"Cookie": "bnscope_ticket=1.2"}, {"Cookie": "bnscope_ticket=é.é"}, {"Cookie": "bnscope_ticket"},
    {"Cookie": f"bnscope_ticket={2**70}.{'0' * 64}"},
])  # fmt: skip
def test_anything_else_is_refused(client, headers):
    given = {name: value.encode() for name, value in headers.items()}
    assert client.get("/api/v1/catalog", headers=given).status_code == 401


def test_a_browser_gets_a_page_that_asks_and_goes_on_where_it_wanted(client):
    asked = client.get("/network?depth=2&notation=lecture", headers=HTML)
    assert asked.status_code == 401
    assert 'name="next" value="/network?depth=2&amp;notation=lecture"' in asked.text
    assert "Batch" not in asked.text.partition("<main")[2].partition("</main")[0]
    wrong = client.post("/login", data={"password": "wrong", "next": "/network?depth=2"})
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
    assert 'role="alert"' in wrong.text
    right = client.post("/login", data={"password": WORD, "next": "/network?depth=2"})
    assert (right.status_code, right.headers["location"]) == (303, "/network?depth=2")
    assert client.get("/api/v1/catalog").status_code == 200  # by the cookie, which the client keeps


@each("address", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/a\\b", "/a\nb", ""])
def test_nobody_is_led_elsewhere(client, address):
    assert here(address) == "/"
    assert client.post("/login", data={"password": WORD, "next": address}).headers["location"] == "/"


def test_a_form_that_is_too_long_is_refused(client):
    assert client.post("/login", content=b"password=" + b"x" * 10_000).status_code == 413


def test_a_ticket_is_taken_by_every_worker_and_ends():
    now = [1_000_000.0]
    ticket = Password(WORD, clock=lambda: now[0]).ticket()
    other = Password(WORD, clock=lambda: now[0])
    assert other.takes(ticket)
    assert not Password("another password", clock=lambda: now[0]).takes(ticket)
    now[0] += LASTS + 1
    assert not other.takes(ticket)


@each("spoiled", ["{}0", "1{}", "x{}", "{}é"])
def test_a_ticket_that_was_changed_is_not_taken(spoiled):
    password = Password(WORD)
    assert password.takes(password.ticket())
    assert not password.takes(spoiled.format(password.ticket()))


def test_a_ticket_does_not_hold_the_password():
    assert WORD not in Password(WORD).ticket()


@each(("secure", "embedded", "ends"), [
    (False, False, "HttpOnly; SameSite=Lax"), (False, True, "HttpOnly; SameSite=Lax"),
    (True, False, "HttpOnly; Secure; SameSite=Lax"), (True, True, "HttpOnly; Secure; SameSite=None; Partitioned"),
])  # fmt: skip
def test_a_ticket_goes_where_it_may(secure, embedded, ends):
    assert cookie("1.2", secure, embedded).endswith(ends)


def test_a_browser_may_ask_whether_it_may_ask(locked):
    named = locked.model_copy(update={"cors_origins": "https://course.example"})
    client = TestClient(create_app(named))
    asked = {"Origin": "https://course.example", "Access-Control-Request-Method": "GET",
             "Access-Control-Request-Headers": "authorization"}  # fmt: skip
    assert client.options("/api/v1/catalog", headers=asked).status_code == 200
    refused = client.get("/api/v1/catalog", headers={"Origin": "https://course.example"})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, "https://course.example")


def test_a_password_may_have_any_letters(settings):
    word = "Žluťoučký kůň"
    client = TestClient(create_app(settings.model_copy(update={"password": Settings(password=word).password})))
    assert client.get("/api/v1/catalog", headers=basic(word)).status_code == 200
    assert client.get("/api/v1/catalog", headers={"Authorization": f"Bearer {word}".encode()}).status_code == 200
    assert client.post("/login", data={"password": word}).status_code == 200


def test_without_one_nobody_is_asked(settings):
    client = TestClient(create_app(settings))
    assert client.get("/api/v1/catalog").status_code == 200
    assert client.get("/login").status_code == 404


def test_a_short_one_is_refused_at_the_start_and_none_is_ever_printed():
    command = [sys.executable, "-c", "from app.settings import from_environment; from_environment()"]
    run = subprocess.run(command, env={"BNSCOPE_PASSWORD": "sec-ret"}, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr == "BNSCOPE_PASSWORD: a password has at least 8 characters.\n"
    assert WORD not in repr(Settings(password=WORD))
