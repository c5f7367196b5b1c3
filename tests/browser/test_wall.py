"""On a wall, marks and fields grow by a half together with the letters."""

import pytest
from playwright.sync_api import Page

from tests.browser.playground.page import Playground

GROWS = ["#c-source", "#controls .slide", "#steps [data-go=first] svg", "#scheme svg", "#stage .lane-back", "#headline"]
HEIGHTS = "(selectors) => selectors.map((one) => document.querySelector(one).getBoundingClientRect().height)"


@pytest.mark.folded
def test_on_a_wall_what_is_read_and_taken_is_half_as_large_again(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    Playground(page).open()
    usual = page.evaluate(HEIGHTS, GROWS)
    page.set_viewport_size({"width": 1920, "height": 1200})
    Playground(page).open()
    wall = page.evaluate(HEIGHTS, GROWS)
    assert [round(large / small, 1) for small, large in zip(usual, wall, strict=True)] == [1.5] * len(GROWS)
