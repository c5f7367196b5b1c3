"""What the batch size page asks for, and what it tells while many batches are drawn."""

import pytest
from playwright.sync_api import expect

from tests.browser.batch_size.page import BatchSize
from tests.browser.conftest import Watch
from tests.browser.endless import Endless
from tests.browser.held import Held
from tests.browser.tab import asking_elsewhere, run_first

pytestmark = pytest.mark.folded
PARTS = {
    ("move_by", "1"): "dependence", ("rate", "0.1"): "noise", ("momentum", "0.5"): "running",
    ("draws", "120"): "estimates,noise",
}  # fmt: skip
"""Of a field that is set to another value: what is asked for."""
REMEMBER_HEADLINE = """addEventListener("DOMContentLoaded", () => {
  window.opened = document.getElementById("headline")?.textContent.trim(); // an empty page has none
});"""
"""Of the page that is opened next."""
BEGUN = 'event: progress\ndata: {"done":3,"of":9,"text":"batches of up to 32"}\n\n'
STREAM = "text/event-stream"
BROKEN = {
    "110": (STREAM, BEGUN),
    "111": ("application/json", '{"headline": "Ov'),
    "112": (STREAM, "retry: 10\nevent: reconnect\ndata: {}\n\n"),
}
"""Of a number of batches to draw: what the first answer is. The last one is of a server that is replaced."""


def test_a_field_asks_for_its_own_parts_a_cut_answer_once_more_and_what_takes_long_comes_at_once_or_is_cancelled(
    view: BatchSize, watch: Watch
) -> None:
    view.open("tab=strip&open=estimates,noise,running&draws=100")
    expect_a_field_to_ask_for_its_own_parts_only(view, watch)
    view.step_to("open=estimates&draws=100")
    expect_a_cut_answer_asked_for_once_more_then_told(view)
    with Endless() as endless, endless.taking(view.page, "*/api/v1/batch-size?*draws=120*"):
        expect_cancelled(view)
    expect_a_large_view_at_once_which_asks_for_its_answer(view, watch)


def expect_a_field_to_ask_for_its_own_parts_only(view: BatchSize, watch: Watch) -> None:
    for (field, text), parts in PARTS.items():
        before = len(watch.asked("/api/v1/batch-size"))
        view.controls.enter(field, text)
        (address,) = watch.asked("/api/v1/batch-size")[before:]  # once, and not again when the field before is left
        assert address.endswith(f"part={parts}")
        assert "part" not in view.query
    assert set(view.controls.figures()) == view.shown_figures()


def expect_a_cut_answer_asked_for_once_more_then_told(view: BatchSize) -> None:
    for draws, (kind, body) in BROKEN.items():
        answer_first(view, draws, 1, kind, body)
        expect_drawn(view, draws)
    answer_first(view, "113", 2, STREAM, BEGUN)
    expect(view.controls.problem).to_contain_text("The connection broke")
    view.controls.enter("draws", "114")
    expect_drawn(view, "114")


def answer_first(view: BatchSize, draws: str, times: int, kind: str, body: str) -> None:
    """Ask for so many batches and give that answer, so often, instead of the server's."""
    held = Held(view.page, f"**/api/v1/batch-size?**draws={draws}**", most=times)
    view.controls.field("draws").fill(draws)
    view.controls.field("draws").press("Enter")
    for _ in range(times):
        held.take().fulfill(content_type=kind, body=body)


def expect_drawn(view: BatchSize, draws: str) -> None:
    expect(view.page.locator("#x-hat-text")).to_contain_text(f"Over {int(draws):,} batches")
    expect(view.controls.problem).to_be_hidden()
    view.page.unroute_all(behavior="ignoreErrors")


def expect_cancelled(view: BatchSize) -> None:
    view.controls.field("draws").fill("120")
    view.controls.field("draws").press("Enter")
    view.page.get_by_role("button", name="Cancel").click()
    expect(view.controls.problem).to_contain_text("Cancelled")
    expect(view.page.locator("#x-hat-text")).to_contain_text("Over 114 batches")
    view.controls.enter("draws", "130")
    expect_drawn(view, "130")


def expect_a_large_view_at_once_which_asks_for_its_answer(view: BatchSize, watch: Watch) -> None:
    """What it draws is that answer; here it is of fewer draws."""
    watch.requests.clear()
    run_first(view.page, REMEMBER_HEADLINE)
    with asking_elsewhere(view.page, "*/api/*draws=6000*", lambda asked: asked.replace("draws=6000", "draws=100")):
        view.page.goto("/batch-size?source=normal&features=8&draws=6000")
        assert view.page.evaluate("() => window.opened") == "Many batches are being drawn."
        view.settle()
    assert len(watch.asked("/api/v1/batch-size")) == 1
    expect(view.page.locator("#x-hat-text")).to_contain_text("Over 100 batches")
