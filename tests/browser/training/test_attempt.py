"""The stage's second tab: the next update by the true gradient and with the statistics as constants."""

import pytest
from playwright.sync_api import expect

from app.figures.numbers import three
from tests.app.sentences.brevity import is_brief
from tests.browser.training.page import Training

pytestmark = pytest.mark.folded

QUICK = "source=iris&widths=8,8&steps=40"
BATCH = "a=norm:none&b=norm:batch&c=norm:ghost,ghost_size:15"

NOTHING_CUT = """() => [...document.querySelectorAll(".tr-way svg")].every((drawing) => {
  const { right } = drawing.getBoundingClientRect();
  return [...drawing.querySelectorAll("text")].every((text) => text.getBoundingClientRect().right <= right);
})"""


def told(training: Training, step: int, of: str) -> dict[str, dict[str, float]]:
    address = f"/api/v1/training/attempt?{QUICK}&{BATCH}&of={of}&at={step}"
    ways: dict[str, dict[str, float]] = training.page.request.get(address).json()["ways"]
    return ways


def test_the_tab_tries_the_next_update_wherever_the_playhead_rests_and_nothing_without_a_norm_over_the_batch(
    training: Training,
) -> None:
    page = training.page
    training.open(f"{QUICK}&{BATCH}&step=20")
    tab = page.get_by_role("tab", name="One step, two gradients")
    page.get_by_role("tab", name="Learn side by side").focus()
    page.keyboard.press("ArrowRight")
    expect(tab).to_be_focused()
    assert training.query["tab"] == "attempt"
    ways = told(training, 20, "b")
    misses = abs(ways["true"]["after"] - ways["true"]["promised"])
    assert misses < abs(ways["constant"]["after"] - ways["constant"]["promised"])
    expect(training.headline).to_contain_text("With constant statistics a loss of")
    said = training.headline.text_content() or ""
    for number in (ways["constant"]["promised"], ways["constant"]["after"], misses):
        assert three(number) in said
    assert is_brief(said)
    expect(page.locator("#attempt-told")).to_contain_text("The norm subtracts that bias again")
    expect(page.locator("#attempt-sums .tr-sum")).to_have_count(2)
    lines = page.locator(".tr-way .came line").evaluate_all("(all) => all.map((one) => one.getAttribute('y1'))")
    assert lines[0] == lines[1]  # one axis: both begin at the same loss
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.locator("[data-term=sums] .whole").evaluate("(one) => one.getClientRects().length") == 1
    page.wait_for_function(NOTHING_CUT)
    training.go("10 steps on")
    after = told(training, 30, "b")["constant"]["after"]
    expect(training.headline).to_contain_text(f"{three(after)} comes")
    page.locator("#attempt-of").select_option("c")
    assert training.query["attempt_of"] == "c"
    after = told(training, 30, "c")["constant"]["after"]
    expect(training.headline).to_contain_text(f"{three(after)} comes")
    page.reload()
    training.come()
    expect(training.headline).to_contain_text(f"{three(after)} comes")
    training.step_to(f"{QUICK}&a=norm:none&b=norm:layer&c=norm:renorm&tab=attempt&step=3")
    expect(training.headline).to_have_text(
        "No variant has batch norm or ghost batch norm, whose updates are tried here."
    )
    expect(training.page.locator("#attempt-drawn")).to_be_hidden()
