"""What a cell of a CSV holds: a number, a truth value, nothing, or text."""

import re
from collections.abc import Iterable
from typing import Literal

CellKind = Literal["number", "bool", "missing", "text"]

MISSING = (
    *("", "?", "NA", "N/A", "n/a", "#N/A", "NULL", "Null", "null", "None", "none"),
    *("NaN", "nan", "NAN", "-nan", "-NaN"),
)
"""The spellings of nothing."""

TRUE, FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE")

NUMBER = r"\s*[+-]?(?:(?:\d+{point}?\d*|{point}\d+)(?:[eE][+-]?\d+)?|(?i:inf|infinity))\s*"
"""A number whose decimal point is still to be filled in."""

GROUPED = re.compile(r"\s*[+-]?\d{1,3}(?P<mark>[.,'\u2019 \u00a0\u202f])\d{3}(?:(?P=mark)\d{3})*(?:[.,]\d+)?\s*")
"""A number with a mark between its thousands."""


def ungrouped(cell: str) -> str | None:
    """The cell without the marks between its thousands; None where it is not such a number.

    >>> ungrouped("1.234.567,5"), ungrouped("1 234"), ungrouped("12.5")
    ('1234567,5', '1234', None)
    """
    found = GROUPED.fullmatch(cell)
    return cell.strip().replace(found["mark"], "") if found else None


def number_pattern(decimal: str) -> str:
    """The regular expression of a number written with this decimal point."""
    return NUMBER.replace("{point}", re.escape(decimal))


def cell_kind(cell: str, number: re.Pattern[str]) -> CellKind:
    """The kind of one cell; `number` is the compiled `number_pattern`."""
    if number.fullmatch(cell):
        return "number"
    if cell.strip() in MISSING:
        return "missing"
    return "bool" if cell.strip() in TRUE + FALSE else "text"


def column_kind(cells: Iterable[CellKind]) -> CellKind | Literal["mixed"]:
    """The kind of a column: that of its cells which are not missing, `mixed` for text among numbers."""
    kinds = set(cells) - {"missing"}
    if not kinds:
        return "missing"
    if len(kinds) == 1:
        return kinds.pop()
    return "mixed" if "number" in kinds or "bool" in kinds else "text"
