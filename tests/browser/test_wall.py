"""On a wall, marks and fields grow by a half together with the letters, and what a page opens on is whole."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import SHOWN
from tests.browser.playground.page import Playground
from tests.browser.stage import cut, fits

GROWS = ["#c-source", "#controls .slide", "#steps [data-go=first] svg", "#scheme svg", "#stage .lane-back", "#headline"]
HEIGHTS = "(selectors) => selectors.map((one) => document.querySelector(one).getBoundingClientRect().height)"

OPENS_ON = {"gradient-check": ["#verdicts-section", ".snippet"]}
"""What the page of a view opens on, where that is no stage."""

IN_USE = {
    "playground": ["#steps [data-go=last]"],
    "derivation": ["#steps [data-go=last]"],
    "network": ["#net-knobs .net-dial", "[data-claim=vanishing]"],
    "batch-size": ["[data-deal=play]", "#tab-strip"],
}
"""What is pressed there, one after the other; after each the stage still fits."""

FILLS = """() => { const rightOf = (part) => part.getBoundingClientRect().right;
  return [...document.querySelectorAll(".stage .drawing, .stage .net-plot > svg")]
  .filter((drawing) => drawing.checkVisibility())
  .filter((drawing) => !drawing.closest(".stage-cubes, .bs-strips, .tr-columns, .tr-surfaces"))
  .every((drawing) => rightOf(drawing.closest(".stage")) - rightOf(drawing) < 32); }"""


@pytest.mark.folded
def test_on_a_wall_what_is_read_and_taken_is_half_as_large_again(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    Playground(page).open()
    usual = page.evaluate(HEIGHTS, GROWS)
    page.set_viewport_size({"width": 1920, "height": 1200})
    Playground(page).open()
    wall = page.evaluate(HEIGHTS, GROWS)
    assert [round(large / small, 1) for small, large in zip(usual, wall, strict=True)] == [1.5] * len(GROWS)


LETTERS = "() => parseFloat(getComputedStyle(document.documentElement).fontSize)"


@pytest.mark.folded
@pytest.mark.parametrize(("width", "height", "letters"), [(1920, 1080, 24), (1680, 1050, 23), (1280, 800, 18)])
@pytest.mark.parametrize(("name", "path"), [(name, path) for name, path, _ in SHOWN])
def test_on_a_wall_the_stage_is_whole_and_its_letters_are_as_large_as_that_allows(
    page: Page, name: str, path: str, width: int, height: int, letters: float
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(path if width >= 1800 else f"{path}?wall=1")
    assert page.evaluate(LETTERS) == letters
    opened = Playground(page)
    opened.settle()
    for pressed in ["", *IN_USE.get(name, [])]:
        if pressed:
            page.locator(pressed).first.click()
            opened.settle()
        for part in ["#headline", *OPENS_ON.get(name, [".stage"])]:
            expect(page.locator(part)).to_be_visible()
            assert fits(page, part), f"{part} after {pressed}"
            assert cut(page, part) == [], f"{part} after {pressed}"
        assert page.evaluate(FILLS)
