"""Integers that float64 does not hold: from 2^53 on not every one is, and none is changed without a word.

Batch norm sees differences alone, and of uint64 numbers around 2^64 float64 rounds those below 2048 away.
"""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

WHOLE = re.compile(r"[+-]?[0-9]{16,}")
"""Text that may be such an integer: 2^53 has 16 digits."""


READ = 4300
"""Digits of an integer that Python reads by default, and writes."""

SHIFT = (
    "Subtract one number from its whole feature, which changes no normalized value, or give it as a float to have it "
    "rounded."
)
SMALLER = f"Give a number of at most 2^53 = {2**53} in size."


def is_rounded(value: int) -> bool:
    """Whether float64 holds another number in the place of this one.

    >>> is_rounded(2**53), is_rounded(2**53 + 1), is_rounded(10**16), is_rounded(10**400)
    (False, True, False, True)
    """
    try:
        return int(float(value)) != value
    except OverflowError:
        return True


def rounded_text(text: str) -> int | None:
    """The integer that a text spells, if float64 does not hold it.

    Of more digits than Python reads it is None: that is infinite in float64, and refused as such. Zeros that lead do
    not count.

    >>> rounded_text("9007199254740993"), rounded_text("9007199254740993.0"), rounded_text("1e16")
    (9007199254740993, None, None)
    >>> rounded_text("-" + "0" * 20_000 + "9007199254740993"), rounded_text("9" * 20_000)
    (-9007199254740993, None)
    """
    if not WHOLE.fullmatch(text):
        return None
    digits = text.lstrip("+-").lstrip("0")
    if len(digits) > READ:
        return None
    value = int(digits or "0") * (-1 if text.startswith("-") else 1)
    return value if is_rounded(value) else None


def first_rounded(values: NDArray[Any]) -> tuple[int, ...] | None:
    """The place of the first entry of an array of integers that float64 does not hold; None where it holds all.

    >>> first_rounded(np.array([[1, 2**53 + 1]])), first_rounded(np.array([2**64 - 2048], np.uint64))
    ((0, 1), None)
    """
    if values.dtype.kind not in "iu" or values.dtype.itemsize < 8 or values.size == 0:
        return None
    floats = values.astype(np.float64)
    within = floats < 2.0 ** (64 if values.dtype.kind == "u" else 63)
    held = within & (np.where(within, floats, 0.0).astype(values.dtype) == values)
    return None if held.all() else tuple(int(i) for i in np.unravel_index(int(np.argmin(held)), values.shape))


def refused(place: str, value: int, do: str = SHIFT) -> str:
    """Why such an integer is refused, and what to do: other than with a feature's numbers where it is a setting."""
    near = f", and would become {int(float(value))}" if abs(value) < 2**1023 else ""
    return f"{place} is {value}; it is an integer that float64 does not hold{near}. {do}"
