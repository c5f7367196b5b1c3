"""A large network: its progress, Cancel, and that a late answer never overwrites a newer one."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.endless import Endless
from tests.browser.held import Held
from tests.browser.network.page import SMALL, Network
from tests.browser.playground.page import STEP_TO
from tests.browser.tab import run_first

ASKED = "**/api/v1/network*"
LARGEST = "*/api/v1/network?*width=512*"
LARGE = "open=depth&depth=20&width=128&batch_size=256"
"""Just large enough to be told of while it is computed."""
REMEMBER_PROGRESS = """addEventListener("DOMContentLoaded", () => {
  const progress = document.getElementById("progress");
  if (!progress) return; // an empty page
  window.opened = document.getElementById("headline").textContent.trim();
  window.told = [];
  const remember = () => window.told.push(progress.innerText);
  new MutationObserver(remember).observe(progress, { subtree: true, childList: true, attributes: true });
});"""
"""Of the page that is opened next: its first headline, and what is told while it waits."""
REMEMBER_SIZES = """() => {
  const line = document.getElementById("batch-line");
  window.sizes = [];
  new MutationObserver(() => window.sizes.push(line.textContent)).observe(line, { childList: true });
}"""


pytestmark = pytest.mark.folded


@pytest.fixture
def endless(page: Page) -> Iterator[Endless]:
    """A large network that is never done."""
    with Endless() as waiting:
        yield waiting
        page.unroute_all(behavior="ignoreErrors")


def test_a_large_network_comes_at_once_and_shows_its_progress_and_a_wrong_field_costs_only_itself_and_is_named(
    network: Network, watch: Watch
) -> None:
    expect_it_at_once_and_its_progress_shown(network)
    watch.refusals.add(422)
    expect_a_wrong_field_to_cost_only_itself(network)
    network.page.evaluate("() => scrollTo(0, 0)")
    network.step_to(f"{SMALL}&disturb_layer=1&disturb_factor=1e99")
    expect_a_refused_field_of_a_section_out_of_sight_named_above_the_stage(network)


def expect_a_wrong_field_to_cost_only_itself(network: Network) -> None:
    network.page.goto(f"/network?{LARGE}&seed=5&weight_scale=-1")
    network.controls.expect_error("weight_scale", "0")
    network.settle()
    expect(network.headline).to_have_text("Not computed.")
    network.controls.expect_error("weight_scale", "0")
    assert len(network.line("depth_deviation", 1)) == 20
    network.controls.enter("weight_scale", "1")  # what was computed beside the error
    expect(network.page.locator("#e-weight_scale")).to_be_hidden()


def expect_it_at_once_and_its_progress_shown(network: Network) -> None:
    run_first(network.page, REMEMBER_PROGRESS)
    network.page.goto(f"/network?{LARGE}")
    assert network.page.evaluate("() => window.opened") == "The network is large: it is being computed."
    expect(network.headline).to_contain_text("Over 20 blocks the deviation of z")
    expect(network.page.locator("#progress")).to_be_hidden()
    network.settle()
    told = network.page.evaluate("() => window.told")
    assert any(re.search(r"\b\d+ s\b.*(layer|joint) \d+ of \d+$", text, re.DOTALL) for text in told), told
    assert len(network.line("depth_gradient", 1)) == 20


def expect_a_refused_field_of_a_section_out_of_sight_named_above_the_stage(network: Network) -> None:
    expect(network.controls.problem).to_contain_text(
        "Factor on its weights: “1e99” is not allowed here; allowed: a number from"
    )
    expect(network.controls.error("disturb_factor")).to_contain_text("allowed: ")
    network.controls.enter("disturb_factor", "2")
    expect(network.controls.problem).to_be_hidden()


def test_the_last_view_stands_while_a_large_one_is_overtaken_or_cancelled_and_a_late_answer_overwrites_no_newer_one(
    network: Network, endless: Endless, watch: Watch
) -> None:
    with endless.taking(network.page, LARGEST):
        expect_a_first_computation_that_is_cancelled_to_say_so_once(network)
        network.step_to(f"open=depth&{SMALL}")
        expect_a_newer_state_ends_the_stream(network, watch)
        expect_cancel_not_undone_by_the_field_it_takes_the_focus_from(network)
        expect_a_cancelled_computation_leaves_the_last_view(network)
    network.step_to(SMALL)
    expect_a_stream_that_was_overtaken_before_it_began_given_up(network, endless)


def expect_a_newer_state_ends_the_stream(network: Network, watch: Watch) -> None:
    """The last view stands until it comes."""
    said = network.headline.inner_text()
    with network.page.expect_event("requestfailed", lambda request: "width=512" in request.url):
        network.controls.field("width").fill("512")
        network.controls.field("width").press("Enter")
        expect(network.page.locator("#progress")).to_be_visible()
        expect(network.headline).not_to_be_empty()
        network.page.get_by_role("button", name="Reset Width").click()
    network.controls.enter("width", "8")
    expect(network.headline).to_have_text(said)
    assert any("width=512" in address for address in watch.asked("/api/v1/network"))


def expect_cancel_not_undone_by_the_field_it_takes_the_focus_from(network: Network) -> None:
    drawn = network.line("depth_deviation", 1)
    network.controls.field("width").fill("512")
    network.controls.field("width").press("Enter")
    network.page.get_by_role("button", name="Cancel").click()
    expect(network.controls.problem).to_contain_text("Cancelled")
    expect(network.headline).to_have_text("Not computed.")
    assert network.line("depth_deviation", 1) == drawn
    network.controls.enter("width", "8")
    expect(network.controls.problem).to_be_hidden()


def expect_a_cancelled_computation_leaves_the_last_view(network: Network) -> None:
    drawn = network.line("depth_deviation", 1)
    network.page.evaluate(STEP_TO, "?open=depth&depth=50&width=512")
    with network.page.expect_event("requestfailed", lambda request: "width=512" in request.url):
        expect(network.page.get_by_role("progressbar", name="Progress of the computation")).to_be_visible()
        network.page.get_by_role("button", name="Cancel").click()
    expect(network.controls.problem).to_contain_text("Cancelled")
    expect(network.controls.problem).to_contain_text("below is still Digits, 3 blocks of width 8")
    expect(network.headline).to_have_text("Not computed.")
    assert network.line("depth_deviation", 1) == drawn
    expect(network.page.locator("#progress")).to_be_hidden()


def expect_a_first_computation_that_is_cancelled_to_say_so_once(network: Network) -> None:
    network.page.goto("/network?depth=50&width=512&seed=9")
    network.page.get_by_role("button", name="Cancel").click()
    expect(network.headline).to_have_text("Nothing is computed.")
    expect(network.controls.problem).to_have_text("Cancelled. Ask again")
    expect(network.page.locator("#progress")).to_be_hidden()
    network.page.get_by_role("button", name="Ask again").click()
    expect(network.page.locator("#progress")).to_be_visible()
    network.page.get_by_role("button", name="Cancel").click()


def expect_a_stream_that_was_overtaken_before_it_began_given_up(network: Network, endless: Endless) -> None:
    held = Held(network.page, ASKED)
    network.page.evaluate(REMEMBER_SIZES)
    width = network.controls.field("width")
    width.fill("512")
    width.press("Enter")
    large = held.take()
    width.fill("12")
    width.press("Enter")
    with network.page.expect_event("requestfailed", lambda request: "width=512" in request.url):
        endless.answer(large)
    held.take().continue_()
    network.settle()
    assert network.query["width"] == "12"
    shown = network.page.evaluate("() => window.sizes")
    assert any("width 12" in text for text in shown)
    assert not any("width 512" in text for text in shown)
    expect(network.headline).to_have_text(network.answer()["headline"])
    expect_a_late_answer_never_to_overwrite_a_newer_one(network, held)


def expect_a_late_answer_never_to_overwrite_a_newer_one(network: Network, held: Held) -> None:
    """Of whatever is asked at once the newest is answered first, and the oldest last."""
    for seed in ("1", "2"):
        network.controls.field("seed").fill(seed)
        network.controls.field("seed").press("Enter")
    network.page.evaluate("() => fetch('/api/v1/catalog')")  # behind it all that was asked before is here
    asked = len(held.urls())
    for _ in range(asked):
        held.let_newest_go()
    if asked == 1:
        assert "seed=2" in held.urls()[0]
        held.let_newest_go()
    network.settle()
    expect(network.headline).to_have_text(network.answer()["headline"])
    assert network.query["seed"] == "2"
