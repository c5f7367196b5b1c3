"""What every browser test gets: a real server, a real browser, and a page that fails the test on any complaint."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)

from app.settings import Settings
from tests.browser.derivation.page import Derivation
from tests.browser.drawn import BUSY
from tests.browser.network.page import Network
from tests.browser.playground.page import Playground
from tests.browser.serving import served
from tests.browser.tab import Tab, forget, run_first

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-quic",
    "--js-flags=--initial-heap-size=512",  # MB; what a page leaves is not looked for behind each page
]  # fmt: skip
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
REFUSED = "Failed to load resource: the server responded with a status of "
PATIENCE = 30_000  # milliseconds until a condition that does not come true fails the test


class Watch:
    """What a page asked for and complained about."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.refusals: set[int] = set()
        """Statuses of failures that the test means to cause."""

    @contextmanager
    def of(self, page: Page) -> Iterator[None]:
        """As long as it lasts; in the end the page must have complained of nothing."""
        heard = {"request": self._requested, "console": self._said, "pageerror": self._failed}
        for event, hear in heard.items():
            page.on(event, hear)
        yield
        for event, hear in heard.items():
            page.remove_listener(event, hear)
        assert self.complaints == []

    def asked(self, part: str) -> list[str]:
        """The requests, in order, whose address contains `part`."""
        return [address for address in self.requests if part in address]

    def _requested(self, request: Request) -> None:
        self.requests.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.complaints.append(f"another host was asked: {request.url}")

    def _failed(self, error: Error) -> None:
        self.complaints.append(f"uncaught: {error}")

    def _said(self, message: ConsoleMessage) -> None:
        meant = any(message.text.startswith(f"{REFUSED}{status}") for status in self.refusals)
        if message.type in ("error", "warning") and not meant:
            self.complaints.append(f"console {message.type}: {message.text}")


UNFOLDED = """new MutationObserver((changes) => {
  for (const { addedNodes } of changes) {
    for (const node of addedNodes) if (node.matches?.("details.part")) node.open = true;
  }
}).observe(document, { childList: true, subtree: true });"""


def unfold(page: Page, request: pytest.FixtureRequest) -> None:
    run_first(page, BUSY)
    if request.node.get_closest_marker("folded") is None:
        run_first(page, UNFOLDED)


# The scope is this package, not the session: while Playwright runs, its event loop occupies the thread, and tests
# elsewhere run loops of their own.
@pytest.fixture(scope="package")
def origin(tmp_path_factory: pytest.TempPathFactory, cache_in: Callable[[Path], Path]) -> Iterator[str]:
    """The address of a server with empty folders of its own."""
    folder = tmp_path_factory.mktemp("server")
    settings = Settings(uploads_dir=folder / "uploads", cache_dir=cache_in(folder))
    with pytest.MonkeyPatch.context() as patch, served(settings) as address:
        patch.setattr("app.web.pages.page.PATIENCE", PATIENCE / 2000)  # on a busy machine a page has its result, too
        yield address


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def profile(
    playwright: Playwright, browser_executable: str, origin: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """A browser with a profile on disk: it keeps plotly.js compiled, which makes a page load five times as fast."""
    folder = tmp_path_factory.mktemp("profile")
    launched = playwright.chromium.launch_persistent_context(
        folder, executable_path=browser_executable, args=FLAGS, base_url=origin, viewport=DESKTOP
    )
    launched.set_default_timeout(PATIENCE)
    yield launched
    launched.close()


@pytest.fixture
def watch(origin: str) -> Watch:
    return Watch(origin)


@pytest.fixture(scope="package")
def tab(profile: BrowserContext, origin: str) -> Tab:
    """The tab of all tests that ask for `page`, one after the other."""
    return Tab(profile, origin, DESKTOP)


@pytest.fixture
def page(tab: Tab, watch: Watch, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of 1280 × 900 that remembers nothing of earlier tests; its sections are open, as if a person had opened
    each, unless the test is marked `folded`.
    """
    yield from lent(tab, watch, request)


def lent(tab: Tab, watch: Watch, request: pytest.FixtureRequest) -> Iterator[Page]:
    failed = request.session.testsfailed
    opened = tab.lend()
    with watch.of(opened):
        unfold(opened, request)
        yield opened
        if request.session.testsfailed > failed:
            tab.close()
        tab.take_back()


@pytest.fixture(scope="package")
def second_browser(playwright: Playwright, browser_executable: str) -> Iterator[Browser]:
    """A browser without a profile: whose clock stands still for one page, it does for all of a profile."""
    with playwright.chromium.launch(executable_path=browser_executable, args=FLAGS) as launched:
        yield launched


@pytest.fixture(scope="package")
def clocked(second_browser: Browser, origin: str) -> Iterator[Tab]:
    """The tab of all tests that ask for `timed`, one after the other."""
    with second_browser.new_context(base_url=origin, viewport=DESKTOP) as own:
        own.set_default_timeout(PATIENCE)
        own.clock.install()
        yield Tab(own, origin, DESKTOP)


@contextmanager
def standing(page: Page) -> Iterator[None]:
    """As long as it lasts, the page's clock moves where the test moves it alone, however long that takes."""
    page.clock.pause_at(page.evaluate("() => Date.now() / 1000 + 1"))
    try:
        yield
    finally:
        page.clock.resume()


@pytest.fixture
def timed(clocked: Tab, watch: Watch, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page as `page` is, whose clock the test can move on, beside going on itself."""
    yield from lent(clocked, watch, request)


@contextmanager
def page_in(profile: BrowserContext, origin: str, watch: Watch) -> Iterator[Page]:
    """A page in a tab of its own, beside that of `page`; on leaving it, what it stored is forgotten."""
    opened = profile.new_page()
    with watch.of(opened):
        for script in (BUSY, UNFOLDED):
            opened.add_init_script(script)
        yield opened
        forget(opened, origin)
        opened.close()


@pytest.fixture
def network(page: Page) -> Network:
    """The network, not opened yet."""
    return Network(page)


@pytest.fixture
def playground(page: Page) -> Playground:
    """The playground, not opened yet."""
    return Playground(page)


@pytest.fixture
def derivation(page: Page) -> Derivation:
    """The derivation, not opened yet."""
    return Derivation(page)
