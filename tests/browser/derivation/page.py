"""The derivation as a person handles it: open it, walk through it, change its numbers, read what it says."""

import unicodedata
from functools import cached_property
from re import sub
from typing import Any

from playwright.sync_api import CDPSession, Locator, expect

from tests.browser.playground.page import search_of
from tests.browser.tab import session_of
from tests.browser.view import ViewPage

ORDER = [
    "x", "gamma", "beta", "eps", "mean", "centred", "var", "scale", "x_hat", "scaled", "y", "loss", "dy", "dbeta",
    "dgamma", "dx_hat", "dscale", "dvar", "dmean", "dx_direct", "dx_mean", "dx_variance", "dx",
]  # fmt: skip
MIDDLE = "(element) => { const { left, top, width, height } = element.getBoundingClientRect();"
MIDDLE += " return [left + width / 2, top + height / 2]; }"
DEFAULT = [["1", "20", "0.5"], ["2", "10", "0.7"], ["4", "40", "0.1"], ["5", "30", "0.9"]]
"""The table that the page opens with."""
ASKED = "/api/v1/derivation"
PASTE = """(input, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  return input.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


WATCH_STEPS = """() => {
  window.walked = [];
  addEventListener("keyup", () => {
    const lit = [...document.querySelectorAll('.node[aria-current="step"]')].map(({ dataset }) => dataset.node);
    const numbers = [...document.querySelectorAll("#step-numbers .slot")].map(({ textContent }) => textContent);
    window.walked.push({ lit, focused: document.activeElement.dataset.node ?? null, numbers });
  });
}"""


class Derivation(ViewPage):
    """A page with the derivation in it."""

    path = "/derivation"

    # ---- the walk ----

    def node(self, name: str) -> Locator:
        return self.page.locator(f'.node[data-node="{name}"]')

    def active(self) -> str | None:
        """The node that is lit."""
        return self.page.locator('.node[aria-current="step"]').get_attribute("data-node")

    def expect_step(self, name: str) -> None:
        expect(self.node(name)).to_have_attribute("aria-current", "step")
        expect(self.page.locator('.node[aria-current="step"]')).to_have_count(1)

    def watch_steps(self) -> None:
        """From now on, what each key leads to is kept."""
        self.page.evaluate(WATCH_STEPS)

    def walk(self, key: str, steps: list[str], *, focused: bool = False) -> None:
        """Each press of the key leads to the next of the steps, with numbers; with `focused`, the focus too."""
        self.page.evaluate("() => { window.walked = []; }")
        for _ in steps:
            self.page.keyboard.press(key)
        self.expect_step(steps[-1])
        walked = self.page.evaluate("() => window.walked")
        assert [at["lit"] for at in walked] == [[name] for name in steps]
        assert all(at["numbers"] for at in walked)
        assert not focused or [at["focused"] for at in walked] == steps

    def click(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()
        self.settle()

    def handles(self) -> list[Locator]:
        """The marks by which examples are moved, on screen."""
        self.page.locator("#figure-moved").scroll_into_view_if_needed()
        self.settle()
        return self.page.locator(".handle").all()

    # ---- what it says ----

    def text(self, selector: str) -> str:
        """Plain letters: MathML sets single ones in mathematical italics."""
        return unicodedata.normalize("NFKC", self.page.locator(selector).inner_text())

    def numbers(self, selector: str = "#step-numbers") -> list[str]:
        """The numbers that stand in the slots of a formula."""
        return self.page.locator(f"{selector} .slot").all_text_contents()

    def table(self, selector: str) -> list[list[str]]:
        rows = self.page.locator(f"{selector} tr")
        return rows.evaluate_all("(rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent))")

    def answer(self) -> dict[str, Any]:
        """The API's answer to the query in the address."""
        search = sub(r"(^|&)open=[^&]*", "", search_of(self.page)).removeprefix("&")
        response = self.page.request.get(f"/api/v1/derivation?{search}")
        assert response.ok
        return response.json()

    def figure(self, name: str) -> Locator:
        return self.page.locator(f'[data-figure="{name}"]')

    # ---- the tables ----

    def grid(self, name: str) -> list[list[str]]:
        """The texts of an editable table as it lies on the page."""
        rows = self.page.locator(f"#grid-{name} tr:has(input)")
        return rows.evaluate_all("(rows) => rows.map((row) => [...row.querySelectorAll('input')].map((i) => i.value))")

    def cell(self, example: int, feature: int, name: str = "values") -> Locator:
        return self.page.locator(f'#grid-{name} input[data-example="{example}"][data-feature="{feature}"]')

    def type(self, example: int, feature: int, text: str, name: str = "values") -> None:
        self.cell(example, feature, name).fill(text)
        self.cell(example, feature, name).press("Enter")
        self.settle()

    @cached_property
    def touch(self) -> CDPSession:
        """A touch screen, for as long as the page is open."""
        session = session_of(self.page)
        session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
        return session

    def swipe(self, example: int, feature: int, up: float) -> None:
        """A finger on a cell, moved up by so many pixels and lifted; 0 is a tap."""
        x, y = self.cell(example, feature).evaluate(MIDDLE)
        places = [("touchStart", y), *(("touchMove", y - up * step / 8) for step in range(1, 9) if up)]
        for kind, at in places:
            self.touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": at}]})
        self.touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def paste(self, example: int, feature: int, text: str) -> None:
        self.cell(example, feature).focus()
        self.cell(example, feature).evaluate(PASTE, text)
        self.settle()

    def lit(self, name: str = "values") -> list[tuple[int, int]]:
        """The lit cells of a table: example and feature."""
        places = self.page.locator(f"#grid-{name} input.lit").evaluate_all(
            "(all) => all.map(({ dataset }) => [Number(dataset.example), Number(dataset.feature)])"
        )
        return [tuple(place) for place in places]
