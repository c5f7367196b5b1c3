"""Quantiles of the chi-square distribution for any number of degrees of freedom, whole or not."""

import math
from functools import lru_cache
from statistics import NormalDist

MANY = 200.0  # degrees of freedom from which on Wilson & Hilferty's cube root is good to 1e-6
STEPS = 90
SMALLEST = 1e-300
ENOUGH = 1e-13


@lru_cache(maxsize=1024)
def quantile(share: float, freedom: float) -> float:
    """The number below which `share` of chi-square with `freedom` > 0 degrees of freedom lies.

    By bisection of the logarithm; from many degrees of freedom on f (1 - 2/(9f) + z sqrt(2/(9f)))^3, z the bell's own
    quantile: Wilson & Hilferty 1931.

    >>> round(quantile(0.95, 1), 4), round(quantile(0.5, 2), 6), round(2 * math.log(2), 6)
    (3.8415, 1.386294, 1.386294)
    """
    if freedom >= MANY:
        part = 2.0 / (9.0 * freedom)
        return freedom * (1.0 - part + NormalDist().inv_cdf(share) * math.sqrt(part)) ** 3
    low, high = math.log(SMALLEST), math.log(40.0 * (freedom + 10.0))
    for _ in range(STEPS):
        middle = (low + high) / 2.0
        below = probability(math.exp(middle), freedom) < share
        low, high = (middle, high) if below else (low, middle)
    return math.exp((low + high) / 2.0)


def probability(x: float, freedom: float) -> float:
    """The share of chi-square below x > 0: the regularized lower incomplete gamma function P(freedom/2, x/2).

    The series below its middle, the continued fraction above it: Abramowitz & Stegun 6.5.29 and 6.5.31.
    """
    a, half = freedom / 2.0, x / 2.0
    size = math.exp(a * math.log(half) - half - math.lgamma(a))
    return size * _series(a, half) if half < a + 1.0 else 1.0 - size * _fraction(a, half)


def _series(a: float, x: float) -> float:
    term = total = 1.0 / a
    while term > ENOUGH * total:
        a += 1.0
        term *= x / a
        total += term
    return total


def _fraction(a: float, x: float) -> float:
    """1/(x + 1 - a - 1(1 - a)/(x + 3 - a - 2(2 - a)/(x + 5 - a - ...))), by the recurrence of its convergents."""
    before, now = (0.0, 1.0), (1.0, x + 1.0 - a)
    value, step = now[0] / now[1], 0
    while True:
        step += 1
        b, part = x + 2.0 * step + 1.0 - a, step * (a - step)
        before, now = now, (b * now[0] + part * before[0], b * now[1] + part * before[1])
        before, now = (before[0] / now[1], before[1] / now[1]), (now[0] / now[1], 1.0)
        if abs(now[0] - value) <= ENOUGH * abs(now[0]):
            return now[0]
        value = now[0]
