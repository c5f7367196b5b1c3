"""The playground as a person handles it: open it, wait until it is drawn, read its figures, use its controls."""

import json
from typing import Any, Self
from urllib.parse import parse_qs

from playwright.sync_api import Locator, Page, expect

from tests.browser.drawn import POLLED, all_drawn

STAGES = ("x", "x_hat", "y", "activation")
FEATURES = 13  # wine's, which the page opens with

DRAWN = """() => {
  if (document.getElementById("view").getAttribute("aria-busy") === "true") return false;
  const onScreen = (figure) => {
    if (!figure.checkVisibility()) return false; // in a section that is closed
    let { top, bottom, left, right } = figure.getBoundingClientRect();
    // A row that scrolls cuts it off.
    for (let one = figure.parentElement; one !== document.body; one = one.parentElement) {
      if (getComputedStyle(one).overflowX === "visible") continue;
      const row = one.getBoundingClientRect();
      left = Math.max(left, row.left);
      right = Math.min(right, row.right);
    }
    return bottom > 0 && top < innerHeight && right > Math.max(left, 0) && left < innerWidth;
  };
  const shown = [...document.querySelectorAll("[data-figure]:not([hidden])")].filter(onScreen);
  return shown.map((figure) => figure.querySelector(".plot"))
    .every((plot) => plot.data && Math.abs(plot.layout.width - plot.clientWidth) < 1);
}"""
DRAWN_THERE = f"""(name) => {{
  const figure = document.querySelector(`[data-figure="${{name}}"]`);
  if (!figure.checkVisibility()) return false;
  const {{ top }} = figure.getBoundingClientRect();
  figure.scrollIntoViewIfNeeded();
  if (figure.getBoundingClientRect().top !== top) return false; // what comes on screen is drawn anew a frame later
  return ({DRAWN})() && figure.querySelector(".main-svg") !== null;
}}"""
STEP_TO = "(query) => { history.replaceState(null, '', query); dispatchEvent(new Event('popstate')); }"
ADDRESS = "() => document.documentElement.dataset.address !== 'behind' && { search: location.search }"
LOOKS = 25  # from within the page, which costs less than to ask it; whoever waits for longer than a second asks again
# Tables and lists are written in a task after the picture: one task later they stand.
SETTLED = f"""async () => {{
  const isDrawn = {DRAWN};
  for (let look = 0; look < {LOOKS}; look += 1) {{
    if (isDrawn()) {{
      await new Promise((done) => setTimeout(() => requestAnimationFrame(() => setTimeout(done))));
      if (isDrawn()) return true;
    }}
    await new Promise((done) => setTimeout(done, {POLLED}));
  }}
  return false;
}}"""
# As text, which goes through several hands faster than lists do: typed arrays as lists, not-a-number as null, and
# without what Plotly adds of its own.
NUMBERS = """(plot) => {
  const plain = (key, value) => {
    if (ArrayBuffer.isView(value)) return Array.from(value);
    return key === "uid" || key.startsWith("_") ? undefined : value;
  };
  return JSON.stringify(plot.data, plain);
}"""
ALL_NUMBERS = f"""(figures) => {{
  const numbersOf = {NUMBERS};
  const named = figures.map((figure) => [figure.dataset.figure, JSON.parse(numbersOf(figure.querySelector(".plot")))]);
  return JSON.stringify(Object.fromEntries(named));
}}"""
AXES = """(plot) => Object.fromEntries(Object.entries(plot._fullLayout)
  .filter(([name]) => /^[xy]axis\\d*$/.test(name))
  .map(([name, { range, tickvals, ticktext, title: { text } }]) =>
    [name, { range: [...range], tickvals, ticktext, title: text }]))"""
SLID_TO = """(slider, places) => {
  for (const place of [places].flat()) {
    slider.value = place;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }
}"""

RELEASED_AT = f"""(slider, places) => {{
  ({SLID_TO})(slider, places);
  slider.dispatchEvent(new Event("change", {{ bubbles: true }}));
}}"""


def search_of(page: Page) -> str:
    """The address's query, once it is written."""
    written = page.evaluate(ADDRESS) or page.wait_for_function(ADDRESS).json_value()
    search: str = written["search"]
    return search.removeprefix("?")


def fields_in_address(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(search_of(page)).items()}


