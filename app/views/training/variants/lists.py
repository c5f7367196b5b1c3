"""Texts of a query that hold several numbers: widths, Adam's two betas, and the learning rates that a person set."""

import re

from app.query.control import formed

MOST_BLOCKS, MOST_CHANGES = 128, 32
COUNT = r"[1-9][0-9]{0,5}"
NUMBER = r"(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:e[+-]?[0-9]{1,2})?"
STEP = r"[0-9]{1,8}"
WIDTHS = rf"{COUNT}(?:,{COUNT}){{0,{MOST_BLOCKS - 1}}}"
BETAS = rf"{NUMBER},{NUMBER}"
CHANGE = rf"{NUMBER}@{STEP}"
CHANGES = rf"(?:{CHANGE}(?:;{CHANGE}){{0,{MOST_CHANGES - 1}}})?"

A_WIDTHS = formed(re.compile(WIDTHS), f"a width for each block with commas between, at most {MOST_BLOCKS}")
A_BETAS = formed(re.compile(BETAS), "two numbers from 0 to less than 1 with a comma between, such as 0.9,0.999")
A_CHANGES = formed(
    re.compile(CHANGES), "nothing, or learning rates with their steps, ascending, such as 0.01@300;0.1@600"
)


def widths_of(text: str) -> tuple[int, ...]:
    """The widths.

    >>> widths_of("100,50")
    (100, 50)
    """
    return tuple(map(int, text.split(",")))


def betas_of(text: str) -> tuple[float, float]:
    """Both betas."""
    first, second = map(float, text.split(","))
    return first, second


def changes_of(text: str) -> tuple[tuple[int, float], ...]:
    """Each step at which the rate was set, and what it was set to.

    >>> changes_of("0.01@300;0.1@600"), changes_of("")
    (((300, 0.01), (600, 0.1)), ())
    """
    pairs = [change.split("@") for change in text.split(";") if change]
    return tuple((int(step), float(rate)) for rate, step in pairs)
