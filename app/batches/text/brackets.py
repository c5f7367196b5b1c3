"""A tensor in brackets: nested lists, and what NumPy, PyTorch or MATLAB print around them."""

import re
from typing import Any

from app.batches.text.cells import rows_of
from app.batches.text.number import ANY, checked, no_number, plain
from app.batches.text.refusal import Unreadable, two_numbers

TOKEN = re.compile(
    rf"(?P<open>[\[(])|(?P<close>[\])])|(?P<number>{ANY})(?![^\s,;\[\]()])|(?P<gap>[\s,;]+)|(?P<other>.)"
)
BEFORE = re.compile(r"(?:Parametercontaining:)?(?:[\w.]+=)?(?:[\w.]+\()?")  # dx=np.array(
AFTER = re.compile(r"(?:,\w+=(?:[^,\[\]()]+|\([^()]*\)))*,?\)?;?")  # ,dtype=float32)
DEEPEST = 16  # brackets inside each other


def nested(text: str, field: str, most: int) -> Any:
    """Nested lists of words, up to `most` of them, or the one list or the rows of a text without brackets.

    Numbers need not be finite. Raises Unreadable.
    """
    text = plain(text).strip(" \n")
    if "[" in text:
        return _brackets(text, field, most)
    return _table(text, field, most)


def _brackets(text: str, field: str, most: int) -> Any:
    start, end = text.index("["), text.rfind("]") + 1
    if not end:
        raise _unmatched(field, text)
    _refuse_around(text, start, end, field)
    if ";" in text[start:end]:
        return _rows_of_one(text[start:end], field, most)
    return _Nest(text, field, most).read(start, end)


def _table(text: str, field: str, most: int) -> list[str] | list[list[str]]:
    """The words of each row; of a single row just its words."""
    rows = rows_of(text, field, finite=False)
    _bounded(sum(map(len, rows)), field, most)
    return rows if len(rows) > 1 else rows[0]


def _bounded(count: int, field: str, most: int) -> None:
    """Refuses more numbers than are taken."""
    if count > most:
        raise Unreadable(f"{field} holds more than {most:,} numbers; a few examples show as much.")


def _refuse_around(text: str, start: int, end: int, field: str) -> None:
    """Only an assignment, a function's name and its further arguments may stand around the brackets."""
    for part, allowed, place in ((text[:start], BEFORE, "before"), (text[end:], AFTER, "behind")):
        if not allowed.fullmatch("".join(part.split())):
            word = part.strip()
            raise Unreadable(f"{field} is not one array: “{word[:40]}” stands {place} its brackets.", text)


def _rows_of_one(inside: str, field: str, most: int) -> Any:
    """MATLAB's [1 2; 3 4]: a semicolon ends a row of the one pair of brackets."""
    if "[" in inside[1:] or "]" in inside[:-1]:
        raise Unreadable(f"{field} has brackets and semicolons for its rows: use one of both.", inside)
    rows = inside[1:-1].strip().removesuffix(";")
    return _table(rows.replace("\n", " "), field, most)


class _Nest:
    """Brackets being read: a list for each that is open."""

    def __init__(self, text: str, field: str, most: int) -> None:
        self._text, self._field, self._most = text, field, most
        self._stack: list[list[Any]] = [[]]
        self._count = 0
        self._gaps: set[str] = set()
        self._gap = ""
        self._last = ""

    def read(self, start: int, end: int) -> Any:
        """What stands between the brackets from `start` to `end`."""
        for token in TOKEN.finditer(self._text, start, end):
            self._take(str(token.lastgroup), token.group(), token.start())
        if len(self._stack) != 1:
            raise _unmatched(self._field, self._text)
        if len(self._stack[0]) != 1:
            raise self._unreadable("{field} is not one array: put one pair of brackets around all of it.")
        return self._stack[0][0]

    def _take(self, kind: str, word: str, place: int) -> None:
        if kind == "other":
            raise no_number(re.split(r"[\s,;\[\]()]", self._text[place : place + 80])[0], self._field)
        if kind == "gap":
            self._keep_gap(word)
        elif kind == "number":
            self._number(word)
        elif kind == "open":
            self._open()
        else:
            self._close()
        if kind != "gap":
            self._gap, self._last = "", kind

    def _open(self) -> None:
        if len(self._stack) > DEEPEST:
            raise self._unreadable(f"{{field}} has more than {DEEPEST} brackets inside each other.")
        self._stack.append([])

    def _close(self) -> None:
        if len(self._stack) == 1:
            raise _unmatched(self._field, self._text)
        closed = self._stack.pop()
        self._stack[-1].append(closed)

    def _keep_gap(self, gap: str) -> None:
        if gap.count(",") > (0 if self._last == "open" else 1):
            raise self._unreadable("Before a comma of {field} there is no number.")
        self._gap = gap

    def _number(self, word: str) -> None:
        """One more; refused where some commas part numbers and others might be decimal points, as in [1,5 2,5]."""
        self._count += 1
        _bounded(self._count, self._field, self._most)
        checked(word, self._field, finite=False)
        row = self._stack[-1]
        if self._last == "number":
            self._gaps.add("," if self._gap == "," else "," * self._gap.count(",") + " ")
            if {",", " "} <= self._gaps:
                raise two_numbers(self._pair(row, word), self._field)
        row.append(word)

    def _pair(self, row: list[Any], word: str) -> str:
        pair = re.search(r"[-+]?[0-9]+,[0-9]+", self._text)
        return pair.group() if pair else f"{row[-1]},{word}"

    def _unreadable(self, detail: str) -> Unreadable:
        return Unreadable(detail.format(field=self._field), self._text)


def _unmatched(field: str, text: str) -> Unreadable:
    return Unreadable(f"The brackets of {field} do not match; every [ needs its ].", text)