class Playground:
    """A page with the playground in it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, query: str = "") -> Self:
        self.page.goto(f"/?{query}" if query else "/")
        return self.settle()

    def step_to(self, query: str) -> Self:
        """Another state of the page that is open, as a step back leads to it, which costs less than to open it."""
        self.page.evaluate(STEP_TO, f"?{query}")
        return self.settle()

    def settle(self) -> Self:
        """Wait until nothing is asked any more and the figures on screen and the tables are written."""
        while not self.page.evaluate(SETTLED):
            self.page.wait_for_function(DRAWN, polling=POLLED)
        return self

    # ---- what it shows ----

    @property
    def query(self) -> dict[str, str]:
        """The fields in the address, once it is written: that of what a hand moves is at its first pause."""
        return fields_in_address(self.page)

    @property
    def headline(self) -> Locator:
        return self.page.locator("#headline")

    @property
    def problem(self) -> Locator:
        """The error that has no control of its own."""
        return self.page.locator("#problem")

    def figure(self, name: str) -> Locator:
        return self.page.locator(f'[data-figure="{name}"]')

    def plot(self, name: str) -> Locator:
        return self.figure(name).locator(".plot")

    def drawn(self, name: str) -> Locator:
        """The plot, scrolled to and drawn."""
        self.page.wait_for_function(DRAWN_THERE, arg=name, polling=POLLED)
        return self.plot(name)

    def data(self, name: str) -> list[dict[str, Any]]:
        """The traces of a figure."""
        numbers: list[dict[str, Any]] = json.loads(self.drawn(name).evaluate(NUMBERS))
        return numbers

    def axes(self, name: str) -> dict[str, Any]:
        return self.drawn(name).evaluate(AXES)

    def figures(self) -> list[str]:
        """The names of the figures that the view has."""
        shown = self.page.locator("[data-figure]:not([hidden])")
        return shown.evaluate_all("(all) => all.map((figure) => figure.dataset.figure)")

    def all_data(self) -> dict[str, list[dict[str, Any]]]:
        all_drawn(self.page)
        shown = self.page.locator("[data-figure]:not([hidden])")
        numbers: dict[str, list[dict[str, Any]]] = json.loads(shown.evaluate_all(ALL_NUMBERS))
        return numbers

    def table(self) -> list[list[str]]:
        """The texts of the feature table, header first."""
        rows = self.page.locator("#features tr")
        return rows.evaluate_all("(rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent))")

    def column(self, heading: str) -> list[str]:
        head, *rows = self.table()
        return [row[head.index(heading)] for row in rows]

    def features(self) -> list[str]:
        return self.column("feature")

    # ---- its controls ----

    def control(self, name: str) -> Locator:
        return self.page.locator(f'.control[data-field="{name}"]')

    def field(self, name: str) -> Locator:
        return self.page.locator(f"#c-{name}")

    def slider(self, name: str) -> Locator:
        return self.control(name).locator(".slide")

    def error(self, name: str) -> Locator:
        return self.page.locator(f"#e-{name}")

    def enter(self, name: str, text: str) -> None:
        """Type a value and press Enter."""
        self.reveal(name)
        self.field(name).fill(text)
        self.field(name).press("Enter")
        self.settle()

    def choose(self, name: str, value: str) -> None:
        self.reveal(name)
        self.field(name).select_option(value)
        self.settle()

    def reveal(self, name: str) -> None:
        """Unfold what a rare control is folded away in."""
        fold = self.page.locator("details.fold:not([open])", has=self.page.locator(f"#c-{name}"))
        if fold.count():
            fold.locator("summary").click()

    def press(self, name: str, key: str, times: int = 1) -> None:
        """Move a slider by the keyboard."""
        self.slider(name).focus()
        for _ in range(times):
            self.page.keyboard.press(key)
        self.settle()

    def drag(self, name: str, *places: str) -> None:
        """The input events of a slider on its way, without a rest between; the hand is still on it."""
        self.slider(name).evaluate(SLID_TO, places)

    def drag_and_release(self, name: str, *places: str) -> None:
        """All of it before the hand could rest."""
        self.slider(name).evaluate(RELEASED_AT, places)

    def release(self, name: str) -> None:
        self.slider(name).dispatch_event("change")

    def click(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()
        self.settle()

    def menu(self, figure: str) -> Locator:
        """The opened menu of a figure."""
        self.drawn(figure)
        self.figure(figure).locator(".menu summary").click()
        return self.figure(figure).locator(".menu-body")

    def expect_error(self, name: str, *words: str) -> None:
        """An error stands visibly inside the control's own box, and the field is marked as wrong."""
        expect(self.error(name)).to_be_visible()
        for word in words:
            expect(self.error(name)).to_contain_text(word)
        expect(self.control(name).locator(f"#e-{name}")).to_have_count(1)
        expect(self.field(name)).to_have_attribute("aria-invalid", "true")
