"""A claim of many runs is replayed on the page: a bar says how far it is, and what came takes the record's place."""

import json

import pytest
from playwright.sync_api import Route, expect

from app.views.training.claims.query import REPLAYED
from app.views.training.claims.told import claims
from tests.browser.training.page import QUICK, Training

pytestmark = pytest.mark.folded

TOLD = {claim["name"]: claim for claim in claims()}
CAME = TOLD["batch_sizes"] | {
    "measured": "What came just now.",
    "measured_there": "What came there.",
    "table": TOLD["batch_sizes"]["table"] | {"rows": {"One": ["1.5%"] * 5, "Two": ["2.5%"] * 5, "Three": ["3.5%"] * 5}},
    "as_said": False,
}
PROGRESS = {"done": 3, "of": 45, "text": "3 of 45 runs have ended."}


def event(name: str, data: object) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


def test_a_claim_of_many_runs_is_replayed_and_told_anew_and_a_replay_is_stopped_by_its_button(
    training: Training,
) -> None:
    page = training.page
    answers = [
        event("progress", PROGRESS),
        event("problem", {"title": "Busy", "status": 503, "detail": "The server is busy."}),
        event("progress", PROGRESS) + event("result", CAME),
    ]
    held: list[Route] = []

    def answer(route: Route) -> None:
        if answers:
            route.fulfill(content_type="text/event-stream", body=answers.pop(0))
        else:
            held.append(route)

    training.open(f"{QUICK}&open=claims")
    page.route("**/api/v1/training/claim?name=batch_sizes&replay=on", answer)
    expect(page.locator("[data-replay]")).to_have_count(len(REPLAYED))
    claim = page.locator("#claim-batch_sizes")
    cells, said, button = claim.locator("[data-cell]"), claim.get_by_role("status"), claim.get_by_role("button")
    expect(cells).to_have_text([cell for row in TOLD["batch_sizes"]["table"]["rows"].values() for cell in row])
    button.click()
    expect(said).to_contain_text("The connection broke before the result came.")
    expect(claim).to_contain_text(TOLD["batch_sizes"]["measured"])
    button.click()
    expect(said).to_have_text("The server is busy.")
    button.focus()
    page.keyboard.press("Enter")
    expect(said).to_have_text("Replayed now: not as it is said.")
    expect(cells).to_have_text(["1.5%"] * 5 + ["2.5%"] * 5 + ["3.5%"] * 5)
    expect(claim).to_contain_text("What came just now.")
    expect(claim).to_contain_text("What came there.")
    expect(button).to_have_text("Replay it here")
    expect(claim.locator("progress")).to_be_hidden()
    button.click()
    expect(claim.locator("progress")).to_be_visible()
    claim.get_by_role("button", name="Stop").click()
    expect(said).to_have_text("Stopped; what has ended is kept.")
    expect(button).to_have_text("Replay it here")
    assert len(held) == 1
