"""axe, with its full default set of rules, on a page in whatever states and looks: what was judged is not judged again.

Of elements that are written alike, their words and numbers apart, in themselves, in all that is in them and in what is
around them, as visible and at the same width, one is judged; formulas are alike where their outermost elements are.
Of the texts and links of a kind, which lie in elements of the same names and classes, in the same colours, on the same
ground and in letters as large, the colours of one are. What needs no judgement is taken out meanwhile where nothing
else moves to its place, or only rows that are like it: axe looks at all there is again for each rule.
"""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe().axe_script
OURS = Path(__file__).with_suffix(".js").read_text()


class Judge:
    """What axe finds wrong on a page; it remembers what it has judged, in pages that are opened later, too."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._alike: dict[int, list[str]] = {}
        self._kinds: list[str] = []

    def violations(self, *, drawings: bool = False) -> list[str]:
        """Each violation as one line: rule, help, the places; `drawings` of Plotly's are judged where it is said."""
        if not self._page.evaluate("() => 'axe' in window"):
            self._page.evaluate(AXE)
            self._page.evaluate(OURS)
        self._mark(drawings)
        violated = self._page.evaluate("() => judge.run()")
        return [f"{rule}: {help}: {places}" for rule, help, places in violated]

    def _mark(self, drawings: bool) -> None:
        width: int = self._page.evaluate("() => innerWidth")
        before = {"alike": self._alike.get(width, []), "kinds": self._kinds}
        marked = self._page.evaluate("(before) => judge.mark(before)", {"drawings": drawings, **before})
        self._alike[width], self._kinds = marked["alike"], marked["kinds"]
