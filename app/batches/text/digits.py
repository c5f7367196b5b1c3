"""How far the digits of printed numbers go, and so what printing may hide of each."""

import math
import re

PARTS = re.compile(r"[-+]?[0-9]*\.?(?P<digits>[0-9]*)(?:[eE](?P<power>[-+]?[0-9]+))?")


def units_of(words: list[str]) -> list[float]:
    """Half of the last digit of each; 0 of one without a digit behind the point, for whole numbers hide nothing."""
    return [_unit(digits, power) for digits, power in map(_read, words)]


def largest_unit(words: list[str]) -> float:
    """Of a whole print: NumPy gives all numbers the same digits behind the point, `%.4g` the same significant ones.

    Both leave zeros at the end out, so all have as many as the longest. Significant it is when those of the most
    significant digits end at different places.
    """
    read = {word: _read(word) for word in words}
    most = max((digits for digits, _ in read.values()), default=0)
    fixed = _unit(most, max((power for _, power in read.values()), default=0))
    figures = {word: _significant(word) for word, (digits, _) in read.items() if digits}
    longest = max(figures.values(), default=0)
    last = (read[word] for word, count in figures.items() if count == longest and not word.endswith("0"))
    places = {digits - power for digits, power in last}
    return max(fixed, _unit_at(longest, words)) if len(places) > 1 else fixed


def _read(word: str) -> tuple[int, int]:
    """How many digits a number has behind the point, and its power of ten."""
    parts = PARTS.match(word)
    if not parts:
        return 0, 0
    digits, power = parts.group("digits", "power")
    return len(digits) if "." in word else 0, int(power or 0)


def _unit(digits: int, power: int) -> float:
    """Half of the last of so many digits behind the point."""
    return 0.5 * 10.0 ** min(max(power - digits, -400), 300) if digits else 0.0


def _significant(word: str) -> int:
    """Digits from the first to the last that is not 0."""
    return len(word.lower().partition("e")[0].replace(".", "").strip("+-0"))


def _unit_at(figures: int, words: list[str]) -> float:
    """Half of the last of so many significant digits of the largest number."""
    sizes = [size for word in words if 0 < (size := abs(float(word))) < math.inf]
    return 0.5 * 10.0 ** (math.floor(math.log10(max(sizes))) - figures + 1) if sizes else 0.0
