"""Whether every figure of a page is drawn, on the screen or not.

What is not on the screen is drawn when a page is idle. The pages of tests are not, until a test asks for all figures:
no other test waits for them, and drawing them anew behind each change takes as long as what is looked at.
"""

from playwright.sync_api import Page

BUSY = """{
  const { requestIdleCallback } = window;
  const waiting = [];
  let isIdle = false;
  window.rested = false; // whether what was due was done
  window.setIdle = (is) => {
    isIdle = is;
    window.rested = false;
    if (is) for (const act of waiting.splice(0)) window.requestIdleCallback(act);
  };
  window.requestIdleCallback = (act) => {
    if (!isIdle) return waiting.push(act);
    window.rested = false;
    return requestIdleCallback((deadline) => {
      window.rested = true;
      act(deadline);
    });
  };
}"""
"""A page that is idle only where it is told so."""
PLOTS = """() => [...document.querySelectorAll("[data-figure]:not([hidden]) .plot")].map((plot) => ({
  name: plot.closest("[data-figure]").dataset.figure,
  drawn: plot.querySelectorAll(".main-svg").length > 0, width: plot._fullLayout?.width ?? 0, room: plot.clientWidth,
}))"""
CHARTS = """() => [...document.querySelectorAll("[data-chart] > svg, .tr-column > svg")].map((chart) => ({
  name: chart.getAttribute("aria-label"), drawn: chart.hasAttribute("viewBox") }))"""
ALL_DRAWN = f"""() => {{
  const plots = ({PLOTS})();
  const isDrawn = ({{ drawn, width, room }}) => drawn && Math.abs(width - room) < 1;
  return (rested || !plots.length) && plots.every(isDrawn) && ({CHARTS})().every(({{ drawn }}) => drawn);
}}"""
POLLED = 40  # milliseconds between two looks: one at each frame makes the browser draw frames for it


def set_idle(page: Page, is_idle: bool) -> None:
    """What is not on the screen is drawn from now on, or no longer."""
    page.evaluate("(is) => setIdle(is)", is_idle)


def all_drawn(page: Page) -> None:
    """Every figure is drawn as it stands, at the width that there is for it."""
    set_idle(page, is_idle=True)
    page.wait_for_function(ALL_DRAWN, polling=POLLED)
    set_idle(page, is_idle=False)
