"""On a wall, marks and fields grow by a half together with the letters, and what a page opens on is whole."""

import pytest
from playwright.sync_api import Page

from tests.browser.pages import SHOWN
from tests.browser.playground.page import Playground
from tests.browser.stage import CUT, FITS

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


SIZES = {(1920, 1080): 24, (1680, 1050): 23, (1280, 800): 18}
"""The pixels of a letter on a wall of a size."""

LETTERS = "() => parseFloat(getComputedStyle(document.documentElement).fontSize)"


WRONG = f"""(parts) => parts.flatMap((selector) => {{
  const [part, ...others] = document.querySelectorAll(selector);
  const isThere = part?.checkVisibility({{ visibilityProperty: true }}) && others.length === 0;
  if (!isThere) return [`${{selector}} is not there`];
  return [...(({FITS})(part) ? [] : [`${{selector}} does not fit`]), ...({CUT})(part)];
}})"""
"""What does not stand whole on the screen."""

LOOK = f"(parts) => [({LETTERS})(), ({WRONG})(parts), ({FILLS})()]"


def on_a_wall_what_is_read_and_taken_is_half_as_large_again(playground: Playground) -> None:
    page = playground.page
    page.set_viewport_size({"width": 1280, "height": 800})
    playground.settle()
    usual = page.evaluate(HEIGHTS, GROWS)
    page.set_viewport_size({"width": 1920, "height": 1200})
    playground.settle()
    assert page.evaluate(LETTERS) == 24
    wall = page.evaluate(HEIGHTS, GROWS)
    assert [round(large / small, 1) for small, large in zip(usual, wall, strict=True)] == [1.5] * len(GROWS)


@pytest.mark.folded
@pytest.mark.parametrize(("name", "path"), [(name, path) for name, path, _ in SHOWN])
def test_on_a_wall_the_stage_is_whole_and_its_letters_are_as_large_as_that_allows(
    page: Page, name: str, path: str
) -> None:
    """At each size as the page comes, at the largest and the smallest after each press."""
    opened = Playground(page)
    for pressed in ["", *IN_USE.get(name, [])]:
        for (width, height), letters in [*SIZES.items()][:: 2 if pressed else 1]:
            page.set_viewport_size({"width": width, "height": height})
            if page.url == "about:blank":
                page.goto(f"{path}?wall=1")
            opened.settle()
            if pressed and width == 1920:
                page.locator(pressed).first.click()
                opened.settle()
            parts = ["#headline", *OPENS_ON.get(name, [".stage"])]
            assert page.evaluate(LOOK, parts) == [letters, [], True], f"after {pressed} at {width}"
