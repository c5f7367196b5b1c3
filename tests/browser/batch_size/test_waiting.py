"""What the batch size page asks for, and what it tells while many batches are drawn."""

import pytest
from playwright.sync_api import expect

from tests.browser.batch_size.page import BatchSize
from tests.browser.conftest import Watch
from tests.browser.held import Held


@pytest.mark.parametrize(
    ("field", "text", "parts"),
    [("move_by", "1", "dependence"), ("rate", "0.1", "noise"), ("momentum", "0.5", "running"),
     ("draws", "200", "estimates,noise")],
)  # fmt: skip
def test_a_field_asks_for_its_own_parts_only(view: BatchSize, watch: Watch, field: str, text: str, parts: str) -> None:
    view.open("tab=strip")
    view.controls.enter(field, text)
    (address,) = watch.asked("/api/v1/batch-size")
    assert address.endswith(f"part={parts}")
    assert "part" not in view.query
    assert set(view.controls.figures()) == view.shown_figures()


BEGUN = 'event: progress\ndata: {"done":3,"of":9,"text":"batches of up to 32"}\n\n'


@pytest.mark.parametrize(("kind", "body"), [("text/event-stream", BEGUN), ("application/json", '{"headline": "Ov')])
def test_an_answer_that_is_cut_is_asked_for_once_more(view: BatchSize, kind: str, body: str) -> None:
    view.open("source=normal&features=8&draws=500")
    held = Held(view.page, "**/api/v1/batch-size?**draws=6000**", most=1)
    view.controls.field("draws").fill("6000")
    view.controls.field("draws").press("Enter")
    held.take().fulfill(content_type=kind, body=body)
    expect(view.page.locator("#x-hat-text")).to_contain_text("Over 6,000 batches")
    expect(view.controls.problem).to_be_hidden()
    held.end()


def test_an_answer_that_is_cut_twice_is_told_and_the_next_change_recovers(view: BatchSize) -> None:
    view.open("source=normal&features=8&draws=500")
    held = Held(view.page, "**/api/v1/batch-size?**draws=6000**", most=2)
    view.controls.field("draws").fill("6000")
    view.controls.field("draws").press("Enter")
    for _ in range(2):
        held.take().fulfill(content_type="text/event-stream", body=BEGUN)
    expect(view.controls.problem).to_contain_text("The connection broke")
    held.end()
    view.controls.enter("draws", "6001")
    expect(view.page.locator("#x-hat-text")).to_contain_text("Over 6,001 batches")
    expect(view.controls.problem).to_be_hidden()


def test_a_stream_whose_server_is_replaced_is_asked_for_again(view: BatchSize) -> None:
    view.open("source=normal&features=8&draws=500")
    held = Held(view.page, "**/api/v1/batch-size?**draws=6000**", most=1)
    view.controls.field("draws").fill("6000")
    view.controls.field("draws").press("Enter")
    held.take().fulfill(content_type="text/event-stream", body="retry: 10\nevent: reconnect\ndata: {}\n\n")
    expect(view.page.locator("#x-hat-text")).to_contain_text("Over 6,000 batches")
    expect(view.controls.problem).to_be_hidden()
    held.end()


def test_what_takes_long_can_be_cancelled(view: BatchSize) -> None:
    view.open("source=normal&features=8&draws=500")
    view.controls.field("draws").fill("10000")
    view.controls.field("draws").press("Enter")
    view.page.get_by_role("button", name="Cancel").click()
    expect(view.controls.problem).to_contain_text("Cancelled")
    expect(view.page.locator("#x-hat-text")).to_contain_text("Over 500 batches")
    view.controls.enter("draws", "600")
    expect(view.page.locator("#x-hat-text")).to_contain_text("Over 600 batches")
    expect(view.controls.problem).to_be_hidden()


def test_a_large_view_comes_at_once_and_asks_for_its_answer(view: BatchSize, watch: Watch) -> None:
    view.open("source=normal&features=8&draws=6000")
    assert len(watch.asked("/api/v1/batch-size")) == 1
    expect(view.page.locator("#x-hat-text")).to_contain_text("Over 6,000 batches")
