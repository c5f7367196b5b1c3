"""The strip of the derivation's stage: an example is dragged, by hand and by key, and what it did stays in sight."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.derivation.page import MIDDLE, Derivation
from tests.browser.stage import settled, shifted, watch_shifts

LAPTOP = {"width": 1280, "height": 800}

pytestmark = pytest.mark.folded


def mark(derivation: Derivation, example: int) -> tuple[float, float]:
    """The middle of an example's mark on the upper ruler."""
    x, y = derivation.page.locator("#strip .grip").nth(example).evaluate(MIDDLE)
    return float(x), float(y)


def outputs(derivation: Derivation) -> list[float]:
    """Where the outputs lie, in pixels from the left."""
    dots = derivation.page.locator("#strip .outputs .mark")
    return [float(x) for x, _ in dots.evaluate_all(f"(all) => all.map({MIDDLE})")]


def ghosts(derivation: Derivation) -> Locator:
    """Where inputs and outputs stood before a hand moved one."""
    return derivation.page.locator("#strip .ghosts circle")


def ticks(derivation: Derivation) -> list[str]:
    return derivation.page.locator("#strip .axes text").all_text_contents()


def test_an_example_is_walked_to_dragged_and_moved_by_keys_and_what_a_hand_did_stays_in_sight_until_another_step(
    derivation: Derivation,
) -> None:
    derivation.page.set_viewport_size(LAPTOP)
    watch_shifts(derivation.page)
    derivation.open("step=mean")
    settled(derivation.page)
    expect_what_a_hand_did_in_sight_until_another_step_or_it_is_put_back(derivation)
    derivation.step_to("step=mean&open=batch")
    expect_what_a_hand_did_not_shown_behind_other_numbers(derivation)
    derivation.step_to("step=mean")
    settled(derivation.page)
    expect_play_a_few_stops_away_and_arrows_to_every_mark(derivation)
    derivation.node("mean").click()
    expect_everything_follows_a_dragged_example(derivation)
    expect_a_mark_to_be_a_slider(derivation)


def expect_everything_follows_a_dragged_example(derivation: Derivation) -> None:
    """The rulers stay."""
    before, ruler, (x, y) = outputs(derivation), ticks(derivation), mark(derivation, 3)
    derivation.page.mouse.move(x, y)
    derivation.page.mouse.down()
    derivation.page.mouse.move(x + 60, y, steps=4)
    derivation.page.wait_for_function(
        "() => document.querySelector('#headline').textContent.includes('μ of x0 is 3.2')"
    )
    assert ticks(derivation) == ruler
    assert mark(derivation, 3)[0] == pytest.approx(x + 60, abs=2)
    expect(ghosts(derivation)).to_have_count(8)
    derivation.page.mouse.move(x + 120, y, steps=4)
    derivation.page.mouse.up()
    derivation.settle()
    assert ticks(derivation) == ruler
    values = derivation.answer()["batch"]["values"]
    assert [row[0] for row in values[:3]] == [1, 2, 4]
    assert values[3][0] > 6
    assert derivation.query["cell"] == "3,0"
    assert all(abs(now - then) > 1 for now, then in zip(outputs(derivation), before, strict=True))
    assert derivation.numbers()[3] == f"{values[3][0]:#.3g}"
    derivation.page.go_back()
    derivation.settle()
    assert derivation.answer()["batch"]["values"][3][0] == 5
    assert shifted(derivation.page) < 0.02


