"""A run is played, paused, stepped and sought, and where it stands is in the address."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.training.page import QUICK, Training

pytestmark = pytest.mark.folded
SHORT = "source=iris&widths=8,8&steps=60"


def test_a_run_plays_where_motion_is_wanted_stops_at_its_end_steps_by_button_and_by_key_and_is_sought_in(
    training: Training,
) -> None:
    training.open(f"{SHORT}&speed=60")
    expect_a_run_to_play_by_itself_and_to_stop_at_its_end(training)
    training.step_to(f"{QUICK}&step=20")
    expect_steps_by_button_and_by_key(training)
    expect_a_press_in_a_chart_to_seek_and_a_drag_of_the_playhead_too(training)
    expect_the_keys_named_where_the_page_is_explained(training)
    expect_nothing_to_play_where_less_motion_is_asked_for(training)


def expect_a_run_to_play_by_itself_and_to_stop_at_its_end(training: Training) -> None:
    expect(training.step).to_have_text("60")
    expect(training.play).to_have_attribute("aria-pressed", "false")
    expect(training.page.locator("#step-of")).to_have_text("60")
    assert training.query["step"] == "60"
    for name in ("1 step on", "10 steps on", "100 steps on", "To the newest step"):
        expect(training.page.get_by_role("button", name=name, exact=True)).to_have_attribute("aria-disabled", "true")
    training.go("To step 0")
    expect(training.step).to_have_text("0")
    expect(training.headline).to_contain_text("Nothing is learned yet")
    training.page.locator("#main").focus()
    training.page.keyboard.press(" ")
    expect(training.play).to_have_attribute("aria-pressed", "true")
    expect(training.headline).to_have_attribute("aria-live", "off")
    expect(training.step).to_have_text("60")


def expect_steps_by_button_and_by_key(training: Training) -> None:
    """Back takes that back."""
    expect(training.step).to_have_text("20")
    for name, step in (("1 step on", "21"), ("10 steps on", "31"), ("100 steps on", "120"), ("To step 0", "0")):
        training.go(name)
        expect(training.step).to_have_text(step)
        assert training.query["step"] == step
    expect(training.page.locator("#step-said")).to_contain_text("Step 0. Without norm: loss")
    training.page.go_back()
    expect(training.step).to_have_text("120")
    training.go("To step 0")
    training.playhead.focus()
    for key, step in (("ArrowRight", 1), ("ArrowUp", 2), ("PageUp", 12), ("ArrowLeft", 11), ("End", 120), ("Home", 0)):
        training.page.keyboard.press(key)
        expect(training.playhead).to_have_attribute("aria-valuetext", f"step {step} of 120")
        expect(training.step).to_have_text(str(step))
        assert training.query["step"] == str(step)
    training.page.keyboard.press(" ")
    expect(training.play).to_have_attribute("aria-pressed", "true")
    training.page.keyboard.press(" ")
    expect(training.play).to_have_attribute("aria-pressed", "false")


def expect_a_press_in_a_chart_to_seek_and_a_drag_of_the_playhead_too(training: Training) -> None:
    training.step_to(f"{QUICK}&step=5&steps_axis=linear")
    box = training.page.locator('[data-chart="loss"] svg.drawing').bounding_box()
    assert box is not None
    training.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
    expect(training.step).to_have_text(re.compile(r"[4-8]\d"))
    middle = int(training.query["step"])
    mark = training.playhead.bounding_box()
    assert mark is not None
    training.page.mouse.move(mark["x"] + mark["width"] / 2, mark["y"] + 20)
    training.page.mouse.down()
    training.page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 30, steps=4)
    training.page.mouse.up()
    training.drawn()
    assert 0 < int(training.query["step"]) < middle
    training.page.go_back()
    training.drawn()
    assert int(training.query["step"]) == middle


def expect_the_keys_named_where_the_page_is_explained(training: Training) -> None:
    training.step_to(f"{QUICK}&step=3")
    training.page.keyboard.press("ArrowRight")
    expect(training.step).to_have_text("4")
    training.page.get_by_role("button", name=re.compile("What you see|About|Explain")).first.click()
    expect(training.page.locator("dialog[open]")).to_contain_text("Keys: Space plays and pauses")
    training.page.keyboard.press("ArrowRight")
    expect(training.step).to_have_text("4")


def expect_nothing_to_play_where_less_motion_is_asked_for(training: Training) -> None:
    """The end is shown."""
    training.page.emulate_media(reduced_motion="reduce")
    training.open(QUICK)
    expect(training.step).to_have_text("120")
    expect(training.play).to_have_attribute("aria-pressed", "false")
    training.page.emulate_media(reduced_motion=None)
