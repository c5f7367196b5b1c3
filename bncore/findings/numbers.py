"""Numbers as a person reads them: three significant digits, thousands set apart, a real minus sign."""

import math
import re

POWER = re.compile(r"(?<=\d)e([+-])0*(\d)")  # of ten, as Python prints it


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


def two(value: float) -> str:
    """Two significant digits, where no more matters.

    >>> two(6.66e-16), two(0.0), two(-0.3), two(1.84), two(42.0)
    ('6.7e−16', '0', '−0.30', '1.8', '42')
    """
    size = typeset(f"{abs(value):#.2g}".rstrip("."))
    return "0" if value == 0 else f"{'−' if value < 0 else ''}{size}"


def percent(share: float) -> str:
    """A share to a tenth of a percent.

    >>> percent(0.9512), percent(0.0), percent(1.0)
    ('95.1 %', '0.0 %', '100.0 %')
    """
    return f"{share:.1%}".replace("%", " %")


def stated(value: float) -> str:
    """A number that was asked for, with the digits that it was given, up to six.

    >>> stated(1e-5), stated(0.00125), stated(-1234.5), stated(1e6)
    ('1e−5', '0.00125', '−1234.5', '1e6')
    """
    return typeset(f"{value:g}").replace("-", "−")


def typeset(text: str) -> str:
    """A sentence with powers of ten as Python prints them, written as `three` writes them.

    >>> typeset("off by up to 2.5e-07 % of 1e+06"), typeset("from the file e-05")
    ('off by up to 2.5e−7 % of 1e6', 'from the file e-05')
    """
    return POWER.sub(lambda power: f"e{'−' if power[1] == '-' else ''}{power[2]}", text)


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun.

    >>> counted(1, "value"), counted(1234, "value"), counted(2, "axis", "axes")
    ('1 value', '1,234 values', '2 axes')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
