"""What the batch size page asks for, and what it tells while many batches are drawn."""

from playwright.sync_api import expect

from tests.browser.batch_size.page import BatchSize
from tests.browser.conftest import Watch
from tests.browser.held import Held

PARTS = {
    ("move_by", "1"): "dependence", ("rate", "0.1"): "noise", ("momentum", "0.5"): "running",
    ("draws", "200"): "estimates,noise",
}  # fmt: skip
"""Of a field that is set to another value: what is asked for."""
BEGUN = 'event: progress\ndata: {"done":3,"of":9,"text":"batches of up to 32"}\n\n'
STREAM = "text/event-stream"
BROKEN = {
    "6000": (STREAM, BEGUN),
    "6001": ("application/json", '{"headline": "Ov'),
    "6002": (STREAM, "retry: 10\nevent: reconnect\ndata: {}\n\n"),
}
"""Of a number of batches to draw: what the first answer is. The last one is of a server that is replaced."""


def test_a_field_asks_for_its_own_parts_only(view: BatchSize, watch: Watch) -> None:
    view.open("tab=strip")
    for (field, text), parts in PARTS.items():
        before = len(watch.asked("/api/v1/batch-size"))
        view.controls.enter(field, text)
        (address,) = watch.asked("/api/v1/batch-size")[before:]  # once, and not again when the field before is left
        assert address.endswith(f"part={parts}")
        assert "part" not in view.query
    assert set(view.controls.figures()) == view.shown_figures()


def test_a_cut_answer_is_asked_for_once_more_then_it_is_told_and_what_takes_long_can_be_cancelled(
    view: BatchSize,
) -> None:
    view.open("source=normal&features=8&draws=500")
    for draws, (kind, body) in BROKEN.items():
        answer_first(view, draws, 1, kind, body)
        expect_drawn(view, draws)
    answer_first(view, "6003", 2, STREAM, BEGUN)
    expect(view.controls.problem).to_contain_text("The connection broke")
    view.controls.enter("draws", "6004")
    expect_drawn(view, "6004")
    expect_cancelled(view)


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
    view.controls.field("draws").fill("10000")
    view.controls.field("draws").press("Enter")
    view.page.get_by_role("button", name="Cancel").click()
    expect(view.controls.problem).to_contain_text("Cancelled")
    expect(view.page.locator("#x-hat-text")).to_contain_text("Over 6,004 batches")
    view.controls.enter("draws", "600")
    expect_drawn(view, "600")


def test_a_large_view_comes_at_once_and_asks_for_its_answer(view: BatchSize, watch: Watch) -> None:
    view.open("source=normal&features=8&draws=6000")
    assert len(watch.asked("/api/v1/batch-size")) == 1
    expect(view.page.locator("#x-hat-text")).to_contain_text("Over 6,000 batches")
