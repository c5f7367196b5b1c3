"""The page that asks for a class's password: with the keyboard, in every look, and on to where one wanted to go."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.settings import Settings
from tests.browser.serving import served
from tests.browser.test_accessibility import violations
from tests.browser.test_widths import OVERFLOW

WORD = "four random words"
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


def test_with_the_keyboard_one_comes_to_where_one_wanted_to_go(page: Page, locked: str) -> None:
    page.goto(f"{locked}/derivation?values=1,2;3,5")
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
    page.wait_for_url(f"{locked}/derivation?values=1,2;3,5")
    expect(page.locator("nav[aria-label=Pages]")).to_contain_text("Playground")
    page.goto(f"{locked}/docs")
    expect(page.get_by_role("heading", name="REST API", level=1)).to_be_visible()


def test_a_script_cannot_read_the_ticket(page: Page, locked: str) -> None:
    page.goto(locked)
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("nav[aria-label=Pages]")).to_contain_text("Playground")
    assert page.evaluate("() => document.cookie") == ""
    assert [cookie["httpOnly"] for cookie in page.context.cookies(locked)] == [True]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_whole_in_every_look(page: Page, locked: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{locked}/login")
        page.get_by_label("Password").fill("wrong")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_role("button", name="Go on")).to_be_in_viewport()
        assert page.evaluate(OVERFLOW) == 0
        assert violations(page) == []
