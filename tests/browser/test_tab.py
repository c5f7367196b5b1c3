"""A tab that was lent to a test is, for the next one, as a tab that was opened just now."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import DESKTOP, Watch
from tests.browser.tab import Tab, leave, run_first, session_of

STAYS = {
    "add_init_script", "new_cdp_session", "on", "once", "expose_function", "expose_binding", "add_locator_handler",
    "set_extra_http_headers", "set_default_timeout", "set_default_navigation_timeout", "install",
}  # fmt: skip
"""Calls whose effect lasts as long as the tab."""
UNSURE = "networkidle"
"""What does not come in a tab whose last page was left while it asked for something."""
OWNERS = {"tab.py", "conftest.py"}
"""Who takes such an effect back, or closes the tab."""

PATH = "/docs"
ASKED = "/healthz"
SEEN = """async () => {
 await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
 return {
  stored: [localStorage.length, sessionStorage.length, document.cookie, window.name],
  wishes: ["print", "(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)", "(forced-colors: active)",
    "(prefers-contrast: more)"].filter((wish) => matchMedia(wish).matches),
  size: [innerWidth, innerHeight, devicePixelRatio],
  touch: [navigator.maxTouchPoints, matchMedia("(pointer: coarse)").matches],
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  permitted: (await navigator.permissions.query({ name: "clipboard-read" })).state,
  pages: history.length,
  place: [scrollX, scrollY, document.hasFocus(), document.visibilityState, document.activeElement.tagName],
  under: [...document.querySelectorAll(":hover")].length,
  first: [window.first, window.leaked],
  answered: (await fetch("ASKED")).status,
 };
}""".replace("ASKED", ASKED)
"""All that a page can tell of what was done to its tab."""


@pytest.fixture
def tab(profile: BrowserContext, origin: str) -> Iterator[Tab]:
    """A tab of this test's own."""
    own = Tab(profile, origin, DESKTOP)
    yield own
    own.close()


def seen(page: Page) -> dict[str, Any]:
    page.goto(PATH)
    shown: dict[str, Any] = page.evaluate(SEEN)
    return shown


def store(page: Page) -> None:
    page.evaluate("() => { localStorage.kept = sessionStorage.kept = document.cookie = window.name = 'kept'; }")


def wish(page: Page) -> None:
    page.emulate_media(
        media="print", color_scheme="dark", reduced_motion="reduce", forced_colors="active", contrast="more"
    )


def touch(page: Page) -> None:
    session_of(page).send("Emulation.setTouchEmulationEnabled", {"enabled": True})


def travel(page: Page) -> None:
    session_of(page).send("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Kathmandu"})


def point(page: Page) -> None:
    page.mouse.move(300, 300)


def scroll(page: Page) -> None:
    page.evaluate("() => scrollTo(0, 200)")
    page.keyboard.press("Tab")


def answer(page: Page) -> None:
    page.route(f"**{ASKED}", lambda route: route.fulfill(status=418))


def lead(page: Page) -> None:
    run_first(page, "window.first = true;")


def permit(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read"])


def shrink(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})


def go_on(page: Page) -> None:
    page.goto(f"{PATH}#a")
    page.reload()


DONE: list[Callable[[Page], None]] = [
    wish, touch, travel, answer, lead, permit, shrink, go_on, store, point, scroll,
]  # fmt: skip
"""What tests do to a tab; what the page itself does not see of it, the next one does, after `go_on`."""


def test_a_tab_that_was_lent_is_as_a_new_one(tab: Tab, profile: BrowserContext) -> None:
    with_new = profile.new_page()
    leave(with_new)
    new = seen(with_new)
    with_new.close()
    lent = tab.lend()
    assert seen(lent) == new
    for do in DONE:
        do(lent)
    changed = lent.evaluate(SEEN)
    assert {part for part in new if changed[part] != new[part]} == set(new)
    tab.take_back()
    assert tab.lend() is lent
    assert seen(lent) == new


def test_a_tab_that_a_test_closed_is_opened_anew(tab: Tab) -> None:
    lent = tab.lend()
    lead(lent)
    lent.close()
    tab.take_back()
    assert seen(tab.lend())["first"] == [None, None]


def test_a_page_is_heard_until_it_is_left_and_the_next_one_by_nobody(tab: Tab, watch: Watch) -> None:
    lent = tab.lend()
    with pytest.raises(AssertionError, match="left in anger"):
        leave_in_anger(lent, tab, watch)
    before = list(watch.requests)
    lent.goto(PATH)
    assert watch.requests == before != []


def leave_in_anger(page: Page, tab: Tab, watch: Watch) -> None:
    with watch.of(page):
        page.goto(PATH)
        page.evaluate("() => console.error('left in anger')")
        tab.take_back()


def test_what_would_stay_in_the_tab_is_done_where_it_is_taken_back() -> None:
    modules = [path for path in Path(__file__).parent.rglob("*.py") if path.name not in OWNERS]
    calls = [
        f"{path.name}:{node.lineno}: {node.func.attr}"
        for path in modules
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in STAYS
    ]
    assert len(modules) > 40
    assert calls == []
    assert [path.name for path in modules if UNSURE in path.read_text() and path.name != Path(__file__).name] == []
