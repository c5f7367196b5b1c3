"""axe, with its full default set of rules, on a page in whatever states and looks: what was judged is not judged again.

Of elements that are written alike, their words and numbers apart, in themselves, in all that is in them and in what is
around them, as visible and at the same width, a few are judged; formulas are alike where their outermost elements are.
Of the texts and links of a kind, which lie in elements of the same names and classes, in the same colours, on the same
ground and in letters as large, the colours of a few are.
"""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe().axe_script
FEW = 2
OWN_RULES = """() => {
  const whole = ["landmark-unique", "duplicate-id-aria"]; // these compare all there are
  const ofColours = { "color-contrast": "[data-kind]", "link-in-text-block": "a[href][data-kind]" };
  const others = axe._audit.rules.filter(({ id }) => !whole.includes(id));
  const marked = (selector) => (selector === "*" ? "[data-first]" : `[data-first]:is(${selector})`);
  const rules = others.map(({ id, selector }) => ({ id, selector: ofColours[id] ?? marked(selector) }));
  axe.configure({ noHtml: true, rules });
}"""
"""Each rule looks at what is marked for it."""
RUN = """async () => {
  const isMarked = (name) => document.querySelector(`[${name}]`) !== null;
  if (!isMarked("data-first") && !isMarked("data-kind")) return [];
  const ofColours = { runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } };
  const all = isMarked("data-first") ? {} : ofColours;
  const { violations } = await axe.run(document, { resultTypes: ["violations"], ...all });
  return violations.map(({ id, help, nodes }) => [id, help, nodes.slice(0, 4).map(({ target }) => target)]);
}"""
MARKED = """({ few, drawings, alike, kinds }) => {
  const hash = (text) => {
    let [one, other] = [7, 11];
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      [one, other] = [Math.imul(one ^ code, 16777619), (Math.imul(other, 31) + code) | 0];
    }
    return `${one} ${other}`;
  };
  const counted = (before) => {
    const counts = {};
    const isFew = (what) => {
      counts[what] = (counts[what] ?? 0) + 1;
      return counts[what] <= few && !(what in before);
    };
    return [isFew, counts];
  };
  const [isFewAlike, ofAlike] = counted(alike);
  const [isFewOfKind, ofKinds] = counted(kinds);
  const free = ["id", "aria-label", "aria-valuetext", "title", "alt", "placeholder", "href", "src", "value", "name"];
  const references = ["for", "list", "headers", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns"];
  const pointedAt = (ids) => ids.split(" ").map((id) => document.getElementById(id)?.tagName);
  const valueOf = ({ name, value }) => {
    if (references.includes(name)) return pointedAt(value);
    if (free.includes(name) || name === "d" || name.startsWith("data-")) return value.trim() !== "";
    return name === "tabindex" ? value : value.replace(/[\\d.]+/g, "0");
  };
  const own = ["data-first", "data-kind"];
  const attributesOf = ({ attributes, labels }) => [...attributes].filter(({ name }) => !own.includes(name))
    .map((attribute) => `${attribute.name}=${valueOf(attribute)}`).concat(labels?.length ?? "");
  const isSeen = (one) => one.checkVisibility({ visibilityProperty: true });
  const texts = [];
  // What is written of an element and in it, however often; marks what is first of its like.
  const written = (one, around) => {
    const inside = `${around}>${one.tagName}.${one.getAttribute("class")}.${one.getAttribute("role")}`;
    const content = [...one.childNodes].map((node) => {
      if (node.nodeType === Node.TEXT_NODE) return node.data.trim() ? 1 : "";
      return node.nodeType === Node.ELEMENT_NODE ? written(node, one.closest("math") ? "math" : inside) : "";
    });
    const all = [one.tagName, isSeen(one), ...attributesOf(one), ...(one.closest("math") ? [] : new Set(content))];
    const like = hash(all.join("|"));
    one.toggleAttribute("data-first", (drawings || !one.closest(".main-svg")) && isFewAlike(hash(around + like)));
    return like;
  };
  written(document.documentElement, "");

  const hasText = (one) => one.matches("input, select, textarea, a[href]") ||
    [...one.childNodes].some(({ nodeType, data }) => nodeType === Node.TEXT_NODE && data.trim());
  const namesOf = ({ tagName, className }) => `${tagName}.${className.baseVal ?? className}`;
  const grounds = new Map();
  const groundOf = (one) => {
    if (!one) return "";
    if (!grounds.has(one)) {
      const { backgroundColor, backgroundImage, opacity } = getComputedStyle(one);
      const own = [backgroundColor, backgroundImage, opacity].join();
      grounds.set(one, groundOf(one.parentElement) + (own === "rgba(0, 0, 0, 0),none,1" ? "" : own));
    }
    return grounds.get(one);
  };
  const LARGE = { usual: 24, bold: 18.66 }; // pixels
  const kindOf = (one) => {
    const { color, fontSize, fontWeight, textShadow, textDecorationLine } = getComputedStyle(one);
    const isLarge = parseFloat(fontSize) >= (fontWeight >= 700 ? LARGE.bold : LARGE.usual);
    const isOff = one.closest(":disabled, [aria-disabled=true]") !== null;
    const around = one.parentElement;
    const names = [namesOf(one), namesOf(around), getComputedStyle(around).color];
    return hash([...names, groundOf(one), color, isLarge, textShadow, textDecorationLine, isOff].join());
  };
  for (const one of document.querySelectorAll("[data-kind]")) one.removeAttribute("data-kind");
  for (const one of document.querySelectorAll("body *:not(.main-svg *)")) {
    if (!hasText(one) || !isSeen(one) || !one.getClientRects().length) continue;
    one.toggleAttribute("data-kind", isFewOfKind(kindOf(one)));
  }
  return { alike: { ...alike, ...ofAlike }, kinds: { ...kinds, ...ofKinds } };
}"""


class Judge:
    """What axe finds wrong on a page; it remembers what it has judged, in pages that are opened later, too."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._alike: dict[int, dict[str, int]] = {}
        self._kinds: dict[str, int] = {}

    def violations(self, *, drawings: bool = False) -> list[str]:
        """Each violation as one line: rule, help, the places; `drawings` of Plotly's are judged where it is said."""
        if not self._page.evaluate("() => 'axe' in window"):
            self._page.evaluate(AXE)
            self._page.evaluate(OWN_RULES)
        self._mark(drawings)
        violated = self._page.evaluate(RUN)
        return [f"{rule}: {help}: {places}" for rule, help, places in violated]

    def _mark(self, drawings: bool) -> None:
        width: int = self._page.evaluate("() => innerWidth")
        before = {"alike": self._alike.get(width, {}), "kinds": self._kinds}
        marked = self._page.evaluate(MARKED, {"few": FEW, "drawings": drawings, **before})
        self._alike[width], self._kinds = marked["alike"], marked["kinds"]
