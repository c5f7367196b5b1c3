"""Where the playhead stands: on every step that is asked for, by the keys of the page, after a reload, and refused."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Watch
from tests.browser.training.page import QUICK, Training

pytestmark = pytest.mark.folded

SEEN = """() => {
  const shown = () => document.getElementById("step-shown").textContent;
  addEventListener("pagehide", () => sessionStorage.setItem("seen", shown()));
  return shown();
}"""
"""The step that is shown; the one that is shown when the page is left is kept in the tab."""
LONG = "source=iris&widths=8,8&steps=300&resolution=8"
STEP = "**/api/v1/training/step?**"
BUSY = {"status": 503, "headers": {"Retry-After": "1"}, "json": {"status": 503, "detail": "Busy."}}
REFUSED = {"status": 500, "json": {"status": 500, "detail": "Something broke."}}
COME = "All 300 steps have come."


def test_a_step_between_two_records_is_shown_refused_or_asked_for_again_and_a_reloaded_page_stands_where_it_was_seen(
    training: Training, watch: Watch
) -> None:
    training.open(f"{LONG}&step=64")
    expect_a_step_between_two_records_shown_as_what_it_says(training)
    watch.refusals = {500, 503}
    training.step_to(f"{LONG}&step=64")
    expect_a_refused_step_told_and_asked_for_again_when_the_playhead_comes_back(training)
    expect_a_page_that_is_reloaded_while_it_plays_to_stand_where_it_was_seen(training)


def expect_a_step_between_two_records_shown_as_what_it_says(training: Training) -> None:
    page = training.page
    assert [row["step"] for row in training.records()][64:66] == [64, 72]
    for step in (65, 66):
        training.go("1 step on")
        expect(training.step).to_have_text(str(step))
        row = page.request.get(f"/api/v1/training/step?{LONG}&at={step}").json()
        expect(training.number("loss", "b")).to_have_text(f"{row['variants']['b']['loss']:#.3g}")
        assert training.query["step"] == str(step)
    page.reload()
    training.come()
    expect(training.step).to_have_text("66")
    training.go("10 steps on")
    expect(training.step).to_have_text("76")
    page.locator("#main").focus()
    for key, step in (("ArrowRight", 80), ("ArrowLeft", 76), ("ArrowLeft", 72), ("Home", 0), ("ArrowRight", 1)):
        page.keyboard.press(key)
        expect(training.step).to_have_text(str(step))
    training.go("10 steps on").go("100 steps on").go("10 steps on")
    expect(training.step).to_have_text("121")
    training.go("Double the learning rate from here on")
    expect(page.locator("#rate-undo")).to_be_visible()
    expect(training.step).to_have_text("121")
    training.go("100 steps on")
    expect(training.step).to_have_text("221")
    assert training.query["changes"] == "0.2@121"
    training.come()
    page.locator("#rate-undo").click()
    expect(page.locator("#rate-undo")).to_be_hidden()
    training.come()
    page.locator("[data-axis=steps_axis]").focus()  # a button has no use for arrows
    page.keyboard.press("End")
    expect(training.step).to_have_text("300")
    page.locator("#c-held").focus()
    page.keyboard.press("Home")
    expect(training.step).to_have_text("300")


def expect_a_refused_step_told_and_asked_for_again_when_the_playhead_comes_back(training: Training) -> None:
    """The page says so, and rests."""
    answers = [REFUSED, BUSY]
    page, arrival = training.page, training.page.locator("#arrival")

    def answer(route: Route) -> None:
        if answers:
            route.fulfill(**answers.pop(0))  # type: ignore[arg-type]
        else:
            route.continue_()

    page.route(STEP, answer)
    training.go("1 step on")
    expect(arrival).to_have_text("Something broke.")
    expect(page.locator("#view")).to_have_attribute("aria-busy", "false")
    page.locator("#main").focus()
    page.keyboard.press("ArrowLeft")
    expect(arrival).to_have_text(COME)
    expect(training.step).to_have_text("63")
    training.go("1 step on").go("1 step on")
    expect(arrival).to_have_text("The server is busy with others: it is tried again in 1 s.")
    expect(page.locator("#view")).to_have_attribute("aria-busy", "true")
    expect(training.step).to_have_text("65")
    expect(arrival).to_have_text(COME)
    expect(page.locator("#view")).to_have_attribute("aria-busy", "false")
    page.unroute_all(behavior="ignoreErrors")


def expect_a_page_that_is_reloaded_while_it_plays_to_stand_where_it_was_seen(training: Training) -> None:
    page = training.page
    page.goto(f"{training.path}?{LONG}&speed=20")
    expect(training.step).to_have_text(re.compile(r"[1-9]\d"))
    expect(page.locator('[data-chart="loss"] .curve[data-variant="b"] .line')).to_have_attribute("d", re.compile("L"))
    seen = page.evaluate(SEEN)
    page.reload()
    training.come()
    left = int(page.evaluate("() => sessionStorage.getItem('seen')"))
    assert left >= int(seen)
    assert left <= int(training.step.text_content() or "") < 300  # a frame later at most, and never before
    expect(training.play).to_have_attribute("aria-pressed", "false")
    page.goto(f"{training.path}?{QUICK}&step=7")  # another address is no reload
    training.come()
    expect(training.step).to_have_text("7")
