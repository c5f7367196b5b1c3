"""Tensors as text: Python's nested lists, what NumPy prints, CSV, or cells pasted from a spreadsheet."""

import json
import math
import re
from typing import Any

from app.batches.inline import NUMBER
from app.errors import InvalidQuery

FORMS = "nested lists, what NumPy prints, or rows of numbers with commas, tabs or spaces between"
LONGEST = 2_000_000  # characters
WRAPPED = re.compile(r"^\s*(?:np\.|numpy\.)?(?:array|tensor)\s*\((.*?)(?:,\s*dtype\s*=\s*[\w.']+)?\s*\)\s*$", re.DOTALL)
TOKEN = re.compile(r"\s*(?:,\s*)?([\[\]()]|[^\s,\[\]()]+)")


def from_text(text: str, field: str) -> Any:
    """Nested lists of numbers. Raises InvalidQuery, naming the piece that is no number or where brackets do not match.

    >>> from_text("array([[1., 2.], [3., 4.]])", "dx"), from_text("[[1. 2.]\\n [3. 4e-1]]", "dx")
    ([[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0], [3.0, 0.4]])
    >>> from_text("1,2\\n3,4", "dx"), from_text("1\\t2", "dgamma"), from_text("1\\n2", "dgamma")
    ([[1.0, 2.0], [3.0, 4.0]], [1.0, 2.0], [1.0, 2.0])
    """
    if len(text) > LONGEST:
        raise InvalidQuery(
            f"{field} is longer than {LONGEST:,} characters; send an NPZ file.", field=field, allowed=FORMS
        )
    wrapped = WRAPPED.match(text)
    inner = wrapped[1] if wrapped else text
    return _nested(inner, field) if "[" in inner else _rows(inner, field)


def _nested(text: str, field: str) -> Any:
    tokens = TOKEN.findall(text)
    pieces: list[str] = []
    for token in tokens:
        opens = token in "[("
        if pieces and pieces[-1] != "[" and token not in "])":
            pieces.append(",")
        pieces.append("[" if opens else "]" if token in "])" else _number(token, field))
    try:
        return json.loads("".join(pieces))
    except (json.JSONDecodeError, RecursionError) as error:
        detail = f"The brackets of {field} do not match; every [ needs its ]."
        raise InvalidQuery(detail, field=field, given=text, allowed=FORMS) from error


def _rows(text: str, field: str) -> Any:
    """Lines (or parts between semicolons) as rows; a single row or column is one number a feature."""
    lines = [line.strip() for line in re.split(r"[\n;]", text) if line.strip()]
    rows = [[float(_number(cell, field)) for cell in re.split(r"\s*[,\t]\s*|\s+", line)] for line in lines]
    one_each = field in PER_FEATURE
    if one_each and len(rows) == 1:
        return rows[0]
    return [row[0] for row in rows] if one_each and all(len(row) == 1 for row in rows) else rows


def _number(text: str, field: str) -> str:
    if NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return repr(float(text))
    missing = NUMBER.fullmatch(text) or text.lower().lstrip("+-") in ("nan", "inf")
    what = "is missing or infinite" if missing else "is not a number"
    shortened = text if len(text) <= 30 else f"{text[:29]}…"
    raise InvalidQuery(f"“{shortened}” in {field} {what}.", field=field, given=shortened, allowed=FORMS)


PER_FEATURE = ("gamma", "beta", "running_mean", "running_var", "dgamma", "dbeta", "dvar", "dsigma", "dmean")
