"""A tensor as text: nested lists, what NumPy or PyTorch print, CSV, or cells of a spreadsheet."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.api.gradient_check_brackets import brackets
from app.api.gradient_check_cells import table
from app.api.gradient_check_number import digits_of, largest_unit, unit_of, unreadable
from bncore.diagnosis import Printed

LONGEST = 64  # characters for each number that is allowed
SCALAR = re.compile(r"\b(?:np|numpy)\.float\d+\(([^()]*)\)")
DOTS = "{field} was shortened by dots. Print all of it: numpy.set_printoptions(threshold=sys.maxsize), or use tolist()."
AS_ASCII = str.maketrans({"\u2212": "-", "\u00a0": " ", "\ufeff": None, "\r": "\n"})


def parsed(text: str, field: str, most: int) -> Printed | None:
    """The tensor of a text, and half of its last digit; None for an empty text.

    Numbers that a float32 array was printed as come back as float32. Raises InvalidQuery with what cannot be read; a
    text that is too long for `most` numbers is not looked at.
    """
    if len(text) > LONGEST * most:
        detail = f"{field} is longer than {LONGEST * most:,} characters; a few examples show as much."
        raise unreadable(detail, field, "")
    plain = SCALAR.sub(r"\1", text.translate(AS_ASCII)).strip(" \n")
    if not plain.strip():
        return None
    if "..." in plain or "\u2026" in plain:
        raise unreadable(DOTS.format(field=field), field, text)
    nested = brackets(plain, field, most) if "[" in plain else table(plain, field, most)
    words = list(_leaves(nested))
    exact = _rectangular(nested, field)
    units = np.array([unit_of(word, digits_of(word)) for word in words])
    return Printed(_narrowed(exact, units), largest_unit(words), exact)


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


def _narrowed(exact: NDArray[np.float64], units: NDArray[np.float64]) -> NDArray[Any]:
    """float32, if every number may have been printed from one."""
    with np.errstate(over="ignore", invalid="ignore"):
        narrow = exact.astype(np.float32)
        near = np.abs(narrow - exact).ravel() <= units
    return narrow if near.all() else exact
