"""The view of the batch's size as a person handles it: open it, turn the size, drag an example, match the noise."""

from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page

from tests.browser.playground import Playground


class BatchSize:
    """A page with the batch's size in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.controls = Playground(page)

    def open(self, query: str = "") -> Self:
        self.page.goto(f"/batch-size?{query}" if query else "/batch-size")
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
        response = self.page.request.get(f"/api/v1/batch-size?{urlsplit(self.page.url).query}")
        assert response.ok
        return response.json()

    # ---- what it says ----

    @property
    def headline(self) -> Locator:
        return self.page.locator("#headline")

    def mark(self, size: int | str) -> Locator:
        """The button of a marked size."""
        return self.page.locator(f'[data-size="{size}"]')

    def text(self, name: str) -> str:
        return self.page.locator(f"#{name}-text").inner_text()

    def values(self, strip: str) -> tuple[list[float], list[float]]:
        """The values of a strip plot before and now."""
        _, before, now = self.controls.data(f"strip_{strip}")
        return before["y"], now["y"]

    # ---- the examples that are dragged ----

    def handles(self) -> list[Locator]:
        """The marks by which examples are dragged, on screen."""
        self.page.locator("#figure-strip_x").scroll_into_view_if_needed()
        self.settle()
        return self.page.locator(".handle").all()
