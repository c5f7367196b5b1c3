"""The network as a person handles it: open it, disturb a block, open a joint, read what it says."""

from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Locator, expect

from tests.browser.view import ViewPage

SMALL = "depth=3&width=8&batch_size=32"


class Network(ViewPage):
    """A page with the network in it."""

    path = "/network"

    def answer(self) -> dict[str, Any]:
        query = {name: value for name, value in self.query.items() if name != "open"}
        response = self.page.request.get(f"/api/v1{self.path}?{urlencode(query)}")
        assert response.ok
        return response.json()

    # ---- what it says ----

    @property
    def verdict(self) -> Locator:
        """Whether the claim in force holds."""
        return self.page.locator("#claim-verdict")

    def text(self, column: str) -> str:
        """What the disturbance did to a column."""
        return self.page.locator(f"#disturb-text-{column}").inner_text()

    def line(self, figure: str, trace: int) -> list[float | None]:
        """The heights of a line."""
        return list(self.controls.data(figure)[trace]["y"])

    def drawn(self, name: str) -> None:
        self.controls.drawn(name)

    # ---- the stage ----

    def knob(self, block: int) -> Locator:
        """The knob on a block's weights."""
        return self.page.get_by_role("slider", name=f"Weights of block {block}, times", exact=True)

    def bell(self, column: str, block: int) -> Locator:
        """A block's distribution."""
        return self.page.locator(f'[data-row="{column}"] .net-bells [data-block="{block}"]')

    def outline(self, column: str, block: int) -> str:
        """How a block's distribution is drawn now."""
        return str(self.bell(column, block).locator(".net-now").get_attribute("d"))

    def rulers(self) -> list[str]:
        """The texts of all rulers."""
        return self.page.locator("#net-board .net-scale").all_inner_texts()

    def claim(self, title: str) -> Locator:
        """The button of a claim."""
        return self.page.locator("#net-claims").get_by_role("button", name=title)

    # ---- the modules ----

    def product(self, block: int, column: str = "without") -> Locator:
        return self.page.locator(f'[data-row="{column}-product"][data-block="{block}"]')

    def joint(self, name: str, column: str = "without") -> Locator:
        return self.page.locator(f'[data-column="{column}"] [data-joint="{name}"]')

    def disturb(self, block: int) -> None:
        self.product(block).click()
        self.settle()

    def expect_within_schematic(self, button: Locator) -> None:
        """The button is where one sees it without scrolling the modules."""
        self.page.wait_for_function(
            """(button) => {
              const box = document.getElementById("schematic").getBoundingClientRect();
              const { left, right } = button.getBoundingClientRect();
              return left >= box.left && right <= box.right;
            }""",
            arg=button.element_handle(),
        )

    def expect_open(self, name: str, title: str) -> None:
        expect(self.joint(name)).to_have_attribute("aria-pressed", "true")
        expect(self.page.locator("#t-joint")).to_have_text(f"The opened joint: {title}")
