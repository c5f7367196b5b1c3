"""A page with a view in it, as a person handles any of them: open it, wait for it, read its address and its answer."""

from typing import Any, ClassVar, Self

from playwright.sync_api import Locator, Page

from tests.browser.playground.page import Playground, fields_in_address, search_of


def open_folds(page: Page, selector: str = "details.part") -> None:
    """Sections, or whatever else is folded; the address stays as it is."""
    page.locator(selector).evaluate_all("(folds) => { for (const fold of folds) fold.open = true; }")


def fold(page: Page) -> None:
    """What `open_folds` has opened."""
    page.locator("details.part").evaluate_all("(folds) => { for (const fold of folds) fold.open = false; }")


class ViewPage:
    """A page; a subclass names its `path`, which is its API's, too."""

    path: ClassVar[str]

    def __init__(self, page: Page) -> None:
        self.page = page
        self.controls = Playground(page)

    def open(self, query: str = "") -> Self:
        self.page.goto(f"{self.path}?{query}" if query else self.path)
        return self.settle()

    def step_to(self, query: str) -> Self:
        """Another state of the page that is open, as a step back leads to it."""
        self.controls.step_to(query)
        return self

    def settle(self) -> Self:
        """Wait until nothing is asked any more and the figures on screen are drawn."""
        self.controls.settle()
        return self

    @property
    def query(self) -> dict[str, str]:
        """The fields in the address, once it is written."""
        return fields_in_address(self.page)

    def answer(self) -> dict[str, Any]:
        """The API's answer to the query in the address."""
        response = self.page.request.get(f"/api/v1{self.path}?{search_of(self.page)}")
        assert response.ok
        return response.json()

    @property
    def headline(self) -> Locator:
        return self.page.locator("#headline")
