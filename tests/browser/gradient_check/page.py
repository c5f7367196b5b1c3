"""The gradient check as a person handles it."""

from typing import Self

from playwright.sync_api import Locator, expect

from tests.browser.playground.page import Playground


class GradientCheck(Playground):
    """A page with the gradient check in it."""

    def open(self, query: str = "") -> Self:
        self.page.goto("/gradient-check" + (f"?{query}" if query else ""))
        return self.settle()

    def paste(self, name: str, text: str) -> None:
        """Into a field, in the place of what is there; then leave it."""
        with self.page.expect_response("**/api/v1/gradient-check/view"):
            self.field(name).fill(text)
            self.field(name).press("Tab")
        self.settle()

    def example(self, mistake: str) -> None:
        with self.page.expect_response("**/api/v1/gradient-check/view"):
            self.field("mistake").select_option(mistake)
        self.settle()

    def radio(self, name: str) -> None:
        self.page.get_by_role("radio", name=name).check()
        self.settle()

    def verdict(self, tensor: str) -> str:
        """The word beside a tensor."""
        row = self.page.locator("#verdicts tbody tr", has=self.page.get_by_text(tensor, exact=True))
        return str(row.locator("td").first.text_content())

    def diagnoses(self) -> list[str]:
        cards = self.page.locator("[data-diagnosis]")
        return cards.evaluate_all("(all) => all.map((card) => card.dataset.diagnosis)")

    def card(self, mistake: str) -> Locator:
        return self.page.locator(f'[data-diagnosis="{mistake}"]')

    def expect_headline(self, *words: str) -> None:
        for word in words:
            expect(self.headline).to_contain_text(word)
