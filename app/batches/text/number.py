"""One number as text: its forms, what it is refused for, and the marks between thousands.

    -1.5   +2.   .5e-3   −4 (a minus sign from a word processor, or from a spreadsheet)        digits are 0 to 9

A decimal comma is a point where it can be nothing else (`cells`). `inf`, `nan` and their like are numbers only where
numbers need not be finite. What float64 does not hold is refused: integers that it would round, and what is too large.
"""

import math
import re

from app.batches.text.refusal import Unreadable, quoted
from app.errors import shortened
from bncore.exact.integers import refused, rounded_text

SIGN, ANY_SIGN = "[-+]?", "[-+\u2212]?"
INFINITE, NOT_A_NUMBER = "(?i:inf(?:inity)?)", "(?i:nan)"
GROUPED = re.compile(
    ANY_SIGN + r"[0-9]{1,3}(?P<mark>[.,'\u2019 \u00a0\u202f])[0-9]{3}(?:(?P=mark)[0-9]{3})*(?:[.,][0-9]+)?"
)
"""A number with a mark between its thousands."""

AS_ASCII = str.maketrans({"\u2212": "-", "\u00a0": " ", "\ufeff": None, "\r": "\n"})


def _unsigned(point: str) -> str:
    """The regular expression of digits around a decimal point, and their exponent."""
    point = re.escape(point)
    return f"(?:[0-9]+(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][-+]?[0-9]{{1,5}})?"


ANY = f"{SIGN}(?:{_unsigned('.')}|{INFINITE}|{NOT_A_NUMBER})"
NUMBER, NUMBER_OR_NOT_FINITE = re.compile(SIGN + _unsigned(".")), re.compile(ANY)


class NotANumber(Exception):
    """Why a word is no number; `rounded` is the integer that it spells, where float64 holds another one."""

    def __init__(self, why: str, rounded: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.rounded = rounded


def plain(text: str) -> str:
    """The text in which minus signs, blanks and line ends have one form each."""
    return text.translate(AS_ASCII)


def value(word: str, *, finite: bool = True) -> float:
    """The number that a word spells, with a point for decimals. Raises NotANumber.

    >>> value("−1.5e3"), value("-inf", finite=False)
    (-1500.0, -inf)
    """
    word = plain(word)
    if not (NUMBER if finite else NUMBER_OR_NOT_FINITE).fullmatch(word):
        raise NotANumber("not a finite number" if finite else "not a number")
    parsed = float(word)
    if math.isinf(parsed) and NUMBER.fullmatch(word):
        raise NotANumber("too large for a float64")
    if (whole := rounded_text(word)) is not None:
        raise NotANumber("an integer that float64 does not hold", whole)
    return parsed


def rounded(word: str) -> int | None:
    """The integer that a cell spells, if float64 holds another one in its place."""
    try:
        value(word.strip())
    except NotANumber as error:
        return error.rounded
    return None


def checked(word: str, of: str, *, finite: bool = True) -> str:
    """The word, if it is a number. Raises Unreadable."""
    try:
        value(word, finite=finite)
    except NotANumber as error:
        raise _told(word, of, error) from error
    return word


def _told(word: str, of: str, error: NotANumber) -> Unreadable:
    if error.rounded is not None:
        return Unreadable(refused(f"A number of {of}" if of else "A number", error.rounded), word)
    if error.why.startswith("too large"):
        return Unreadable(f"{quoted(word, of)} is {error.why}.", word)
    return no_number(word, of)


def no_number(word: str, of: str) -> Unreadable:
    """What is said of a word that is no number; of one with marks between its thousands, how it is one."""
    if (without := ungrouped(word)) is not None:
        return Unreadable(
            f"{quoted(word, of)} has marks between its thousands. Write “{shortened(without.replace(',', '.'))}”.", word
        )
    return Unreadable(f"{quoted(word, of)} is not a number. Leave names and headings out.", word)


def ungrouped(cell: str) -> str | None:
    """The cell without the marks between its thousands; None where it is not such a number.

    >>> ungrouped("1.234.567,5"), ungrouped("1 234"), ungrouped("12.5")
    ('1234567,5', '1234', None)
    """
    match = GROUPED.fullmatch(cell.strip())
    return cell.strip().replace(match["mark"], "") if match else None


def may_be_thousands(word: str, mark: str) -> bool:
    """Whether one mark may be a decimal point as well as part thousands: 1,234 and not 0,234 or 1,5.

    >>> may_be_thousands("1,234", ","), may_be_thousands("0,234", ","), may_be_thousands("1,234,567", ",")
    (True, False, False)
    """
    return re.fullmatch(rf"{ANY_SIGN}[1-9][0-9]{{0,2}}{re.escape(mark)}[0-9]{{3}}", word.strip()) is not None


def undecided(words: list[str]) -> str | None:
    """The first of some cells of one table whose comma may be a decimal point or part thousands; None where one of
    the others has a decimal comma that can be nothing else, and none has a point.

    >>> undecided(["1,234", "2"]), undecided(["1,234", "0,5"]), undecided(["1,234", "2.5"])
    ('1,234', None, '1,234')
    """
    commas = [word for word in words if "," in word]
    either = [word for word in commas if may_be_thousands(word, ",")]
    told = len(either) < len(commas) and not any("." in word for word in words)
    return either[0] if either and not told else None


def pattern(decimal: str) -> str:
    """The regular expression of a cell that holds a number written with this decimal point, infinite ones included."""
    return rf"\s*{ANY_SIGN}(?:{_unsigned(decimal)}|{INFINITE})\s*"
