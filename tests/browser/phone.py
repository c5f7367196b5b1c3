"""On a phone of 390 pixels: what the controls act on stands above them, and before and after side by side."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.playground.page import Playground

ABOVE_THE_SHEET = """(drawing) => {
  const { top, bottom } = drawing.getBoundingClientRect();
  const edge = (selector, side) => document.querySelector(selector).getBoundingClientRect()[side];
  return top >= edge(".top", "bottom") && bottom <= edge("#controls", "top");
}"""
ESSENTIAL = """() => [...document.querySelectorAll(".stage [data-essential], .stage .drawing")]
  .find((one) => one.checkVisibility())"""


def controls(page: Page) -> Locator:
    """What opens and closes the sheet of controls."""
    return page.get_by_role("button", name="Controls")


def the_stage_stands_above_the_open_controls(page: Page) -> None:
    controls(page).click()
    assert page.evaluate_handle(ESSENTIAL).as_element().evaluate(ABOVE_THE_SHEET)  # type: ignore[union-attr]
    controls(page).click()


def the_stage_stands_above_the_open_controls_and_follows_them(page: Page) -> None:
    """On a page with a stage of wine's normalized values."""
    controls(page).click()
    drawing = page.locator("#stage .drawing")
    assert drawing.evaluate(ABOVE_THE_SHEET)
    dots = drawing.locator(".dots path")
    before = dots.count()
    Playground(page).enter("batch_size", "20")
    expect(dots).to_have_count(60)
    assert before > 60
    assert drawing.evaluate(ABOVE_THE_SHEET)
    controls(page).click()


def before_and_after_stand_side_by_side_on_rows_of_one_name(page: Page) -> None:
    phone = Playground(page)
    phone.drawn("x_hat")
    x, x_hat = (phone.plot(name).locator(".nsewdrag").bounding_box() for name in ("x", "x_hat"))
    assert x
    assert x_hat
    assert 0 <= x["x"] < x["x"] + x["width"] < x_hat["x"]
    assert x_hat["x"] + x_hat["width"] <= page.evaluate("() => innerWidth")
    assert (x["y"], x["height"]) == (x_hat["y"], x_hat["height"])
    assert min(x["width"], x_hat["width"]) > 80
    names = phone.plot("x").locator(".ytick text").all_text_contents()
    assert (names[0], names[7][-1]) == ("alcohol", "…")
    assert phone.plot("x_hat").locator(".ytick text").count() == 0
    page.evaluate("() => scrollTo(0, 0)")
