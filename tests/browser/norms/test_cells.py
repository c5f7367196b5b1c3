"""The norm cube: which cells light up, by mouse, touch and keyboard."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watch
from tests.browser.norms.page import Norms
from tests.browser.tab import session_of

pytestmark = pytest.mark.folded
EXAMPLES, CHANNELS = range(4), range(6)


def sharing(example: int, channel: int) -> dict[str, set[tuple[int, int]]]:
    """The examples and channels that share a statistic with a cell of the page as it opens."""
    of_channel = {(n, channel) for n in EXAMPLES}
    of_example = {(example, c) for c in CHANNELS}
    return {
        "x": {(example, channel)}, "batch": of_channel, "renorm": of_channel, "layer": of_example, "rms": of_example,
        "instance": {(example, channel)}, "group": {(example, c) for c in CHANNELS if c // 2 == channel // 2},
        "ghost": {(n, channel) for n in EXAMPLES if n // 2 == example // 2},
    }  # fmt: skip


def expect_lit(norms: Norms, example: int, channel: int) -> None:
    assert norms.all_lit() == sharing(example, channel)


def test_a_cell_is_lit_untouched_by_hovering_by_a_press_by_touch_by_a_link_and_by_key_and_nothing_is_asked_for(
    norms: Norms, watch: Watch
) -> None:
    assert norms.page.request.get("/api/v1/norms").ok  # computed before, the page has it in it at once
    norms.open("open=cube,distributions")
    expect_lit_untouched(norms, watch)
    expect_lit_by_hovering(norms)
    expect_a_pressed_cell_kept(norms, watch)
    expect_lit_by_touch(norms)
    norms.step_to("open=cube&cell=2,3,0&groups=2")
    expect_a_link_to_light_its_cell(norms)
    norms.controls.choose("groups", "auto")
    expect_a_cube_to_be_one_stop_of_tab_and_its_cells_walked(norms)


def expect_lit_untouched(norms: Norms, watch: Watch) -> None:
    expect_lit(norms, 2, 3)
    expect(norms.headline).to_contain_text("batch norm takes 36 cells of all examples")
    assert norms.query == {}
    assert watch.asked("/api/") == []
    for name in ("batch", "group"):
        norms.controls.drawn(f"after_{name}")
    assert watch.asked("/api/") == []


def expect_lit_by_hovering(norms: Norms) -> None:
    norms.box("group", 1, 5).hover(position={"x": 20, "y": 10})
    norms.expect_cell("Example 1, channel 5, position")
    expect_lit(norms, 1, 5)
    cube = norms.answer()["cube"]
    position = int(norms.cell.inner_text().split("position ")[1].split(":")[0])
    at = (1 * 6 + 5) * 9 + position
    expect(norms.cell).to_have_text(f"Example 1, channel 5, position {position}: x = {three(cube['x'][at])}.")
    assert f"x̂ = {three(cube['norms']['layer']['x_hat'][at])}; 54 cells share mean" in norms.told("layer")
    assert "9 cells share mean" in norms.told("instance")
    assert "root mean square" in norms.told("rms")
    assert norms.query == {}
    norms.page.mouse.move(5, 5)
    norms.expect_cell("Example 2, channel 3")
    expect_lit(norms, 2, 3)


def three(value: float) -> str:
    return "0" if value == 0 else f"{value:#.3g}".rstrip(".").replace("-", "−")


def expect_a_pressed_cell_kept(norms: Norms, watch: Watch) -> None:
    """It stays lit, and stands in the address."""
    norms.box("batch", 0, 2).click()
    norms.page.mouse.move(5, 5)
    assert norms.query["cell"].startswith("0,2,")
    expect_lit(norms, 0, 2)
    assert watch.asked("/api/") == []
    norms.box("layer", 3, 5).click()
    norms.page.mouse.move(5, 5)
    norms.page.go_back()
    norms.settle()
    expect_lit(norms, 0, 2)
    norms.page.go_forward()
    norms.settle()
    expect_lit(norms, 3, 5)


def expect_lit_by_touch(norms: Norms) -> None:
    box = norms.box("instance", 3, 1)
    box.scroll_into_view_if_needed()
    place = box.bounding_box()
    assert place
    session = session_of(norms.page)
    point = {"x": place["x"] + place["width"] / 2, "y": place["y"] + place["height"] / 2}
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    norms.expect_cell("Example 3, channel 1")
    expect_lit(norms, 3, 1)
    assert norms.query["cell"].startswith("3,1,")
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": False})


def expect_a_link_to_light_its_cell(norms: Norms) -> None:
    norms.expect_cell("Example 2, channel 3, position 0")
    assert norms.lit("group") == {(2, c) for c in range(3, 6)}
    norms.page.reload()
    norms.settle()
    assert norms.lit("group") == {(2, c) for c in range(3, 6)}
    expect(norms.controls.field("groups")).to_have_value("2")


def expect_a_cube_to_be_one_stop_of_tab_and_its_cells_walked(norms: Norms) -> None:
    norms.box("x", 2, 3).focus()
    norms.page.keyboard.press("Tab")
    expect(norms.box("batch", 2, 3)).to_be_focused()
    norms.page.keyboard.press("Tab")
    expect(norms.box("layer", 2, 3)).to_be_focused()
    norms.box("ghost", 2, 3).focus()
    press = norms.page.keyboard.press
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowLeft", "ArrowUp"):
        press(key)
    expect(norms.box("ghost", 1, 4)).to_be_focused()
    expect_lit(norms, 1, 4)
    press("PageDown")
    press("PageDown")
    press("PageUp")
    norms.expect_cell("Example 1, channel 4, position 1")
    said = norms.page.locator("#cube-said")
    expect(said).to_contain_text("18 cells share mean")
    press("End")
    expect(norms.box("ghost", 3, 4)).to_be_focused()
    press("ArrowRight")
    expect(norms.box("ghost", 3, 4)).to_be_focused()
    press("Home")
    press("Enter")
    assert norms.query == {"cell": "0,4,1"}
    press("Tab")
    expect_lit(norms, 0, 4)
