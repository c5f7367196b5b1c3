"""Whether every figure of a page is drawn, on the screen or not."""

from playwright.sync_api import Page

PLOTS = """() => [...document.querySelectorAll("[data-figure]:not([hidden]) .plot")].map((plot) => ({
  name: plot.closest("[data-figure]").dataset.figure,
  drawn: plot.querySelectorAll(".main-svg").length > 0, width: plot._fullLayout?.width ?? 0, room: plot.clientWidth,
}))"""
CHARTS = """() => [...document.querySelectorAll("[data-chart] > svg, .tr-column > svg")].map((chart) => ({
  name: chart.getAttribute("aria-label"), drawn: chart.hasAttribute("viewBox") }))"""
ALL_DRAWN = f"() => [...({PLOTS})(), ...({CHARTS})()].every(({{ drawn }}) => drawn)"


def all_drawn(page: Page) -> None:
    """Waits until they are: what is not on the screen is drawn when the page is idle."""
    page.wait_for_function(ALL_DRAWN)
