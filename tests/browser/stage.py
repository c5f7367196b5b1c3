"""What tests of all stages look at: that nothing shifts, and that a stage fits its screen."""

from playwright.sync_api import Page

from tests.browser.tab import run_first

SHIFTS = """new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifted = (window.shifted ?? 0) + entry.value;
}).observe({ type: "layout-shift", buffered: true });"""


WORDS = """() => {
  const unseen = "option, script, style, noscript, .visually-hidden, .skip, [aria-hidden=true] *";
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let count = 0;
  while (texts.nextNode()) {
    const { parentElement: around, data } = texts.currentNode;
    if (around.closest(unseen) || !around.checkVisibility({ visibilityProperty: true })) continue;
    count += data.split(/\\s+/).filter((word) => /\\p{L}{2}/u.test(word)).length;
  }
  return count;
}"""


def words_in_sight(page: Page) -> int:
    """The words that a page shows unasked: text of two letters or more that is seen, menus' choices apart."""
    count: int = page.evaluate(WORDS)
    return count


def watch_shifts(page: Page) -> None:
    """From now on, and on each page that is opened, shifts of the layout are summed; those behind a click, too."""
    run_first(page, SHIFTS)


def settled(page: Page) -> None:
    """What shifts while a page is opened is over: its formulas have their letters. From here on it counts anew."""
    page.evaluate("() => document.fonts.ready.then(() => null)")
    shifted(page)


def shifted(page: Page) -> float:
    """The sum of the shifts of the layout, and from here on anew."""
    total: float = page.evaluate("""() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => {
      const sum = window.shifted ?? 0;
      window.shifted = 0;
      done(sum);
    })))""")
    return total


FITS = """(whole) => {
  const { top, bottom } = whole.getBoundingClientRect();
  return bottom <= innerHeight && top >= 0 && scrollY === 0;
}"""


def fits(page: Page, selector: str = "#stage") -> bool:
    """Whether the whole of it is in sight, without scrolling."""
    inside: bool = page.locator(selector).evaluate(FITS)
    return inside


CUT = """(whole) => {
  const beyond = (part) => {
    const at = part.getBoundingClientRect();
    const around = part.ownerSVGElement.getBoundingClientRect();
    return at.left < around.left - 1 || at.right > around.right + 1 || at.bottom > around.bottom + 1;
  };
  const hides = (part) => {
    const { overflowX, overflowY } = getComputedStyle(part);
    return (overflowX !== "visible" && part.scrollWidth > part.clientWidth + 1)
      || (overflowY !== "visible" && part.scrollHeight > part.clientHeight + 1);
  };
  const unread = ".visually-hidden, math, select";
  const seen = [...whole.querySelectorAll("*")].filter((part) => part.checkVisibility() && !part.closest(unread));
  const box = (part) => !part.ownerSVGElement && part.clientWidth > 0;
  const wrong = seen.filter((part) => (part.tagName === "text" ? beyond(part) : box(part) && hides(part)));
  return wrong.map((part) => `${part.tagName} ${part.className}: ${part.textContent.slice(0, 60)}`);
}"""


def cut(page: Page, selector: str = "#stage") -> list[str]:
    """What of it is not wholly seen: texts that leave their drawing, boxes that hold more than they show."""
    parts: list[str] = page.locator(selector).evaluate(CUT)
    return parts
