"""What is wrong is told at the stage, once."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watch
from tests.browser.training.page import QUICK, Training

pytestmark = pytest.mark.folded


def test_a_wrong_address_tells_why_at_the_stage_and_shows_the_run_without_it(training: Training, watch: Watch) -> None:
    watch.refusals = {422}
    training.page.goto(f"{training.path}?{QUICK}&step=30&held=x&open=accuracy")
    training.come()
    box = training.page.locator("#problem")
    expect(box).to_contain_text("Held out: “x” is not allowed here; allowed: ")
    told = box.text_content() or ""
    assert told.count("Not computed; below is still the run of Iris.") == 1
    expect(training.step).to_have_text("30")
    assert all(training.curves().values())
    expect(training.headline).to_contain_text("30")
    assert len(watch.asked("/api/v1/training?")) == 1
    assert "held" not in watch.asked("/api/v1/training?")[0]
    training.page.fill("#c-held", "40")
    training.page.press("#c-held", "Enter")
    expect(box).to_be_hidden()
    expect(training.page.locator("#batch-line")).to_contain_text("40 held-out")
    training.page.fill("#c-held", "999")
    training.page.press("#c-held", "Enter")
    expect(box).to_contain_text("999")
    assert (box.text_content() or "").count("Not computed") == 1
    expect(training.headline).not_to_contain_text("Not computed")
