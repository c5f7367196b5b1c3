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


def cell_kind(cell: str, number: re.Pattern[str]) -> CellKind:
    """The kind of one cell; `number` is the compiled `pattern` of a number."""
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
