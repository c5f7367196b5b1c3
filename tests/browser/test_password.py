"""The page that asks for a class's password: with the keyboard, in every look, and on to where one wanted to go."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.settings import Settings
from app.web.operations import clients
from app.web.operations.password.throttle import BURST
from tests.browser.judge import Judge, Judged
from tests.browser.serving import served
from tests.browser.tab import Tab
from tests.browser.test_widths import OVERFLOW

WORD = "four random words"
WANTED = "/docs?values=1,2;3,5"
SIZES = [(390, 844), (1280, 900), (1920, 1080)]


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory, cache_in: Callable[[Path], Path]) -> Iterator[str]:
    """The address of a server with a password."""
    folder = tmp_path_factory.mktemp("locked")
    settings = Settings(uploads_dir=folder / "uploads", cache_dir=cache_in(folder), password=WORD)  # type: ignore[arg-type]
    with served(settings) as address:
        yield address


@pytest.fixture
def page(profile: BrowserContext) -> Iterator[Page]:
    """A page of a browser that has no ticket; what its console says is no complaint here, a 401 among it."""
    profile.clear_cookies()
    opened = profile.new_page()
    yield opened
    opened.close()


@pytest.fixture
def counting(clocked: Tab) -> Iterator[Page]:
    """A page whose clock the test can move on, of which nobody minds what it complains of, either."""
    yield clocked.lend()
    clocked.take_back()


def test_with_the_keyboard_one_comes_to_where_one_wanted_to_go_with_a_ticket_no_script_can_read(
    page: Page, locked: str
) -> None:
    page.goto(f"{locked}{WANTED}")
    field = page.get_by_label("Password")
    expect(field).to_be_focused()
    page.keyboard.type("a guess")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("That is not the password.")
    expect(field).to_be_focused()
    page.keyboard.type(WORD)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Go on")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{locked}{WANTED}")
    expect(page.locator("nav[aria-label=Pages]")).to_contain_text("Playground")
    expect(page.get_by_role("heading", name="REST API", level=1)).to_be_visible()
    assert page.evaluate("() => document.cookie") == ""
    assert [cookie["httpOnly"] for cookie in page.context.cookies(locked)] == [True]
    assert page.request.get(f"{locked}/derivation").ok


def test_where_too_many_were_wrong_the_page_counts_down_and_says_when_to_enter_it_again(
    counting: Page, tmp_path: Path, cache_in: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(
        uploads_dir=tmp_path / "uploads",
        cache_dir=cache_in(tmp_path),
        password=WORD,
        workers=30,  # type: ignore[arg-type]
    )
    with monkeypatch.context() as clock:
        now = [0.0]
        clock.setattr(clients, "monotonic", lambda: now[0])  # no allowance grows while a slow machine tests
        with served(settings) as address:
            _guess(address, BURST // 30)
            now[0] += 1.0
            _guess(address, 1)  # which is 29 s more than has grown again
            counting.goto(f"{address}{WANTED}")
            field, button, alert = (
                counting.get_by_label("Password"),
                counting.locator(".login button"),
                counting.get_by_role("alert"),
            )
            field.fill(WORD)
            field.press("Enter")
            expect(alert).to_contain_text("Too many wrong passwords came from your network")
            expect(button).to_be_disabled()
            expect(button).to_have_text(re.compile(r"^Go on in \d+ s$"))
            counting.clock.fast_forward(40_000)
            expect(alert).to_have_text("You can enter the password again now.")
            now[0] += 40.0
            field.fill(WORD)
            field.press("Enter")
            counting.wait_for_url(f"{address}{WANTED}")


def _guess(address: str, times: int) -> None:
    for _ in range(times):
        assert httpx2.post(f"{address}/login", data={"password": "a guess"}).status_code == 401


def test_it_is_whole_in_every_look(page: Page, locked: str) -> None:
    page.goto(f"{locked}/login")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    judge = Judge(page, Judged())
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_function("(scheme) => document.documentElement.dataset.scheme === scheme", arg=scheme)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            expect(page.get_by_role("button", name="Go on")).to_be_in_viewport()
            assert page.evaluate(OVERFLOW) == 0, (scheme, width)
            assert judge.violations() == [], (scheme, width)
