"""A step between two records that the server refuses, or has no time for: the page says so, and rests."""

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Watch
from tests.browser.training.page import Training

pytestmark = pytest.mark.folded

LONG = "source=iris&widths=8,8&steps=300&resolution=8&step=64"
STEP = "**/api/v1/training/step?**"
BUSY = {"status": 503, "headers": {"Retry-After": "1"}, "json": {"status": 503, "detail": "Busy."}}
REFUSED = {"status": 500, "json": {"status": 500, "detail": "Something broke."}}
COME = "All steps have come, 300 of them."


def test_a_step_that_is_refused_is_told_and_asked_for_again_when_the_playhead_comes_back(
    training: Training, watch: Watch
) -> None:
    watch.refusals = {500, 503}
    answers = [REFUSED, BUSY]
    page, arrival = training.page, training.page.locator("#arrival")

    def answer(route: Route) -> None:
        if answers:
            route.fulfill(**answers.pop(0))  # type: ignore[arg-type]
        else:
            route.continue_()

    training.open(LONG)
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
