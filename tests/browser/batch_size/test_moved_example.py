"""The example that is moved on the stage, by mouse, touch and keys, and what follows it."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.batch_size.page import BatchSize

STRIPS = ("strip-x", "strip-train", "strip-inference")
TOUCH = """(grip, by) => {
  const { left, top, width, height } = grip.getBoundingClientRect();
  const finger = { pointerId: 7, pointerType: "touch", isPrimary: true, bubbles: true, button: 0 };
  const at = (y) => ({ ...finger, clientX: left + width / 2, clientY: y });
  grip.setPointerCapture = () => {};
  const middle = top + height / 2;
  grip.dispatchEvent(new PointerEvent("pointerdown", at(middle)));
  grip.dispatchEvent(new PointerEvent("pointermove", at(middle + by / 2)));
  grip.dispatchEvent(new PointerEvent("pointerup", at(middle + by)));
}"""


def middle(grip: Locator) -> tuple[float, float]:
    box = grip.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.folded
def test_an_example_is_dragged_by_mouse_and_touch_and_moved_by_keys_and_rulers_stay(view: BatchSize) -> None:
    view.open("open=dependence&tab=strip&move_by=0&draws=100")
    expect_dragged_by_the_mouse(view)
    expect_dragged_by_touch_and_moved_by_keys(view)
    expect_rulers_stay_and_the_jacobian_follows(view)


def expect_dragged_by_the_mouse(view: BatchSize) -> None:
    """Every other one moves in training alone."""
    before = view.ticks(*STRIPS)
    grip = view.strip()[3]
    x, y = middle(grip)
    view.page.mouse.move(x, y)
    view.page.mouse.down()
    view.page.mouse.move(x, y - 900)
    expect(grip).to_have_attribute("aria-valuenow", "4")  # its reach; the pointer went further
    view.page.mouse.move(x, y - 20, steps=4)
    expect(view.page.locator("#moved-text")).to_contain_text("Example 3 is moved by")
    assert view.ticks(*STRIPS) == before
    view.page.mouse.up()
    view.settle()
    assert view.query["example"] == "3"
    assert float(view.query["move_by"]) > 0
    assert middle(view.strip()[3])[1] == pytest.approx(y - 20, abs=1.5)
    assert view.ticks(*STRIPS) == before
    assert all(by != 0 for by in view.moved("train"))
    for lane in ("x", "inference"):
        assert [by != 0 for by in view.moved(lane)] == [j == 3 for j in range(8)]
    assert view.text("moved") == view.answer()["stage"]["strip"]["text"]
    expect(grip).to_have_attribute("aria-label", "Example 3, class 0 (19 of the source)")
    view.page.go_back()
    view.settle()
    assert view.query == {"move_by": "0", "tab": "strip", "draws": "100"}
    assert view.moved("train") == [0] * 8


def expect_dragged_by_touch_and_moved_by_keys(view: BatchSize) -> None:
    view.page.locator("#strip-inference .values > g").nth(2).locator(".now").hover()
    for lane in STRIPS:
        assert view.page.locator(f"#{lane} .lit").count() == 1
        expect(view.page.locator(f"#{lane} .values > g").nth(2)).to_have_class("lit")
    view.strip()[5].evaluate(TOUCH, -24)
    view.settle()
    assert view.query["example"] == "5"
    assert float(view.query["move_by"]) > 0
    grip = view.strip()[1]
    grip.focus()
    grip.press("ArrowUp")
    view.settle()
    assert (view.query["example"], view.query["move_by"]) == ("1", "0.1")
    expect(grip).to_have_attribute("aria-valuenow", "0.1")
    expect(grip).to_have_attribute("aria-valuetext", re.compile(r"^[\d.]+, moved by 0\.100 deviations$"))
    grip.press("PageDown")
    view.settle()
    assert view.query["move_by"] == "-0.9"
    grip.press("Home")
    view.settle()
    assert view.query["move_by"] == "-4"
    grip.press("Delete")
    view.settle()
    assert view.query["move_by"] == "0"


def expect_rulers_stay_and_the_jacobian_follows(view: BatchSize) -> None:
    view.page.select_option("#c-notation", "lecture")
    view.controls.enter("move_by", "-4")
    before, derivatives = view.ticks(*STRIPS), view.controls.data("jacobian_total")[0]["z"]
    view.controls.enter("move_by", "4")
    assert view.ticks(*STRIPS) == before
    after = view.controls.data("jacobian_total")[0]["z"]
    assert derivatives != after
    for column in zip(*after, strict=True):
        assert sum(column) == pytest.approx(0, abs=1e-3)
