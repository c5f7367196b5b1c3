"""A tensor in brackets: nested lists, and what NumPy, PyTorch or MATLAB print around them."""

import re
from typing import Any

from app.views.gradient_check.text.cells import table
from app.views.gradient_check.text.number import NUMBER, bounded, check_integer, no_number, two_readings, unreadable

TOKEN = re.compile(
    rf"(?P<open>[\[(])|(?P<close>[\])])|(?P<number>{NUMBER})(?![^\s,;\[\]()])|(?P<gap>[\s,;]+)|(?P<other>.)"
)
BEFORE = re.compile(r"(?:Parametercontaining:)?(?:[\w.]+=)?(?:[\w.]+\()?")  # dx=np.array(
AFTER = re.compile(r"(?:,\w+=(?:[^,\[\]()]+|\([^()]*\)))*,?\)?;?")  # ,dtype=float32)
DEEPEST = 16  # brackets inside each other


def brackets(plain: str, field: str, most: int) -> Any:
    """Nested lists of words. Raises InvalidQuery."""
    start, end = plain.index("["), plain.rfind("]") + 1
    if not end:
        raise _unmatched(field, plain)
    _refuse_around(plain, start, end, field)
    if ";" in plain[start:end]:
        return _rows_of_one(plain[start:end], field, most)
    return _Nest(plain, field, most).read(start, end)


def _refuse_around(plain: str, start: int, end: int, field: str) -> None:
    """Only an assignment, a function's name and its further arguments may stand around the brackets."""
    for part, allowed, place in ((plain[:start], BEFORE, "before"), (plain[end:], AFTER, "behind")):
        if not allowed.fullmatch("".join(part.split())):
            word = part.strip()
            raise unreadable(f"{field} is not one array: “{word[:40]}” stands {place} its brackets.", field, plain)


def _rows_of_one(inside: str, field: str, most: int) -> Any:
    """MATLAB's [1 2; 3 4]: a semicolon ends a row of the one pair of brackets."""
    if "[" in inside[1:] or "]" in inside[:-1]:
        raise unreadable(f"{field} has brackets and semicolons for its rows: use one of both.", field, inside)
    rows = inside[1:-1].strip().removesuffix(";")
    return table(rows.replace("\n", " "), field, most)


class _Nest:
    """Brackets being read: a list for each that is open."""

    def __init__(self, plain: str, field: str, most: int) -> None:
        self._plain, self._field, self._most = plain, field, most
        self._stack: list[list[Any]] = [[]]
        self._count = 0
        self._gaps: set[str] = set()
        self._gap = ""
        self._last = ""

    def read(self, start: int, end: int) -> Any:
        """What stands between the brackets from `start` to `end`."""
        for token in TOKEN.finditer(self._plain, start, end):
            self._take(str(token.lastgroup), token.group(), token.start())
        if len(self._stack) != 1:
            raise _unmatched(self._field, self._plain)
        if len(self._stack[0]) != 1:
            raise self._unreadable("{field} is not one array: put one pair of brackets around all of it.")
        return self._stack[0][0]

    def _take(self, kind: str, word: str, place: int) -> None:
        if kind == "other":
            raise no_number(re.split(r"[\s,;\[\]()]", self._plain[place : place + 80])[0], self._field)
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
            raise _unmatched(self._field, self._plain)
        closed = self._stack.pop()
        self._stack[-1].append(closed)

    def _keep_gap(self, gap: str) -> None:
        if gap.count(",") > (0 if self._last == "open" else 1):
            raise self._unreadable("Before a comma of {field} there is no number.")
        self._gap = gap

    def _number(self, word: str) -> None:
        """One more; refused where some commas part numbers and others might be decimal points, as in [1,5 2,5]."""
        self._count += 1
        bounded(self._count, self._field, self._most)
        check_integer(word, self._field)
        row = self._stack[-1]
        if self._last == "number":
            self._gaps.add("," if self._gap == "," else "," * self._gap.count(",") + " ")
            if {",", " "} <= self._gaps:
                raise two_readings(self._pair(row, word), self._field)
        row.append(word)

    def _pair(self, row: list[Any], word: str) -> str:
        found = re.search(r"[-+]?\d+,\d+", self._plain)
        return found.group() if found else f"{row[-1]},{word}"

    def _unreadable(self, detail: str) -> Exception:
        return unreadable(detail.format(field=self._field), self._field, self._plain)


def _unmatched(field: str, plain: str) -> Exception:
    return unreadable(f"The brackets of {field} do not match; every [ needs its ].", field, plain)
