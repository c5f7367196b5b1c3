"""Numbers as a person reads them: three significant digits, thousands set apart, a real minus sign.

Two numbers that are held against each other go through `apart`, `span` or `times`, one that may be what rounding left
through `beside`: numbers that differ are printed with the digits that differ, and rounding is called rounding.
"""

import math
from collections.abc import Iterable

from bncore.findings.numbers import counted, percent, stated, three, typeset

__all__ = [
    "DOUBLE", "SINGLE", "STEPS", "apart", "beside", "counted", "digits", "each_beside", "finite", "is_rounding",
    "percent", "significant", "span", "stated", "three", "times", "typeset", "was_and_is",
]  # fmt: skip

DOUBLE = 2.0**-52  # the unit in the last place of a float64 1.0
SINGLE = 2.0**-23  # that of a float32
STEPS = 512.0  # of the unit in the last place that sums over a batch may be off by
MOST_DIGITS = 15


def digits(value: float, count: int) -> str:
    """So many significant digits, three or more, written as `three` writes them.

    >>> digits(0.99951, 4), digits(2530.44, 5), digits(2530.44, 4), digits(-1.5004e-7, 5)
    ('0.9995', '2,530.4', '2,530', '−1.5004e−7')
    """
    if count <= 3 or value == 0 or not math.isfinite(value):
        return three(value)
    mantissa, exponent = f"{value:.{count - 1}e}".split("e")
    if -3 <= int(exponent) < 6:
        return f"{value:,.{max(count - 1 - int(exponent), 0)}f}".replace("-", "−")
    return f"{mantissa}e{int(exponent)}".replace("-", "−")


def is_rounding(value: float, size: float, unit: float = DOUBLE) -> bool:
    """Whether a number is no more than rounding beside the `size` of what it was made of, such as the sum of the terms'
    sizes, or the larger of two numbers whose difference it is. `unit` is that of the last place of the numbers' dtype.

    >>> is_rounding(5.5e-17, 0.4), is_rounding(1e-9, 0.4), is_rounding(0.0, 0.0)
    (True, False, True)
    """
    return abs(value) <= STEPS * unit * abs(size)


def beside(value: float, size: float, unit: float = DOUBLE) -> str:
    """A number, or "0 up to rounding" where it `is_rounding` beside `size`; a plain 0 is 0.

    >>> beside(-4e-17, 0.3), beside(0.0, 0.3), beside(-0.148, 0.3)
    ('0 up to rounding', '0', '−0.148')
    """
    return "0 up to rounding" if value != 0 and is_rounding(value, size, unit) else three(value)


def each_beside(values: Iterable[float], sizes: Iterable[float], unit: float = DOUBLE) -> list[str]:
    """Numbers as a table prints them, each `beside` the size of its own.

    >>> each_beside([2.5, -4e-17], [3.0, 0.3])
    ['2.50', '0 up to rounding']
    """
    return [beside(value, size, unit) for value, size in zip(values, sizes, strict=True)]


def apart(first: float, second: float, unit: float = DOUBLE) -> tuple[str, str]:
    """Two numbers with the digits that tell them apart, three at least; the same text twice where they differ by
    rounding alone, which is for the sentence to say.

    >>> apart(-0.14806, -0.14811), apart(2.5, 0.1), apart(0.1 + 0.2, 0.3)
    (('−0.14806', '−0.14811'), ('2.50', '0.100'), ('0.300', '0.300'))
    """
    if is_rounding(first - second, max(abs(first), abs(second)), unit):
        return three(first), three(first)
    for count in range(3, MOST_DIGITS + 1):
        texts = digits(first, count), digits(second, count)
        if texts[0] != texts[1]:
            return texts
    return texts


def was_and_is(before: float, after: float) -> str:
    """A number before and after, or that it stayed.

    >>> was_and_is(0.14801, 0.14849), was_and_is(1.0, 1.0)
    ('was 0.1480, is 0.1485', 'stays 1.00')
    """
    was, now = apart(before, after)
    return f"stays {now}" if was == now else f"was {was}, is {now}"


def span(values: Iterable[float], size: float = 0.0, unit: float = DOUBLE) -> str:
    """From the smallest to the largest number, or the one that they all are. What is rounding beside `size` is 0.

    >>> span([0.9991, 0.9994]), span([0.0, 0.0]), span([1e-17, -3e-17], 1.0), span([-1.0, 2.0])
    ('from 0.9991 to 0.9994', 'all 0', 'all 0 up to rounding', 'from −1.00 to 2.00')
    """
    known = list(values)
    low, high = (0.0 if is_rounding(value, size, unit) else value for value in (min(known), max(known)))
    texts = apart(low, high, unit)
    if texts[0] != texts[1]:
        return f"from {texts[0]} to {texts[1]}"
    exactly = min(known) == max(known)
    return f"all {texts[0]}" if exactly else f"all {texts[0]} up to rounding"


def times(after: float, before: float, unit: float = DOUBLE) -> str:
    """How `after` stands to `before`, both 0 or more, to be followed by what `before` is: "{} what it was".

    >>> times(5.0, 2.0), times(1.0004, 1.0), times(0.2, 1050.0)
    ('2.50 times', '1.0004 times', '1/5,250 of')
    >>> times(0.1 + 0.2, 0.3), times(1e-70, 1.0), times(0.0, 1.0)
    ('the same, up to rounding, as', 'nothing, up to rounding, beside', 'exactly 0, not')
    """
    if after == before:
        return "the same as"
    if after == 0:
        return "exactly 0, not"
    if is_rounding(after - before, max(after, before), unit):
        return "the same, up to rounding, as"
    if is_rounding(after, before, unit):
        return "nothing, up to rounding, beside"
    ratio = after / before if before else math.inf
    return f"1/{three(1 / ratio)} of" if ratio < 1e-2 else f"{apart(ratio, 1.0, unit)[0]} times"


def significant(values: Iterable[float], digits: int = 3) -> list[float]:
    """Numbers rounded to so many significant digits.

    >>> significant([2534.4, -0.123456, 0.0])
    [2530.0, -0.123, 0.0]
    """
    return [float(f"{value:.{digits}g}") for value in values]


def finite(value: float) -> float | None:
    """The number, or None for what no JSON holds.

    >>> finite(0.5), finite(float("nan"))
    (0.5, None)
    """
    return float(value) if math.isfinite(value) else None
