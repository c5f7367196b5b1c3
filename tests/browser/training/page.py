"""The training page as a person handles it: play, pause, step, drag the playhead, change the learning rate."""

import re
from typing import Any, Self
from urllib.parse import urlencode

from playwright.sync_api import Locator, expect

from tests.browser.playground.page import STEP_TO
from tests.browser.view import ViewPage

OF_PAGE = {"open", "wall", "step", "speed", "steps_axis", "loss_axis", "block", "tab", "attempt_of"}
"""Fields of the address that the API does not know."""
QUICK = "source=iris&widths=8,8&steps=120"
PATHS = """(all) => Object.fromEntries(all.map((group) =>
  [group.dataset.variant, group.querySelector("path:not(.band), .line").getAttribute("d") ?? ""]))"""


class Training(ViewPage):
    """A page with the training view in it."""

    path = "/training"

    def open(self, query: str = QUICK) -> Self:
        self.page.goto(f"{self.path}?{query}" if query else self.path)
        return self.come()

    def step_to(self, query: str) -> Self:
        """Another state of the page that is open, as a step back leads to it."""
        self.page.evaluate(STEP_TO, f"?{query}")
        return self.come()

    def come(self) -> Self:
        """Wait until every step has come."""
        expect(self.page.locator("#arrival")).to_contain_text(re.compile("steps? ha(?:s|ve) come|The run is over"))
        return self.drawn()

    def drawn(self) -> Self:
        """Wait until what was asked for is drawn."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return self

    def records(self) -> list[dict[str, Any]]:
        """The rows of the run that the address names, as the API has them."""
        query = urlencode({name: value for name, value in self.query.items() if name not in OF_PAGE})
        address = f"/api/v1/training?{query}"
        response = self.page.request.get(address, headers={"Accept": "application/json"})
        assert response.ok
        rows: list[dict[str, Any]] = response.json()["steps"]
        return rows

    # ---- the playhead ----

    @property
    def step(self) -> Locator:
        return self.page.locator("#step-shown")

    @property
    def play(self) -> Locator:
        return self.page.locator("[data-go=play]")

    @property
    def playhead(self) -> Locator:
        return self.page.get_by_role("slider", name="Shown step")

    def go(self, name: str) -> Self:
        """Press a button of the transport, by what it says."""
        self.page.locator("#transport").get_by_role("button", name=name, exact=True).click()
        return self.drawn()

    def set_rate(self, text: str) -> Self:
        self.page.locator("#rate-here").fill(text)
        self.page.locator("#rate-here").press("Enter")
        return self

    # ---- what is drawn ----

    def curves(self, chart: str = "loss") -> dict[str, str]:
        """The path of each variant's curve."""
        drawn: dict[str, str] = self.page.locator(f'[data-chart="{chart}"] .curve').evaluate_all(PATHS)
        return drawn

    def histograms(self, block: int) -> dict[str, str]:
        """The outline of each variant's histogram of a block, from 0."""
        lanes = self.page.locator('[data-board="inputs"] .tr-column').nth(block).locator(".lane")
        drawn: dict[str, str] = lanes.evaluate_all(PATHS)
        return drawn

    def number(self, chart: str, variant: str) -> Locator:
        """A variant's number at the playhead."""
        return self.page.locator(f'[data-chart="{chart}"] .tr-key[data-variant="{variant}"] b')
