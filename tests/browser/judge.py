"""axe, with its full default set of rules, on a page in whatever states and looks: what was judged is not judged again.

Of elements that are written alike, their words and numbers apart, in themselves, in all that is in them and in what is
around them, and as visible, one is judged; by the rule that depends on the page's width, one that scrolls there;
formulas are alike where their outermost elements are.
Of the texts and links of a kind, which lie in elements of the same names and classes, in the same colours, on the same
ground and in letters as large, the colours of one are. What needs no judgement is taken out meanwhile where nothing
else moves to its place, or only rows that are like it, and put back into what no longer scrolls without it; and a rule
for which there is nothing is not asked: axe looks at all there is again for each.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe().axe_script
OURS = Path(__file__).with_suffix(".js").read_text()


@dataclass
class Judged:
    """What needs no judgement any more: elements, elements at a width of the page, kinds of texts by their colours."""

    alike: list[str] = field(default_factory=list)
    here: dict[int, list[str]] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)


class Judge:
    """What axe finds wrong on a page and was not `judged` before, on this page or on another."""

    def __init__(self, page: Page, judged: Judged) -> None:
        self.page = page
        self._judged = judged

    def violations(self, *, drawings: bool = False) -> list[str]:
        """Each violation as one line: rule, help, the places; `drawings` of Plotly's are judged where it is said."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE)
            self.page.evaluate(OURS)
        self._mark(drawings)
        violated = self.page.evaluate("() => judge.run()")
        return [f"{rule}: {help}: {places}" for rule, help, places in violated]

    def _mark(self, drawings: bool) -> None:
        width: int = self.page.evaluate("() => innerWidth")
        judged = self._judged
        before = {"alike": judged.alike, "here": judged.here.get(width, []), "kinds": judged.kinds}
        given = json.dumps({"drawings": drawings, **before})  # as one text: lists go through several hands
        marked = json.loads(self.page.evaluate("(given) => JSON.stringify(judge.mark(JSON.parse(given)))", given))
        judged.alike, judged.here[width], judged.kinds = marked["alike"], marked["here"], marked["kinds"]
