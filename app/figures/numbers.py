"""Numbers as a person reads them: three significant digits, thousands set apart, a real minus sign."""

import math
from collections.abc import Iterable


def three(value: float) -> str:
    """Three significant digits.

    >>> three(2530.4), three(0.12399), three(-1.5e-7), three(0.0), three(314.0)
    ('2,530', '0.124', '−1.5e−7', '0', '314')
    """
    if 1e-3 <= abs(value) < 999.5:  # nearly always
        return f"{value:#.3g}".rstrip(".").replace("-", "−")
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else ("−∞" if value < 0 else "∞")
    if value == 0:
        return "0"
    rounded = float(f"{value:.3g}")
    if abs(rounded) == 1e-3:
        return f"{rounded:#.3g}".replace("-", "−")
    if 1e3 <= abs(rounded) < 1e6:
        return f"{rounded:,.0f}".replace("-", "−")
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}".replace("-", "−")


def significant(values: Iterable[float], digits: int = 3) -> list[float]:
    """Numbers rounded to so many significant digits.

    >>> significant([2534.4, -0.123456, 0.0])
    [2530.0, -0.123, 0.0]
    """
    return [float(f"{value:.{digits}g}") for value in values]


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun.

    >>> counted(1, "value"), counted(1234, "value"), counted(2, "axis", "axes")
    ('1 value', '1,234 values', '2 axes')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def finite(value: float) -> float | None:
    """The number, or None for what no JSON holds.

    >>> finite(0.5), finite(float("nan"))
    (0.5, None)
    """
    return float(value) if math.isfinite(value) else None
