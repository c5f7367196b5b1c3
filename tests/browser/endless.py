"""Answers that begin with their progress and never come, to look at a page that waits for as long as the test does."""

from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from playwright.sync_api import Page, Route

from tests.browser.tab import asking_elsewhere

BEGUN = b'event: progress\ndata: {"done":3,"of":9,"text":"layer 3 of 9"}\n\n'


class Endless:
    """A server beside the application's, to which a page's requests can be sent instead."""

    def __init__(self) -> None:
        """Listen, on a port that is free."""
        ended = self._ended = Event()

        class Begins(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                self.wfile.write(BEGUN)
                ended.wait()

            def log_message(self, format: str, *arguments: object) -> None:
                """Nobody reads it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Begins)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, route: Route) -> None:
        """Let a held request go, to here."""
        route.continue_(url=self._here(route.request.url))

    def _here(self, address: str) -> str:
        return urlunsplit(urlsplit(address)._replace(netloc=f"127.0.0.1:{self._server.server_port}"))

    def taking(self, page: Page, address: str) -> AbstractContextManager[None]:
        """As long as it lasts, all that the page asks of an address is asked here."""
        return asking_elsewhere(page, address, self._here)
