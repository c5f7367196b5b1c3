"""One tab that test after test gets as if it were new: what the browser has read and compiled for a page stays."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, TypedDict

from playwright.sync_api import BrowserContext, CDPSession, Page, Request, ViewportSize


class Media(TypedDict):
    """What a page is told of the person's wishes."""

    media: Literal["null"]
    color_scheme: Literal["light"]
    reduced_motion: Literal["no-preference"]
    forced_colors: Literal["none"]
    contrast: Literal["no-preference"]


USUAL: Media = {
    "media": "null", "color_scheme": "light", "reduced_motion": "no-preference", "forced_colors": "none",
    "contrast": "no-preference",
}  # fmt: skip
"""What a new tab is told."""
OUTSIDE = (-1, -1)
"""Where the mouse touches nothing of a page."""
FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""A page that was not drawn yet does not hear of the mouse."""

_undone: defaultdict[Page, list[Callable[[], None]]] = defaultdict(list)
"""What takes back, at the end of a test, what was done to its tab."""


def session_of(page: Page) -> CDPSession:
    """The browser's own protocol, for what Playwright has no call for; what it changes ends with the test."""
    session = page.context.new_cdp_session(page)
    _undone[page].append(session.detach)
    return session


def run_first(page: Page, script: str) -> None:
    """The script runs first in each page that the tab opens, until the test ends."""
    _undone[page].append(page.add_init_script(script).close)


def hear_requests(page: Page, hear: Callable[[Request], None]) -> None:
    """What the page asks for, until the test ends."""
    page.on("request", hear)
    _undone[page].append(lambda: page.remove_listener("request", hear))


@contextmanager
def asking_elsewhere(page: Page, address: str, elsewhere: Callable[[str], str]) -> Iterator[None]:
    """As long as it lasts, what the page asks of an address (`*` is any text) is asked of what this gives for it.

    Beside a `page.route` the browser does not use its cache: a page that is opened costs twice as much.
    """
    session = page.context.new_cdp_session(page)

    def send(paused: dict[str, Any]) -> None:
        url = elsewhere(paused["request"]["url"])
        session.send("Fetch.continueRequest", {"requestId": paused["requestId"], "url": url})

    session.on("Fetch.requestPaused", send)
    session.send("Fetch.enable", {"patterns": [{"urlPattern": address}]})
    yield
    session.detach()


class Tab:
    """A tab of a browser, opened when it is first asked for, and anew where it was closed."""

    def __init__(self, profile: BrowserContext, origin: str, size: ViewportSize) -> None:
        self._profile, self._origin, self._size = profile, origin, size
        self._page: Page | None = None

    def lend(self) -> Page:
        """The empty tab, in front of others."""
        if self._page is None or self._page.is_closed():
            self._page = self._profile.new_page()
            leave(self._page)
        self._page.bring_to_front()
        return self._page

    def take_back(self) -> None:
        """The page is left, as whoever goes to another one leaves it, and nothing of it stays."""
        page = self._page
        if page is None or page.is_closed():
            return
        page.unroute_all(behavior="ignoreErrors")
        page.goto("about:blank")
        page.evaluate("() => { window.name = ''; }")
        for undo in _undone.pop(page, ()):
            undo()
        page.set_viewport_size(self._size)
        page.emulate_media(**USUAL)
        leave(page)
        forget(page, self._origin)

    def close(self) -> None:
        """For a test that failed midway: nobody knows which keys and buttons it holds."""
        if self._page is not None:
            _undone.pop(self._page, ())
            self._page.close()


def leave(page: Page) -> None:
    """The mouse leaves the page; that of a new tab may be in its corner."""
    page.evaluate(FRAME)
    page.mouse.move(*OUTSIDE)


def forget(page: Page, origin: str) -> None:
    """Nothing of a page stays: neither what it stored, nor its way here, nor what it was permitted."""
    session = page.context.new_cdp_session(page)
    session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "local_storage"})
    session.send("Page.resetNavigationHistory")
    session.detach()
    page.context.clear_cookies()
    page.context.clear_permissions()
