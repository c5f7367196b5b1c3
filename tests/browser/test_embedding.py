"""A course page of a named origin shows a view in a frame; the same page of another origin does not."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.settings import Settings
from tests.browser.serving import served


class Course(BaseHTTPRequestHandler):
    """A page with a frame, whose address stands in its own."""

    def do_GET(self) -> None:
        body = f'<!doctype html><title>Course</title><iframe width="900" height="700" src="{self.path[1:]}"></iframe>'
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture(scope="module")
def course() -> Iterator[int]:
    """The port of the course's server; a connection that a browser opens in advance holds up no other."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Course)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory, cache_in: Callable[[Path], Path], course: int) -> Iterator[str]:
    """The address of a server that lets the course show its pages."""
    folder = tmp_path_factory.mktemp("embedded")
    named = f"http://127.0.0.1:{course}"
    settings = Settings(uploads_dir=folder / "uploads", cache_dir=cache_in(folder), frame_ancestors=named)
    with served(settings) as address:
        yield address


@pytest.fixture
def page(profile: BrowserContext) -> Iterator[Page]:
    """A page that may ask two hosts: the course's and, in a frame, the server."""
    opened = profile.new_page()
    yield opened
    opened.close()


def test_a_course_of_a_named_origin_shows_a_view_that_works(page: Page, embedded: str, course: int) -> None:
    page.goto(f"http://127.0.0.1:{course}/{embedded}/derivation?values=1,2;3,5")
    frame = page.frame_locator("iframe")
    expect(frame.locator("#batch-line")).to_contain_text("2 examples")
    expect(frame.locator(".headline")).not_to_be_empty()


def test_the_same_course_at_another_origin_shows_nothing(page: Page, embedded: str, course: int) -> None:
    with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
        page.goto(f"http://localhost:{course}/{embedded}/derivation?values=1,2;3,5")
    expect(page.frame_locator("iframe").locator("#batch-line")).to_have_count(0)


def test_unless_an_origin_is_named_nobody_shows_a_page(page: Page, origin: str, course: int) -> None:
    with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
        page.goto(f"http://127.0.0.1:{course}/{origin}/derivation")
    expect(page.frame_locator("iframe").locator("#batch-line")).to_have_count(0)
