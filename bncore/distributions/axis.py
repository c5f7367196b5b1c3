"""A drawing axis that stays put: nice limits, linear or symmetric-logarithmic, with its ticks.

Symmetric-logarithmic is the inverse hyperbolic sine, with `c` the size at which it leaves the straight line:

    position(v) = asinh(v / c)        v / c near 0,  sign(v) ln(2 |v| / c) far from it

It has every derivative, so that no place on the axis bends a picture more than its neighbours do.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["linear", "symlog"]
NICE = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.5, 10.0)
POWERS = (1.0, 2.0, 5.0, 10.0)
SHORT = (-1, 5)  # decades in which the tick texts of a linear axis are short
NARROWEST = 1e-9  # of the largest value: below it, tick texts would be too long to be read
LARGEST = 4e307  # the end of every axis: from one end to the other, and to nice limits beyond, is a float64
SMALLEST = 1e-290  # sizes below it count as 0, so that nothing here leaves the range of normal numbers


@dataclass(frozen=True)
class Axis:
    """Limits in data units; `linear_within` is the c of a symlog axis: nearly linear within ±c, logarithmic beyond."""

    kind: Kind
    low: float
    high: float
    linear_within: float = 3.0

    def position(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Where each value lies on the axis; the identity for a linear axis. Not-a-number stays so."""
        values = np.asarray(values, dtype=np.float64)
        if self.kind == "linear":
            return values
        return np.asarray(np.arcsinh(values / self.linear_within))

    def value(self, positions: NDArray[Any]) -> NDArray[np.float64]:
        """What lies at each position: the inverse of `position`."""
        positions = np.asarray(positions, dtype=np.float64)
        return positions if self.kind == "linear" else np.asarray(self.linear_within * np.sinh(positions))

    def limits(self) -> tuple[float, float]:
        """The two ends, as positions."""
        return _limits(self)

    def edges(self, bins: int) -> NDArray[np.float64]:
        """`bins + 1` edges as positions: 0 is one of them where it lies inside, and each side of it has equal bins."""
        return _edges(self, bins)

    def bins_below_zero(self, bins: int) -> int:
        """How many of `bins` bins lie below 0: as its side's share, so that the two sides' widths hardly differ.

        >>> Axis("linear", -1.0, 3.0).bins_below_zero(40), Axis("linear", 0.0, 3.0).bins_below_zero(40)
        (10, 0)
        """
        low, high = self.limits()
        if not low < 0.0 < high or bins < 2:
            return 0
        return min(max(round(bins * (-low / (high - low))), 1), bins - 1)

    @property
    def exponent(self) -> int:
        """The power of ten that the texts of the ticks leave out, so that they are short; 0 where they are anyway.

        >>> Axis("linear", -0.004, 0.004).exponent, Axis("linear", -4.0, 4.0).exponent, Axis("linear", 0, 3e5).exponent
        (-3, 0, 5)
        """
        largest = max(-self.low, self.high, self.low, -self.high)
        if self.kind == "symlog" or self.high - self.low < largest / 10.0:
            return 0
        decade = math.floor(math.log10(max(largest, SMALLEST)) + 1e-9)
        return 0 if SHORT[0] <= decade < SHORT[1] else decade

    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Position and text of each tick; a linear axis has round steps, a symlog axis 0 and powers of ten.

        The texts of a linear axis leave out 10^`exponent`.
        """
        return _ticks(self)


@lru_cache(maxsize=256)
def _limits(axis: Axis) -> tuple[float, float]:
    low, high = axis.position(np.array([axis.low, axis.high]))
    return float(low), float(high)


@lru_cache(maxsize=256)
def _edges(axis: Axis, bins: int) -> NDArray[np.float64]:
    low, high = _limits(axis)
    below = axis.bins_below_zero(bins)
    if below:
        edges = np.concatenate([np.linspace(low, 0.0, below + 1)[:-1], np.linspace(0.0, high, bins - below + 1)])
    else:
        edges = np.linspace(low, high, bins + 1)
    edges.flags.writeable = False
    return edges


@lru_cache(maxsize=256)
def _ticks(axis: Axis) -> tuple[tuple[float, str], ...]:
    values = _linear_ticks(axis) if axis.kind == "linear" else _symlog_ticks(axis)
    positions = axis.position(np.array(values))
    return tuple((float(p), tick_text(v, axis.exponent)) for p, v in zip(positions, values, strict=True))


def tick_text(value: float, exponent: int = 0) -> str:
    """A tick's value, over 10^`exponent`, short, with a real minus sign.

    >>> tick_text(-3.0), tick_text(0.25), tick_text(1e6), tick_text(-1e-5), tick_text(1000000.5)
    ('−3', '0.25', '1e6', '−1e−5', '1000000.5')
    >>> tick_text(0.0005), tick_text(-0.0025, -3), tick_text(0.001)
    ('5e−4', '−2.5', '0.001')
    """
    value = _snapped(value * 10.0**-exponent) if exponent else value
    short = f"{value:g}" if value == 0.0 or abs(value) >= 1e-3 else _scientific(value)
    mantissa, _, power = (short if float(short) == value else f"{value:.12g}").partition("e")
    return (f"{mantissa}e{int(power)}" if power else mantissa).replace("-", "−")


def _scientific(value: float) -> str:
    mantissa, power = f"{value:.5e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{power}"


def _linear_ticks(axis: Axis) -> list[float]:
    step = nice_ceiling((axis.high - axis.low) / 7.0, POWERS)
    first, last = math.ceil(axis.low / step - 1e-9), math.floor(axis.high / step + 1e-9)
    return [_snapped(i * step) for i in range(first, last + 1)]


def _symlog_ticks(axis: Axis) -> list[float]:
    """0, then powers of ten from the outermost inwards to c, each where its text has room: at most six."""
    low, high = axis.limits()
    room = (high - low) / 5.5
    outermost = math.floor(math.log10(max(-axis.low, axis.high)) + 1e-9)
    innermost = math.floor(math.log10(axis.linear_within) + 1e-9)
    kept: list[float] = []
    for size in [0.0, *(float(f"1e{k}") for k in range(outermost, innermost - 1, -1))]:
        for value in (-size, size) if size else (0.0,):
            place = axis.position(np.array([value, *kept]))
            if axis.low <= value <= axis.high and (np.abs(place[1:] - place[0]) >= room).all():
                kept.append(value)
    return sorted(kept)


def nice_ceiling(value: float, steps: tuple[float, ...] = NICE) -> float:
    """The smallest step times a power of ten that is at least `value` (≥ 0): limits and tick distances.

    >>> nice_ceiling(3.2), nice_ceiling(0.011), nice_ceiling(1.0)
    (4.0, 0.015, 1.0)
    """
    value = max(value, SMALLEST)
    decade = float(f"1e{math.floor(math.log10(value))}")
    size = next((step for step in steps if step * decade >= value * (1 - 1e-9)), 10.0)
    return _snapped(size * decade)


def axis_for(low: float, high: float, kind: Kind, linear_within: float = 3.0) -> Axis:
    """An axis whose nice limits hold `low <= high`; slightly different data give the same axis.

    A symlog axis holds 0 as well. Limits too close to be told apart on an axis are moved apart. What is larger than
    `LARGEST` lies at the axis' end.

    >>> axis_for(-1.7e308, 1.7e308, "linear").limits()
    (-4e+307, 4e+307)
    """
    low, high = min(max(low, -LARGEST), LARGEST), min(max(high, -LARGEST), LARGEST)
    if kind == "symlog":
        return Axis(kind, *_symlog_limits(low, high, linear_within), linear_within)
    largest = max(abs(low), abs(high))
    if high - low <= NARROWEST * largest or largest < SMALLEST:
        margin = largest / 2.0 if largest >= SMALLEST else 1.0
        low, high = low - margin, high + margin
    step = nice_ceiling((high - low) / 8.0)
    return Axis(kind, 0.0 - _outwards(-low, step), _outwards(high, step))


def _outwards(limit: float, step: float) -> float:
    """The first multiple of `step` that is at least `limit`, whatever rounding does to it."""
    count = math.ceil(limit / step)
    return next(at for at in (_snapped(k * step) for k in (count, count + 1, count + 2)) if at >= limit)


def _symlog_limits(low: float, high: float, linear_within: float) -> tuple[float, float]:
    """Each limit, moved outwards to ±(4/3)c or to a nice number beyond it; 0 where there is nothing on its side."""
    least = _snapped(linear_within * 4.0 / 3.0)
    below, above = (max(nice_ceiling(size, POWERS), least) if size > 0 else 0.0 for size in (-low, high))
    return (0.0 - below, above) if below or above else (-least, least)


def _snapped(value: float) -> float:
    """Without the last digits, which are rounding errors."""
    return float(f"{value:.12g}")


def fence(ordered: NDArray[np.float64]) -> NDArray[np.float64]:
    """Limits (2, D) within which each of the ordered rows (D, M) is worth drawing.

    They are the row's own extremes, clipped at half its 1-99 % range beyond its 1st and 99th percentile, so that
    outliers do not flatten the picture.
    """
    last = ordered.shape[1] - 1
    p1, p99 = ordered[:, last // 100], ordered[:, last - last // 100]
    reach = (p99 - p1) / 2.0
    return np.stack([np.maximum(ordered[:, 0], p1 - reach), np.minimum(ordered[:, -1], p99 + reach)])