def expect_play_a_few_stops_away_and_arrows_to_every_mark(derivation: Derivation) -> None:
    page = derivation.page
    derivation.node("dx").focus()
    page.keyboard.press("Home")
    expect(derivation.node("x")).to_be_focused()
    play = page.get_by_role("button", name="play", exact=True)
    for _ in range(5):
        page.keyboard.press("Tab")
        if play.evaluate("(button) => button === document.activeElement"):
            break
    expect(play).to_be_focused()
    mark_of = [page.get_by_role("slider", name=f"x of example {j} of x0") for j in range(4)]
    page.get_by_role("button", name="Put back").focus()
    page.keyboard.press("Tab")
    for j in range(3):
        expect(mark_of[j]).to_be_focused()
        page.keyboard.press("ArrowDown")
    expect(mark_of[3]).to_be_focused()
    expect(page.locator("#strip-keys")).to_be_visible()
    page.keyboard.press("ArrowUp")
    expect(mark_of[2]).to_be_focused()
    derivation.settle()
    assert derivation.query["cell"] == "2,0"
    assert derivation.answer()["batch"]["values"][2][0] == 4
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.closest('#strip')") is None
    page.keyboard.press("Shift+Tab")
    expect(mark_of[2]).to_be_focused()


def expect_a_mark_to_be_a_slider(derivation: Derivation) -> None:
    """With a name, a value, keys and a reset."""
    slider = derivation.page.get_by_role("slider", name="x of example 1 of x0")
    assert slider.get_attribute("aria-valuetext") == "2.00"
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    slider.press("PageDown")
    derivation.settle()
    assert derivation.answer()["batch"]["values"][1][0] == pytest.approx(1.93)
    expect(slider).to_have_attribute("aria-valuetext", "1.93")
    assert derivation.active() == "mean"
    slider.press("Delete")
    derivation.settle()
    assert derivation.answer()["batch"]["values"][1][0] == 2
    derivation.page.go_back()
    derivation.settle()
    assert derivation.answer()["batch"]["values"][1][0] == pytest.approx(1.93)


def expect_what_a_hand_did_in_sight_until_another_step_or_it_is_put_back(derivation: Derivation) -> None:
    page, put_back = derivation.page, derivation.page.get_by_role("button", name="Put back")
    expect(put_back).to_have_attribute("aria-disabled", "true")
    ruler, before, (x, y) = ticks(derivation), outputs(derivation), mark(derivation, 3)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y, steps=4)
    page.mouse.up()
    page.mouse.click(640, 100)  # the focus leaves, and the pointer
    derivation.settle()
    assert ticks(derivation) == ruler
    stood = ghosts(derivation).evaluate_all(f"(all) => all.map({MIDDLE})")
    assert [at for at, _ in stood[4:]] == pytest.approx(before, abs=1)
    assert stood[3][0] == pytest.approx(x, abs=1)
    ghost = page.get_by_text("dashed: before")
    ghost.focus()
    expect(page.get_by_role("tooltip")).to_contain_text("A ghost is a dashed ring")
    put_back.click()
    derivation.settle()
    expect(ghosts(derivation)).to_have_count(0)
    expect(ghost).to_be_hidden()
    assert outputs(derivation) == pytest.approx(before, abs=1)
    assert derivation.answer()["batch"]["values"][3][0] == 5
    expect(put_back).to_have_attribute("aria-disabled", "true")
    page.go_back()
    derivation.settle()
    assert derivation.answer()["batch"]["values"][3][0] > 5
    page.get_by_role("slider", name="x of example 3 of x0").press("ArrowLeft")
    derivation.settle()
    derivation.click("Next step")
    expect(ghosts(derivation)).to_have_count(0)
    assert shifted(page) < 0.02


def expect_what_a_hand_did_not_shown_behind_other_numbers(derivation: Derivation) -> None:
    """Behind another feature's, one that is typed, or those of another convention."""
    for change in (
        lambda: derivation.cell(2, 1).focus(),
        lambda: derivation.type(0, 0, "7"),
        lambda: derivation.controls.choose("eps_placement", "deviation"),
    ):
        derivation.cell(2, 0).focus()
        derivation.settle()
        derivation.page.get_by_role("slider", name="x of example 3 of x0").press("PageUp")
        derivation.settle()
        expect(ghosts(derivation)).to_have_count(8)
        derivation.cell(1, 0).focus()
        derivation.settle()
        expect(ghosts(derivation)).to_have_count(8)
        change()
        derivation.settle()
        expect(ghosts(derivation)).to_have_count(0)
