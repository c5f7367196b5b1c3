"""A tensor as text: nested lists, what NumPy or PyTorch print, CSV, or cells of a spreadsheet."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.batches.text.brackets import nested
from app.batches.text.digits import largest_unit, units_of
from app.batches.text.number import plain
from app.batches.text.refusal import Unreadable
from app.errors import InvalidQuery, shortened
from bncore.diagnosis import Printed
from bncore.diagnosis.given.precision import PRECISIONS, told

LONGEST = 64  # characters for each number that is allowed
SCALAR = re.compile(r"\b(?:np|numpy)\.(float\d+)\(([^()]*)\)")
DTYPE = re.compile(r"\bdtype\s*=\s*[\"']?(?:[\w.]+\.)?(bfloat16|half|double|float(?:16|32|64)?)\b")
TYPES = {"half": "float16", "float": "float32", "double": "float64"}
"""PyTorch's other names."""
DOTS = "{field} was shortened by dots. Print all of it: numpy.set_printoptions(threshold=sys.maxsize), or use tolist()."
TEXTS = "nested lists, NumPy's print of an array, or rows of numbers"


def parsed(text: str, field: str, most: int) -> Printed | None:
    """The tensor of a text, and half of its last digit; None for an empty text.

    Numbers that a float32 or a float16 array was printed as come back so; a type that is named beside them, as in
    `dtype=torch.bfloat16`, is the one that they were printed from. Raises InvalidQuery with what cannot be read; a
    text that is too long for `most` numbers is not looked at.
    """
    if len(text) > LONGEST * most:
        detail = f"{field} is longer than {LONGEST * most:,} characters; a few examples show as much."
        raise _unreadable(detail, field, "")
    without = SCALAR.sub(r"\2", plain(text))
    if not without.strip():
        return None
    if "..." in without or "\u2026" in without:
        raise _unreadable(DOTS.format(field=field), field, text)
    try:
        lists = nested(without, field, most)
    except Unreadable as error:
        raise error.told(InvalidQuery, field, TEXTS) from error
    return printed(_rectangular(lists, field), list(_leaves(lists)), _named(text))


def printed(exact: NDArray[np.float64], words: list[str], named: str | None = None) -> Printed:
    """Numbers that stand so, each a word; `named` is the type that stands beside them."""
    units = np.array(units_of(words)).reshape(exact.shape)
    precision, sure = (PRECISIONS[named], True) if named else told(exact, units)
    known = precision.name if precision and (named or precision.half) and sure else None
    return Printed(_narrowed(exact, units, known), largest_unit(words), exact, known)


def _named(text: str) -> str | None:
    """The type that is named in a text."""
    match = DTYPE.search(text) or SCALAR.search(text)
    return match and TYPES.get(match[1], match[1])


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


def _narrowed(exact: NDArray[np.float64], units: NDArray[np.float64], known: str | None) -> NDArray[Any]:
    """In the type that is known, or float32, if every number may have been printed from one."""
    if known:
        return exact.astype({"float16": "float16", "float64": "float64"}.get(known, "float32"))
    with np.errstate(over="ignore", invalid="ignore"):
        narrow = exact.astype(np.float32)
        near = np.abs(narrow - exact) <= units
    return narrow if near.all() else exact


def _unreadable(detail: str, field: str, text: str) -> InvalidQuery:
    return InvalidQuery(detail, field=field, given=shortened(text) or None, allowed=TEXTS)
