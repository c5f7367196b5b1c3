"""The example that is moved, by mouse, touch and keys, and what follows it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.batch_size.page import BatchSize

MIDDLE = """(element) => {
  const { left, top, width, height } = element.getBoundingClientRect();
  return [left + width / 2, top + height / 2];
}"""
TOUCH = """(handle, by) => {
  const { left, top, width, height } = handle.getBoundingClientRect();
  const finger = { pointerId: 7, pointerType: "touch", isPrimary: true, bubbles: true, button: 0 };
  const at = (y) => ({ ...finger, clientX: left + width / 2, clientY: y });
  handle.setPointerCapture = () => {};
  const middle = top + height / 2;
  handle.dispatchEvent(new PointerEvent("pointerdown", at(middle)));
  handle.dispatchEvent(new PointerEvent("pointermove", at(middle + by / 2)));
  handle.dispatchEvent(new PointerEvent("pointerup", at(middle + by)));
}"""


def test_an_example_is_dragged_by_the_mouse(view: BatchSize) -> None:
    view.open("move_by=0")
    mark = view.handles()[3]
    x, y = mark.evaluate(MIDDLE)
    view.page.mouse.move(x, y)
    view.page.mouse.down()
    view.page.mouse.move(x, y - 20, steps=4)
    view.page.mouse.up()
    view.settle()
    assert view.query["example"] == "3"
    assert float(view.query["move_by"]) > 0
    now = view.handles()[3].evaluate(MIDDLE)
    assert now[1] == pytest.approx(y - 20, abs=1.5)
    before, after = view.values("train")
    assert all(a != b for a, b in zip(before, after, strict=True))
    before, after = view.values("inference")
    assert [a != b for a, b in zip(before, after, strict=True)] == [j == 3 for j in range(8)]
    effect = view.answer()["dependence"]
    assert after == pytest.approx(effect["inference"]["after"], rel=1e-3)
    assert view.text("moved") == effect["text"]
    view.page.go_back()
    view.settle()
    assert view.query == {"move_by": "0"}
    before, after = view.values("train")
    assert before == after


def test_an_example_is_dragged_by_touch(view: BatchSize) -> None:
    view.open("move_by=0")
    view.handles()[5].evaluate(TOUCH, -24)
    view.settle()
    assert view.query["example"] == "5"
    assert float(view.query["move_by"]) > 0


def test_an_example_is_moved_by_the_arrow_keys(view: BatchSize) -> None:
    view.open("move_by=0")
    first, second, *_ = view.handles()
    first.focus()
    first.press("ArrowUp")
    view.settle()
    assert "example" not in view.query
    up = float(view.query["move_by"])
    assert up > 0
    first.press("Shift+ArrowDown")
    view.settle()
    assert float(view.query.get("move_by", 0)) < up
    first.press("ArrowRight")
    expect(second).to_be_focused()
    view.settle()
    assert view.query["example"] == "1"
    assert re.match(r"Move example 1: it was [\d.]+, is", second.get_attribute("aria-label") or "")


def test_the_axes_stay_while_an_example_moves(view: BatchSize) -> None:
    view.open("move_by=-4")
    before = {
        name: view.controls.axes(name)["yaxis"]["range"] for name in ("strip_x", "strip_train", "strip_inference")
    }
    view.controls.enter("move_by", "4")
    after = {name: view.controls.axes(name)["yaxis"]["range"] for name in before}
    assert after == before
    for name in ("x", "train"):  # inference knows no bound
        assert view.controls.figure(f"strip_{name}").locator(".note").inner_text() == ""


def test_the_jacobian_follows_the_example(view: BatchSize) -> None:
    view.open()
    before = view.controls.data("jacobian_total")[0]["z"]
    view.controls.enter("move_by", "-2")
    after = view.controls.data("jacobian_total")[0]["z"]
    assert before != after
    for column in zip(*after, strict=True):
        assert sum(column) == pytest.approx(0, abs=1e-3)
