"""What a page says to a screen reader by itself: the texts of its live regions that are seen, as they change."""

from playwright.sync_api import Page

LISTEN = """() => {
  window.said = [];
  for (const region of document.querySelectorAll("[role=status], [role=alert], [aria-live]")) {
    if (region.classList.contains("spinner")) continue;
    let before = region.textContent;
    new MutationObserver(() => {
      const speaks = region.checkVisibility() && region.textContent.trim();
      if (region.textContent !== before && speaks) window.said.push(region.textContent.trim());
      before = region.textContent;
    }).observe(region, { childList: true, characterData: true, subtree: true });
  }
}"""


def listen(page: Page) -> None:
    """From now on, what is said is kept."""
    page.evaluate(LISTEN)


def announced(page: Page) -> list[str]:
    """What was said since then."""
    return list(page.evaluate("() => window.said"))
