"""On a phone of 390 pixels: what the controls act on stands above them, and before and after side by side."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import QUICK, SHOWN
from tests.browser.playground.page import Playground

PHONE = {"width": 390, "height": 844}
ABOVE_THE_SHEET = """(drawing) => {
  const { top, bottom } = drawing.getBoundingClientRect();
  const edge = (selector, side) => document.querySelector(selector).getBoundingClientRect()[side];
  return top >= edge(".top", "bottom") && bottom <= edge("#controls", "top");
}"""
ESSENTIAL = """() => [...document.querySelectorAll(".stage [data-essential], .stage .drawing")]
  .find((one) => one.checkVisibility())"""
STAGED = [path + QUICK.get(name, "") for name, path, _ in SHOWN if name in ("network", "batch-size", "norms")]


@pytest.fixture
def phone(playground: Playground) -> Playground:
    playground.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    return playground


@pytest.mark.folded
@pytest.mark.parametrize("path", STAGED)
def test_every_stage_stands_above_the_open_controls(phone: Playground, path: str) -> None:
    page: Page = phone.page
    page.goto(path)
    phone.settle()
    page.get_by_role("button", name="Controls").click()
    assert page.evaluate_handle(ESSENTIAL).as_element().evaluate(ABOVE_THE_SHEET)  # type: ignore[union-attr]


@pytest.mark.folded
def test_on_a_phone_the_stage_stands_above_the_open_controls_and_follows_them(phone: Playground) -> None:
    phone.open("step=x_hat")
    phone.page.get_by_role("button", name="Controls").click()
    drawing = phone.page.locator("#stage .drawing")
    assert drawing.evaluate(ABOVE_THE_SHEET)
    dots = drawing.locator(".dots path")
    before = dots.count()
    phone.enter("batch_size", "20")
    expect(dots).to_have_count(60)
    assert before > 60
    assert drawing.evaluate(ABOVE_THE_SHEET)


def test_on_a_phone_before_and_after_stand_side_by_side_on_rows_of_one_name(phone: Playground) -> None:
    phone.open()
    phone.drawn("x_hat")
    x, x_hat = (phone.plot(name).locator(".nsewdrag").bounding_box() for name in ("x", "x_hat"))
    assert x
    assert x_hat
    assert 0 <= x["x"] < x["x"] + x["width"] < x_hat["x"]
    assert x_hat["x"] + x_hat["width"] <= PHONE["width"]
    assert (x["y"], x["height"]) == (x_hat["y"], x_hat["height"])
    assert min(x["width"], x_hat["width"]) > 80
    names = phone.plot("x").locator(".ytick text").all_text_contents()
    assert (names[0], names[7][-1]) == ("alcohol", "…")
    assert phone.plot("x_hat").locator(".ytick text").count() == 0
