"""The batch size view as a person handles it: deal batches, turn the size, drag an example, match the noise."""

from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Locator, expect

from tests.browser.view import ViewPage

TICKS = """(drawing) => [...drawing.querySelectorAll(".ruler g g")].map((tick) => {
  const line = tick.querySelector("line");
  return [tick.textContent, line.getAttribute("x1"), line.getAttribute("y1")];
})"""
OF_PAGE = {"open", "wall", "tab", "deal"}
"""Fields of the address that the API does not know."""
FALLEN = "(lanes) => lanes.map((lane) => lane.querySelectorAll('circle:not([display])').length)"
AWAY = """(group) => {
  const [before, now] = [".before", ".now"].map((mark) => Number(group.querySelector(mark).getAttribute("cy")));
  return before - now;
}"""


class BatchSize(ViewPage):
    """A page with the batch size view in it."""

    path = "/batch-size"

    @property
    def query(self) -> dict[str, str]:
        """The fields in the address, but for the sections that are open."""
        return {name: value for name, value in super().query.items() if name != "open"}

    def answer(self) -> dict[str, Any]:
        query = {name: value for name, value in self.query.items() if name not in OF_PAGE}
        response = self.page.request.get(f"/api/v1{self.path}?{urlencode(query)}")
        assert response.ok
        return response.json()

    # ---- what it says ----

    def mark(self, size: int | str) -> Locator:
        """The button of a marked size."""
        return self.page.locator(f'[data-size="{size}"]')

    def text(self, name: str) -> str:
        return self.page.locator(f"#{name}-text").inner_text()

    def shown_figures(self) -> set[str]:
        """The answer's figures that the page shows; what the stage draws is none of them."""
        return {name for name in self.answer()["figures"] if not name.startswith("strip_")}

    # ---- the stage ----

    def tab(self, name: str) -> Locator:
        return self.page.get_by_role("tab", name=name)

    def dealer(self, name: str) -> Locator:
        """A button of those that deal, by what it says."""
        return self.page.locator("#dealer").get_by_role("button", name=name, exact=True)

    def told(self, name: str) -> Locator:
        """A number of the deal shown: `number`, `mean`, `sd`, `x-hat`; or what is `said` of it."""
        return self.page.locator(f"#deal-{name}")

    def lit(self) -> int:
        """How many dots of the population are lit."""
        return self.page.locator("#dots .lit").count()

    def fallen(self) -> list[int]:
        """How many dots lie on each pile."""
        counts: list[int] = self.page.locator("#piles .lane").evaluate_all(FALLEN)
        return counts

    def ticks(self, *drawings: str) -> list[list[list[str]]]:
        """The texts and places of the ticks of drawings, by their ids."""
        return [self.page.locator(f"#{drawing}").evaluate(TICKS) for drawing in drawings]

    # ---- the examples that are dragged ----

    def strip(self) -> list[Locator]:
        """The marks by which examples are dragged, in their tab."""
        if self.tab("Drag an example").get_attribute("aria-selected") == "false":
            self.tab("Drag an example").click()
        expect(self.page.locator("#strip-x .grip").first).to_be_visible()
        return self.page.locator("#strip-x .grip").all()

    def moved(self, lane: str) -> list[float]:
        """How far up each example of a lane went, in pixels."""
        away: list[float] = self.page.locator(f"#strip-{lane} .values > g").evaluate_all(f"(all) => all.map({AWAY})")
        return away
