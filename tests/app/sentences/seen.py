"""Every text that a person reads of a state: of the answer with its figures, and of the page."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from html.parser import HTMLParser
from itertools import chain
from typing import Any

from starlette.testclient import TestClient

from tests.app.sentences.data import query_of
from tests.app.sentences.states import State

NOT_READ = {
    "query", "id", "type", "mode", "color", "colour", "colorscale", "term", "fill", "fillcolor", "symbol", "shape",
    "side", "parents", "name_of", "dtype", "given", "orientation", "pattern", "xaxis_id", "barmode", "hovermode",
    "textposition", "xanchor", "yanchor", "xref", "yref", "severity", "reason", "formula", "forgotten", "divisor",
    "lit", "column", "level",
}  # fmt: skip
"""Keys of an answer whose strings are for a program: settings of Plotly, names of things, LaTeX for a notebook."""
HOLD_TEXTS = {dict, list, str}
SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-about")
OF_A_STATE = ("data-holds-for", "data-when", "data-figure", "data-kind-of")
"""What is hidden in some states, and not only until something is computed or pressed."""
UNSEEN = re.compile(r"<(script|style|template|svg)\b.*?</\1>|<!.*?>", re.DOTALL)
"""What nobody reads of a page, and what stands in it breaks a sentence."""
PIECE = re.compile(r"<(/?)([^\s>/]+)([^>\"]*(?:\"[^\"]*\"[^>\"]*)*)>|([^<]+)")
"""A tag of a page of ours, whose values stand in double quotes, or what is between two."""
BEHIND_A_TAG = re.compile(r"(?<=>)(?=\n)")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
WORD = re.compile(r"[A-Za-zα-ωΑ-Ωℓ∂Σ]")
TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Text:
    """A text and where it stands: `answer.headline`, `answer.figures.x.layout.title.text`, `page #legend`."""

    place: str
    text: str


@dataclass(frozen=True)
class Seen:
    """One state as a person has it before their eyes: the state, its query, the answer, and every text."""

    state: State
    query: dict[str, str]
    answer: dict[str, Any]
    texts: tuple[Text, ...]
    page: str = field(default="", repr=False)

    def asked(self, name: str, default: str = "") -> str:
        """A field of the query, with the view's own default for one that is not asked for."""
        return self.query.get(name, default)

    def __str__(self) -> str:
        return " ".join(f"{name}={value}" for name, value in self.state.items())


def look(client: TestClient, api: str, page: str | None, state: State) -> Seen:
    """A state, asked for through the API and, if `page` is its address, as a page."""
    query = query_of(client, state)
    answered = client.get(api, params=query, headers={"Accept": "application/json"})
    assert answered.status_code == 200, f"{state}: {answered.text[:500]}"
    answer = answered.json()
    texts = list(texts_of(answer))
    html = ""
    if page is not None:
        opened = client.get(page, params=query)
        assert opened.status_code == 200, f"{state}: {opened.text[:500]}"
        html = opened.text
        texts += texts_of_page(html, query.get("notation", "frameworks"))
    return Seen(state, query, answer, tuple(texts), html)


def texts_of(answer: Any, place: str = "answer") -> Iterator[Text]:
    """Every string of an answer that holds a letter and is not for a program alone; markup is left out of it."""
    if isinstance(answer, dict):
        for name, part in answer.items():
            if name not in NOT_READ and type(part) in HOLD_TEXTS:
                yield from texts_of(part, f"{place}.{name}")
    elif isinstance(answer, list):
        for part in answer:
            if type(part) in HOLD_TEXTS:  # a figure has a thousand times as many numbers
                yield from texts_of(part, place)
    elif isinstance(answer, str):
        text = " ".join(TAG.sub(" ", answer).split())
        if WORD.search(text) and not re.fullmatch(r"#[0-9a-fA-F]{3,8}|rgba?\(.*\)", text):
            yield Text(place, text)


def texts_of_page(html: str, notation: str) -> Iterator[Text]:
    """The page's own texts and spoken attributes, and its tooltips; formulas of other settings are left out."""
    reader = _Page(notation)
    reader.read(UNSEEN.sub("<hr>", html))
    yield from reader.texts
    state = re.search(r'<script type="application/json" id="state">(.*?)</script>', html, re.DOTALL)
    terms = json.loads(state[1]).get("terms", {}) if state else {}
    yield from (Text(f"tooltip {name}", text) for name, text in terms.items())


@cache
def _pieces(lines: str) -> list[tuple[str, str, str, str]]:
    """The tags of some lines and what is between them, which are on one page as on the other."""
    assert not PIECE.sub("", lines).strip()
    return PIECE.findall(lines)


@cache
def _is_inline(tag: str) -> bool:
    return bool(re.fullmatch(r"span|b|i|em|strong|code|kbd|a|sub|sup|math|m[a-z]+|semantics|annotation", tag))


@cache
def _attributes(written: str) -> dict[str, str | None]:
    """Those of a tag, which are on one page as on the other."""
    tag = HTMLParser()
    tag.handle_starttag = lambda _tag, attrs: given.update(attrs)  # type: ignore[method-assign]
    given: dict[str, str | None] = {}
    tag.feed(f"<a {written}>")
    return given


class _Page:
    """Reads blocks of text; inline elements stay in the sentence that they stand in.

    An `HTMLParser` takes more than twice as long: the same tags are read again and again, of hundreds of pages.
    """

    def __init__(self, notation: str) -> None:
        self.notation = notation
        self.texts: list[Text] = []
        self._open: list[tuple[str, str, bool]] = []  # tag, id in force, whether it is left out
        self._words: list[str] = []

    def read(self, html: str) -> None:
        for closing, tag, written, text in chain.from_iterable(map(_pieces, BEHIND_A_TAG.split(html))):
            if text:
                self._data(text)
            elif closing:
                self._end(tag)
            else:
                self._start(tag, _attributes(written))

    def _start(self, tag: str, given: dict[str, str | None]) -> None:
        _, at, out = self._open[-1] if self._open else ("", "", False)
        place = given.get("id") or given.get("data-figure") or at
        out = out or self._of_another_state(given)
        if not _is_inline(tag):
            self._end_block()
        if given and not out:
            spoken = [(name, given[name]) for name in SPOKEN if given.get(name)]
            self.texts += [Text(f"page #{place} {name}", " ".join(str(text).split())) for name, text in spoken]
        if tag not in VOID:
            self._open.append((tag, str(place), out))

    def _of_another_state(self, given: dict[str, str | None]) -> bool:
        of_another_setting = "hidden" in given and any(name in given for name in OF_A_STATE)
        return of_another_setting or given.get("data-notation-is", self.notation) != self.notation

    def _end(self, tag: str) -> None:
        if tag in VOID:
            return
        if not _is_inline(tag):
            self._end_block()
        while self._open and self._open.pop()[0] != tag:
            pass

    def _data(self, data: str) -> None:
        if self._open and not self._open[-1][2]:
            self._words.append(unescape(data))

    def _end_block(self) -> None:
        if not self._words:
            return
        text = " ".join("".join(self._words).split())
        self._words = []
        if WORD.search(text):
            self.texts.append(Text(f"page #{self._open[-1][1] if self._open else ''}", text))
