"""The norms as a person handles them: open the page, point at cells, choose a situation, read what it says."""

from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.view import ViewPage

LIT = """(boxes) => boxes.filter((box) => box.classList.contains("shared"))
  .map(({ dataset: { example, channel } }) => [Number(example), Number(channel)])"""


class Norms(ViewPage):
    """A page with the norms in it."""

    path = "/norms"

    def norm(self, name: str) -> dict[str, Any]:
        """A norm's part of the answer."""
        return next(norm for norm in self.answer()["norms"] if norm["name"] == name)

    @property
    def cell(self) -> Locator:
        """The sentence that tells the cell that is looked at."""
        return self.page.locator("#cube-told")

    # ---- the cubes ----

    def card(self, norm: str) -> Locator:
        return self.page.locator(f'[data-cube="{norm}"]')

    def box(self, norm: str, example: int, channel: int) -> Locator:
        """An example's channel in a norm's cube."""
        return self.card(norm).locator(f'[data-example="{example}"][data-channel="{channel}"]')

    def lit(self, norm: str) -> set[tuple[int, int]]:
        """Examples and channels whose cells are lit."""
        return {tuple(place) for place in self.card(norm).locator(".cube-box").evaluate_all(LIT)}

    def text(self, norm: str) -> str:
        """What a norm says of the situation."""
        return self.card(norm).locator(".cube-text").inner_text()

    def told(self, norm: str) -> str:
        """What a norm says of the cell."""
        return self.card(norm).locator(".cube-cell").inner_text()

    def expect_cell(self, text: str) -> None:
        expect(self.cell).to_contain_text(text)
