"""How far the digits of printed numbers go, and so what printing may hide of each."""

import math
import re

PARTS = re.compile(r"[-+]?[0-9]*\.?(?P<digits>[0-9]*)(?:[eE](?P<power>[-+]?[0-9]+))?")


def digits_of(word: str) -> int:
    """Digits behind the point."""
    parts = PARTS.match(word)
    return len(parts["digits"]) if parts and "." in word else 0


def unit_of(word: str, digits: int) -> float:
    """Half of the last of so many digits behind the point; 0 without any, for whole numbers hide nothing."""
    parts = PARTS.match(word)
    power = int(parts["power"] or 0) if parts else 0
    return 0.5 * 10.0 ** min(max(power - digits, -400), 300) if digits else 0.0


def largest_unit(words: list[str]) -> float:
    """Of a whole print: NumPy gives all numbers the same digits behind the point, `%.4g` the same significant ones.

    Both leave zeros at the end out, so all have as many as the longest. Significant it is when those of the most
    significant digits end at different places.
    """
    most = max(map(digits_of, words), default=0)
    fixed = max((unit_of(word, most) for word in words), default=0.0)
    figures = {word: _significant(word) for word in words if digits_of(word)}
    longest = max(figures.values(), default=0)
    places = {_last_place(word) for word, count in figures.items() if count == longest and not word.endswith("0")}
    return max(fixed, _unit_at(longest, words)) if len(places) > 1 else fixed


def _significant(word: str) -> int:
    """Digits from the first to the last that is not 0."""
    return len(re.sub(r"\D", "", re.split("[eE]", word)[0]).strip("0"))


def _last_place(word: str) -> int:
    parts = PARTS.match(word)
    return digits_of(word) - int((parts and parts["power"]) or 0)


def _unit_at(figures: int, words: list[str]) -> float:
    """Half of the last of so many significant digits of the largest number."""
    sizes = [size for word in words if 0 < (size := abs(float(word))) < math.inf]
    return 0.5 * 10.0 ** (math.floor(math.log10(max(sizes))) - figures + 1) if sizes else 0.0
