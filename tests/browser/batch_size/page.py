"""The batch size view as a person handles it: open it, turn the size, drag an example, match the noise."""

from playwright.sync_api import Locator

from tests.browser.view import ViewPage


class BatchSize(ViewPage):
    """A page with the batch size view in it."""

    path = "/batch-size"

    # ---- what it says ----

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
