"""The norms as a person handles them: open the page, point at cells, choose a situation, read what it says."""

from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.browser.playground import Playground

LIT = """(boxes) => boxes.filter((box) => box.classList.contains("shared"))
  .map(({ dataset: { example, channel } }) => [Number(example), Number(channel)])"""


class Norms:
    """A page with the norms in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.controls = Playground(page)

    def open(self, query: str = "") -> Self:
        self.page.goto(f"/norms?{query}" if query else "/norms")
        return self.settle()

    def settle(self) -> Self:
        """Wait until nothing is asked any more and the figures on screen are drawn."""
        self.controls.settle()
        return self

    @property
    def query(self) -> dict[str, str]:
        """The fields in the address."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.page.url).query).items()}

    def answer(self) -> dict[str, Any]:
        """The API's answer to the query in the address."""
        response = self.page.request.get(f"/api/v1/norms?{urlsplit(self.page.url).query}")
        assert response.ok
        return response.json()

    def norm(self, name: str) -> dict[str, Any]:
        """A norm's part of the answer."""
        return next(norm for norm in self.answer()["norms"] if norm["name"] == name)

    @property
    def headline(self) -> Locator:
        return self.page.locator("#headline")

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
