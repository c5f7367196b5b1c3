"""A tensor as text: nested lists, what NumPy or PyTorch print, CSV, or cells of a spreadsheet."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.views.gradient_check.text.brackets import brackets
from app.views.gradient_check.text.cells import table
from app.views.gradient_check.text.number import digits_of, largest_unit, unit_of, unreadable
from bncore.diagnosis import Printed
from bncore.diagnosis.given.precision import PRECISIONS, told

LONGEST = 64  # characters for each number that is allowed
SCALAR = re.compile(r"\b(?:np|numpy)\.(float\d+)\(([^()]*)\)")
DTYPE = re.compile(r"\bdtype\s*=\s*[\"']?(?:[\w.]+\.)?(bfloat16|half|double|float(?:16|32|64)?)\b")
TYPES = {"half": "float16", "float": "float32", "double": "float64"}
"""PyTorch's other names."""
DOTS = "{field} was shortened by dots. Print all of it: numpy.set_printoptions(threshold=sys.maxsize), or use tolist()."
AS_ASCII = str.maketrans({"\u2212": "-", "\u00a0": " ", "\ufeff": None, "\r": "\n"})


def parsed(text: str, field: str, most: int) -> Printed | None:
    """The tensor of a text, and half of its last digit; None for an empty text.

    Numbers that a float32 or a float16 array was printed as come back so; a type that is named beside them, as in
    `dtype=torch.bfloat16`, is the one that they were printed from. Raises InvalidQuery with what cannot be read; a
    text that is too long for `most` numbers is not looked at.
    """
    if len(text) > LONGEST * most:
        detail = f"{field} is longer than {LONGEST * most:,} characters; a few examples show as much."
        raise unreadable(detail, field, "")
    plain = SCALAR.sub(r"\2", text.translate(AS_ASCII)).strip(" \n")
    if not plain.strip():
        return None
    if "..." in plain or "\u2026" in plain:
        raise unreadable(DOTS.format(field=field), field, text)
    nested = brackets(plain, field, most) if "[" in plain else table(plain, field, most)
    words = list(_leaves(nested))
    exact = _rectangular(nested, field)
    return printed(exact, words, _named(text))


def printed(exact: NDArray[np.float64], words: list[str], named: str | None = None) -> Printed:
    """Numbers that stand so, each a word; `named` is the type that stands beside them."""
    units = np.array([unit_of(word, digits_of(word)) for word in words]).reshape(exact.shape)
    found, sure = (PRECISIONS[named], True) if named else told(exact, units)
    known = found.name if found and (named or found.half) and sure else None
    return Printed(_narrowed(exact, units, known), largest_unit(words), exact, known)


def _named(text: str) -> str | None:
    """The type that is named in a text."""
    found = DTYPE.search(text) or SCALAR.search(text)
    return found and TYPES.get(found[1], found[1])


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
        raise unreadable(detail, field, "") from error


def _narrowed(exact: NDArray[np.float64], units: NDArray[np.float64], known: str | None) -> NDArray[Any]:
    """In the type that is known, or float32, if every number may have been printed from one."""
    if known:
        return exact.astype({"float16": "float16", "float64": "float64"}.get(known, "float32"))
    with np.errstate(over="ignore", invalid="ignore"):
        narrow = exact.astype(np.float32)
        near = np.abs(narrow - exact) <= units
    return narrow if near.all() else exact
