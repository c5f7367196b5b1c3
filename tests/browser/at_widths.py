"""A page at several widths: opened at the first, then widened while it stands open."""

from collections.abc import Callable, Iterator

from playwright.sync_api import Page

from tests.browser.playground.page import Playground

HEIGHTS = {390: 844, 1000: 700, 1280: 900, 1920: 1080}
"""The height that a screen of a width has."""

EVERY = (390, 1280, 1920)


def at_widths(page: Page, opened: Callable[[], object], widths: tuple[int, ...] = EVERY) -> Iterator[int]:
    """Each width, once the page stands there drawn at it; `opened()` opens it."""
    for place, width in enumerate(widths):
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        opened() if place == 0 else Playground(page).settle()
        yield width
