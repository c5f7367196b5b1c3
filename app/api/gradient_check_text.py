"""A tensor as text: nested lists, what NumPy or PyTorch print, CSV, or cells of a spreadsheet."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import InvalidQuery, shortened
from bncore.diagnosis import Printed

TEXTS = "nested lists, NumPy's print of an array, or rows of numbers"
NUMBER = r"[-+]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,5})?|[nN]a[nN]|[iI]nf(?:inity)?)"
TOKEN = re.compile(
    rf"(?P<open>[\[(])|(?P<close>[\])])|(?P<number>{NUMBER})(?![^\s,;\[\]()])|(?P<gap>[\s,;]+)|(?P<other>.)"
)
SCALAR = re.compile(r"\b(?:np|numpy)\.float\d+\(([^()]*)\)")
BEFORE = re.compile(r"(?:[\w.]+=)?(?:[\w.]+\()?")  # dx=np.array(
AFTER = re.compile(r"(?:,[^\[\]]*)?\)?;?")  # ,dtype=float32)
PARTS = re.compile(r"[-+]?\d*\.?(?P<digits>\d*)(?:[eE](?P<power>[-+]?\d+))?")
DEEPEST = 16  # brackets inside each other
DOTS = "{field} was shortened by dots. Print all of it: numpy.set_printoptions(threshold=sys.maxsize), or use tolist()."


def parsed(text: str, field: str, most: int) -> Printed | None:
    """The tensor of a text, and half of its last digit; None for an empty text.

    Numbers that a float32 array was printed as come back as float32. Raises InvalidQuery with what cannot be read.
    """
    plain = SCALAR.sub(r"\1", text.replace("\u2212", "-").replace("\u00a0", " ")).strip()
    if not plain:
        return None
    if "..." in plain or "\u2026" in plain:
        raise _unreadable(DOTS.format(field=field), field, text)
    nested = _brackets(plain, field, most) if "[" in plain else _table(plain, field, most)
    words = list(_leaves(nested))
    exact = _rectangular(nested, field)
    units = np.array([_unit(word, _digits(word)) for word in words])
    return Printed(_narrowed(exact, units), _largest_unit(words), exact)


def _brackets(plain: str, field: str, most: int) -> Any:
    """Nested lists of words, from brackets of either kind and any gaps between the numbers."""
    start, end = plain.index("["), plain.rfind("]") + 1
    before, after = ("".join(part.split()) for part in (plain[:start], plain[end:]))
    if end and not (BEFORE.fullmatch(before) and AFTER.fullmatch(after)):
        raise _unreadable(f"{field} is not one array: give one pair of outer brackets.", field, plain)
    stack: list[list[Any]] = [[]]
    count, read = 0, start
    for token in TOKEN.finditer(plain, start, end):
        kind, word = token.lastgroup, token.group()
        if (kind == "open" and len(stack) > DEEPEST) or (kind == "close" and len(stack) == 1):
            break
        if kind == "open":
            stack.append([])
        elif kind == "close":
            closed = stack.pop()
            stack[-1].append(closed)
        elif kind == "number":
            count += 1
            stack[-1].append(word)
        elif kind != "gap":
            raise _no_number(re.split(r"[\s,;\[\]()]", plain[token.start() : token.start() + 80])[0], field)
        read = token.end()
        _bounded(count, field, most)
    if len(stack) != 1 or len(stack[0]) != 1 or read < end:
        raise _unreadable(f"The brackets of {field} do not match; every [ needs its ].", field, plain)
    return stack[0][0]


def _table(plain: str, field: str, most: int) -> Any:
    """Rows of words: cells of a spreadsheet (tabs or semicolons, then a comma is a decimal point), CSV, or gaps.

    On a single line semicolons part rows, as in the playground's table.
    """
    plain = plain if "\n" in plain else plain.replace(";", "\n")
    spreadsheet = "\t" in plain or ";" in plain
    rows: list[list[str]] = []
    count = 0
    for line in plain.splitlines():
        words = line.replace(",", ".").replace(";", "\t").split("\t") if spreadsheet else line.replace(",", " ").split()
        row = [_number(word.strip(), field) for word in words if word.strip()]
        rows += [row] if row else []
        count += len(row)
        _bounded(count, field, most)
    if not rows:
        raise _no_number(plain, field)
    return rows if len(rows) > 1 else rows[0]


def _number(word: str, field: str) -> str:
    if not re.fullmatch(NUMBER, word):
        raise _no_number(word, field)
    return word


def _bounded(count: int, field: str, most: int) -> None:
    if count > most:
        raise _unreadable(f"{field} holds more than {most:,} numbers; a few examples show as much.", field, "")


def _leaves(nested: Any) -> Any:
    for part in nested:
        if isinstance(part, str):
            yield part
        else:
            yield from _leaves(part)


def _rectangular(nested: Any, field: str) -> NDArray[np.float64]:
    try:
        return np.array(nested, dtype=np.float64)
    except ValueError as error:
        detail = f"{field} is ragged: its rows differ in length. Give rows of equal length."
        raise _unreadable(detail, field, "") from error


def _digits(word: str) -> int:
    """Digits behind the point."""
    found = PARTS.match(word)
    return len(found["digits"]) if found and "." in word else 0


def _unit(word: str, digits: int) -> float:
    """Half of the last of so many digits behind the point; a whole number hides nothing."""
    found = PARTS.match(word)
    power = int(found["power"] or 0) if found else 0
    return 0.5 * 10.0 ** min(max(power - digits, -400), 300) if "." in word else 0.0


def _largest_unit(words: list[str]) -> float:
    """As print leaves zeros at the end out, all numbers count as having as many digits as the longest."""
    most = max(map(_digits, words), default=0)
    return max((_unit(word, most) for word in words), default=0.0)


def _narrowed(exact: NDArray[np.float64], units: NDArray[np.float64]) -> NDArray[Any]:
    """float32, if every number may have been printed from one."""
    with np.errstate(over="ignore", invalid="ignore"):
        narrow = exact.astype(np.float32)
        near = np.abs(narrow - exact).ravel() <= units
    return narrow if near.all() else exact


def _no_number(word: str, field: str) -> InvalidQuery:
    return _unreadable(f"“{shortened(word)}” in {field} is not a number. Leave names and headings out.", field, word)


def _unreadable(detail: str, field: str, text: str) -> InvalidQuery:
    return InvalidQuery(detail, field=field, given=shortened(text) or None, allowed=TEXTS)
