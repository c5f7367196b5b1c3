"""The doctor as a person handles it."""

from base64 import b64encode
from pathlib import Path
from typing import Self

from playwright.sync_api import Locator

from tests.browser.playground.page import Playground

DROP = """([name, base64]) => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt())], name));
  document.querySelector("footer, main").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
}"""


class Doctor(Playground):
    """A page with the doctor in it."""

    def open(self, query: str = "") -> Self:
        self.page.goto("/doctor" + (f"?{query}" if query else ""))
        return self.settle()

    def norms(self) -> list[str]:
        """The layers, in the order of the table."""
        return self.page.locator("#norms tbody tr").evaluate_all("(rows) => rows.map(({ dataset }) => dataset.norm)")

    def row(self, norm: str) -> Locator:
        return self.page.locator(f'#norms tr[data-norm="{norm}"]')

    def sort(self, column: str) -> None:
        self.page.locator(f"[data-sort={column}]").click()
        self.settle()

    def drop(self, file: Path) -> None:
        """A file, somewhere on the page."""
        with self.page.expect_response("**/api/v1/doctor?*model=*"):
            self.page.evaluate(DROP, [file.name, b64encode(file.read_bytes()).decode()])
        self.settle()
