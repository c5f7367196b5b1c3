"""What has room on the network's stage, and above it."""

from playwright.sync_api import Page

ASIDE = """(dials) => {
  const middle = (one) => { const { left, right } = one.getBoundingClientRect(); return (left + right) / 2; };
  const bars = [...document.querySelectorAll("[data-row=without] .net-spread .net-bar")];
  return dials.map((dial, i) => Math.round(middle(dial) - middle(bars[i])));
}"""
"""How many pixels each knob stands aside of its block's bar."""
OVERLAPPING = """(numbers) => {
  const drawn = (one) => {
    const range = document.createRange();
    range.selectNodeContents(one);
    return range.getBoundingClientRect();
  };
  const isSeen = (one) => one.checkVisibility({ visibilityProperty: true });
  const seen = numbers.filter(isSeen).map((one) => [one.textContent, drawn(one)]);
  return seen.slice(1).filter(([, { left }], i) => left < seen[i][1].right + 3).map(([text]) => text);
}"""
"""The numbers of a row that leave no room to the one before."""
LYING = """(plots) => plots.flatMap((plot) => {
  const title = plot.querySelector(".net-title > .term")?.getBoundingClientRect();
  const lies = ({ left, top }) => title && left < title.right && top < title.bottom + 2;
  const ticks = [...plot.querySelectorAll(".net-scale > span")];
  return ticks.filter((tick) => lies(tick.getBoundingClientRect())).map((tick) => tick.textContent);
})"""
"""The ticks on which a title lies."""


def each_knob_stands_under_its_block(page: Page) -> None:
    aside = page.locator("#net-knobs .net-dial").evaluate_all(ASIDE)
    assert len(aside) == 50
    assert all(abs(by) <= 1 for by in aside)


def nothing_stands_on_another(page: Page) -> None:
    values = (f"[data-row={name}] .net-values > span > span" for name in ("without", "with"))
    for row in ("#net-knobs .net-block", *values):
        assert page.locator(row).evaluate_all(OVERLAPPING) == [], row
    assert page.locator("[data-row=without] .net-plot").evaluate_all(LYING) == []


def every_page_is_named(page: Page) -> None:
    """Without a name that is cut off at the end of the navigation."""
    assert page.locator(".top nav").evaluate("(nav) => nav.scrollWidth - nav.clientWidth") == 0
