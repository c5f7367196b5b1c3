"""What every browser test gets: a real server, a real browser, and a page that fails the test on any complaint."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright, Request, expect, sync_playwright

from app.settings import Settings
from tests.browser.derivation.page import Derivation
from tests.browser.network.page import Network
from tests.browser.playground.page import Playground
from tests.browser.serving import served

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-quic",
]  # fmt: skip
DESKTOP = {"width": 1280, "height": 900}
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

    def of(self, page: Page) -> None:
        page.on("request", self._requested)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))

    def asked(self, part: str) -> list[str]:
        """The requests, in order, whose address contains `part`."""
        return [address for address in self.requests if part in address]

    def _requested(self, request: Request) -> None:
        self.requests.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.complaints.append(f"another host was asked: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        meant = any(message.text.startswith(f"{REFUSED}{status}") for status in self.refusals)
        if message.type in ("error", "warning") and not meant:
            self.complaints.append(f"console {message.type}: {message.text}")


UNFOLDED = """new MutationObserver((changes) => {
  for (const { addedNodes } of changes) {
    for (const node of addedNodes) if (node.matches?.("details.part")) node.open = true;
  }
}).observe(document, { childList: true, subtree: true });"""


# The scope is this package, not the session: while Playwright runs, its event loop occupies the thread, and tests
# elsewhere run loops of their own.
@pytest.fixture(scope="package")
def origin(tmp_path_factory: pytest.TempPathFactory, cache_in: Callable[[Path], Path]) -> Iterator[str]:
    """The address of a server with empty folders of its own."""
    folder = tmp_path_factory.mktemp("server")
    settings = Settings(uploads_dir=folder / "uploads", cache_dir=cache_in(folder))
    with served(settings) as address:
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


@pytest.fixture
def page(profile: BrowserContext, origin: str, watch: Watch, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of 1280 × 900 that remembers nothing of earlier tests; its sections are open, as if a person had opened
    each, unless the test is marked `folded`.
    """
    with page_in(profile, origin, watch, folded=request.node.get_closest_marker("folded") is not None) as opened:
        yield opened


@contextmanager
def page_in(profile: BrowserContext, origin: str, watch: Watch, *, folded: bool = False) -> Iterator[Page]:
    """A page of its own; on leaving it, what it stored is forgotten and it must have complained of nothing."""
    opened = profile.new_page()
    watch.of(opened)
    if not folded:
        opened.add_init_script(UNFOLDED)
    yield opened
    stored = {"origin": origin, "storageTypes": "local_storage"}
    profile.new_cdp_session(opened).send("Storage.clearDataForOrigin", stored)
    profile.clear_permissions()
    opened.close()
    assert watch.complaints == []


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
