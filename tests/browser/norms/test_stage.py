"""The norms' stage as a person handles it: nine cubes in one view, by mouse, by finger and by key."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.app.views.norms.sharing import BLOCK, SHARE
from tests.browser.conftest import Watch
from tests.browser.norms.page import Norms
from tests.browser.stage import settled, shifted, watch_shifts
from tests.browser.tab import session_of

SCREENS = {5: (1280, 800), 3: (390, 844)}
"""The size of a screen that has so many cubes in a row."""
EDGES = ("left", "top", "right", "bottom")
KEYS = (
    ("ArrowRight", (1, 2, 5), "row 1, column 2"), ("ArrowRight", (2, 2, 3), "Example 2, channel 2"),
    ("ArrowDown", (2, 2, 6), "row 2, column 0"), ("ArrowDown", (2, 3, 0), "channel 3, row 0"),
    ("ArrowLeft", (1, 3, 2), "Example 1, channel 3"), ("ArrowUp", (1, 2, 8), "row 2, column 2"),
    ("PageDown", (1, 3, 8), "channel 3"), ("PageUp", (1, 2, 8), "channel 2"), ("Home", (0, 2, 8), "Example 0"),
    ("Home", (0, 2, 8), "Example 0"), ("End", (1, 2, 8), "Example 1"),
)  # fmt: skip
"""From row 1, column 1 of example 1, channel 2: a key, the cell that it leads to, and what is said."""


def expect_lit(norms: Norms, cell: tuple[int, int, int]) -> None:
    cubes = norms.staged()
    assert set(cubes) == set(SHARE)
    for name, shares in SHARE.items():
        assert {BLOCK[i] for i in cubes[name].lit} == {other for other in BLOCK if shares(cell, other)}, name
        assert cubes[name].marked == [BLOCK.index(cell)], name


pytestmark = pytest.mark.folded


def test_nine_cubes_of_squares_are_reached_by_tap_by_tab_by_pointing_and_by_keys_and_are_a_window(
    norms: Norms, watch: Watch
) -> None:
    watch_shifts(norms.page)
    for in_a_row, (width, height) in SCREENS.items():
        norms.page.set_viewport_size({"width": width, "height": height})
        norms.open() if width == 1280 else norms.settle()
        expect_squares(norms, in_a_row, width)
    expect_lit_by_a_tap(norms)
    norms.page.set_viewport_size({"width": 1280, "height": 800})
    expect_a_stop_of_tab_each(norms)
    expect_counted(norms)
    expect_the_next_window_asked_for(norms, watch)
    norms.step_to("cell=2,3,4")
    settled(norms.page)
    expect_pointed_and_pressed(norms, watch)
    expect_situations_shift_nothing(norms)
    expect_keys_walk(norms)
    expect_the_huge_channel_framed_and_told(norms)


def expect_squares(norms: Norms, in_a_row: int, width: int) -> None:
    page = norms.page
    boxes = page.locator(".stage-cube").evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().toJSON())")
    assert len(boxes) == 9
    assert len([box for box in boxes if box["top"] == boxes[0]["top"]]) == in_a_row
    assert all(box["right"] <= width for box in boxes)
    if width == 1280:
        assert page.locator(".stage").evaluate("(stage) => stage.getBoundingClientRect().bottom <= innerHeight")
    cubes = norms.staged(0, 1, 3, -1)
    assert set(cubes) == set(SHARE)
    for cube in cubes.values():
        first, beside, below, last = cube.cells
        assert cube.count == len(BLOCK)
        assert beside["x"] - first["x"] > 8
        assert below["y"] - first["y"] > 8
        for side in first, last:
            assert side["width"] >= 8
            assert side["width"] == pytest.approx(side["height"], abs=0.01)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def expect_lit_by_a_tap(norms: Norms) -> None:
    x, y = norms.stage_centre("group", BLOCK.index((0, 4, 0)))
    session = session_of(norms.page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(norms.page.locator("#stage-place")).to_have_text("Example 0, channel 4, row 0, column 0.")
    expect_lit(norms, (0, 4, 0))
    assert norms.query == {"cell": "0,4,0"}
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": False})


def expect_a_stop_of_tab_each(norms: Norms) -> None:
    """The stage and its symbols; then come the controls, then the sections."""
    norms.page.locator("#stage").focus()
    norms.page.keyboard.press("Tab")
    expect(norms.stage_cube("renorm").locator(".term").first).to_be_focused()
    norms.page.keyboard.press("Tab")
    assert norms.page.evaluate("() => document.activeElement.closest('form')?.id") == "controls"
    order: list[Any] = norms.page.evaluate(
        "() => ['#stage', '#controls', '#parts'].map((part) => document.querySelector(part)).every((part, i, all) =>"
        " i === 0 || all[i - 1].compareDocumentPosition(part) & Node.DOCUMENT_POSITION_FOLLOWING)"
    )
    assert order


def expect_counted(norms: Norms) -> None:
    labels = norms.page.locator(".stage-cube svg").evaluate_all("(all) => all.map((one) => one.ariaLabel)")
    assert labels[0] == "Batch norm: 36 cells share a mean and a deviation"
    assert labels[1] == "Batch norm in inference: no cell of the batch, running statistics instead"
    counted = norms.page.locator(".stage-counted")
    expect(counted).to_have_text(["36 cells", "no cell of the batch", "18 cells", "36 cells", "18 cells", "9 cells",
                                  "54 cells", "6 cells", "54 cells"])  # fmt: skip
    norms.controls.choose("situation", "one_example")
    expect(counted.first).to_have_text("9 cells")
    expect(norms.headline).to_have_text(
        "One example alone: batch norm takes 9 cells, as instance norm does; layer norm takes 54 cells."
    )
    norms.controls.choose("norm", "layer")
    shown = norms.page.locator(".stage-cube:visible")
    assert shown.evaluate_all("(all) => all.map((one) => one.dataset.stageCube)") == ["layer", "token"]


def expect_pointed_and_pressed(norms: Norms, watch: Watch) -> None:
    expect_lit(norms, (2, 3, 4))
    asked = len(watch.asked("/api/"))
    norms.stage_point("ghost", BLOCK.index((1, 5, 7)))
    expect_lit(norms, (1, 5, 7))
    expect(norms.headline).to_have_text(
        "Example 1, channel 5: batch norm takes 36 cells of all examples, layer norm only cells of this one."
    )
    expect(norms.page.locator("#stage-place")).to_have_text("Example 1, channel 5, row 2, column 1.")
    norms.page.mouse.move(5, 5)
    expect_lit(norms, (2, 3, 4))
    assert norms.query == {"cell": "2,3,4"}
    norms.stage_point("rms", BLOCK.index((3, 0, 8)))
    norms.page.mouse.down()
    norms.page.mouse.up()
    norms.page.mouse.move(5, 5)
    assert norms.query == {"cell": "3,0,8"}
    expect_lit(norms, (3, 0, 8))
    expect(norms.headline).to_contain_text("Example 3, channel 0")
    assert len(watch.asked("/api/")) == asked
    norms.page.go_back()
    norms.settle()
    expect_lit(norms, (2, 3, 4))
    norms.page.go_forward()
    norms.settle()
    expect_lit(norms, (3, 0, 8))


def expect_situations_shift_nothing(norms: Norms) -> None:
    for situation in ("one_example", "class_sorted", "usual"):
        norms.page.select_option("#c-situation", situation)
        expect(norms.page.locator("#stage-place")).to_contain_text(
            "Example 0" if situation == "one_example" else "Example"
        )
    assert shifted(norms.page) < 0.02
    norms.settle()


def expect_keys_walk(norms: Norms) -> None:
    """Through positions, examples and channels; of the keys there is one way back."""
    norms.page.mouse.click(*norms.stage_centre("batch", BLOCK.index((1, 2, 4))))
    norms.page.mouse.move(5, 5)
    norms.page.locator("#stage").focus()
    said = norms.page.locator("#stage-said")
    for key, cell, spoken in KEYS:
        norms.page.keyboard.press(key)
        expect(said).to_contain_text(spoken)
        assert norms.query == {"cell": ",".join(map(str, cell))}
        assert norms.staged()["token"].marked == [BLOCK.index(cell)], key
    expect_lit(norms, KEYS[-1][1])
    norms.page.go_back()
    norms.settle()
    assert norms.query == {"cell": "1,2,4"}
    expect_lit(norms, (1, 2, 4))


def expect_the_huge_channel_framed_and_told(norms: Norms) -> None:
    page, choose = norms.page, norms.controls.choose
    frames, legend = page.locator(".stage-changed"), page.locator("#stage-changed")
    expect(frames.locator("visible=true")).to_have_count(0)
    expect(legend).to_be_hidden()
    choose("situation", "huge_channel")
    expect(legend).to_have_text("huge: channel 0, times 100")
    cubes = norms.staged(0, BLOCK.index((3, 0, 8)))
    assert set(cubes) == set(SHARE)
    for name, cube in cubes.items():
        first, last = cube.cells
        edges = [first["left"], first["top"], last["right"], last["bottom"]]
        assert [cube.frame[edge] for edge in EDGES] == pytest.approx(edges, abs=2.0), name
    spoken = page.locator(".stage-cube svg").first.get_attribute("aria-label") or ""
    assert spoken.endswith("; huge: channel 0, times 100")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(
            "() => getComputedStyle(document.querySelector('.stage-changed')).stroke"
            " === getComputedStyle(document.body).color"
        )
    page.locator("#stage").focus()
    for _ in range(3):
        page.keyboard.press("PageUp")
    expect(page.locator("#stage-said")).to_contain_text("channel 0 (huge)")
    choose("situation", "usual")
    expect(frames.locator("visible=true")).to_have_count(0)
    expect(legend).to_be_hidden()


def expect_the_next_window_asked_for(norms: Norms, watch: Watch) -> None:
    """By walking out of the one that is drawn."""
    norms.step_to("batch_size=8&cell=3,0,2")
    watch.requests.clear()
    norms.page.locator("#stage").focus()
    norms.page.keyboard.press("ArrowRight")
    expect(norms.page.locator("#stage-place")).to_have_text("Example 4, channel 0, row 0, column 0.")
    norms.settle()
    assert norms.query == {"batch_size": "8", "cell": "4,0,0"}
    assert any("parts=stage" in address for address in watch.asked("/api/"))
    assert {BLOCK[i] for i in norms.staged()["instance"].lit} == {(0, 0, p) for p in range(9)}
    expect(norms.page.locator("#stage-part")).to_have_text(
        "Drawn: 4 × 6 × 3 × 3 of 8 × 6 × 3 × 3 cells; counts are of all."
    )
