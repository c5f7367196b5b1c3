"""Requests that a test holds back, to look at a page while it waits."""

from re import Pattern
from time import monotonic

from playwright.sync_api import Page, Route

from tests.browser.conftest import PATIENCE


class Held:
    """The requests to an address, in their order, until the test lets them go."""

    def __init__(self, page: Page, address: str | Pattern[str], *, most: int | None = None) -> None:
        """From now on; with `most`, that many are held and later ones go through."""
        self._page, self._address, self._left = page, address, most
        self._waiting: list[Route] = []
        page.route(address, self._arrived)

    def urls(self) -> list[str]:
        """The addresses of what is held, at least one; Playwright tells of a request some time after it was sent."""
        until = monotonic() + PATIENCE / 1000
        while not self._waiting:
            assert monotonic() < until, f"nothing asked for {self._address}"
            self._page.title()  # hands the thread to Playwright, which then tells what happened
        return [route.request.url for route in self._waiting]

    def take(self) -> Route:
        """The first one, for the test to answer."""
        self.urls()
        return self._waiting.pop(0)

    def let_go(self) -> None:
        """Let the first one go, and wait until it is answered."""
        with self._page.expect_response(self._address):
            self.take().continue_()

    def let_newest_go(self) -> None:
        """Let the last one go before those that were asked earlier, and wait until it is answered."""
        self.urls()
        newest = self._waiting.pop()
        with self._page.expect_response(lambda response: response.request == newest.request):
            newest.continue_()

    def end(self) -> None:
        """Hold nothing any more."""
        self._page.unroute_all(behavior="ignoreErrors")

    def _arrived(self, route: Route) -> None:
        if self._left == 0:
            route.continue_()
            return
        if self._left is not None:
            self._left -= 1
        self._waiting.append(route)
