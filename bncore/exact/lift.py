"""Numbers whose squares leave float64: a power of two a feature brings them back, and changes no digit of them.

Below 2^-500 a square has lost digits or is 0, though the number itself, its deviation and what batch norm makes of it
are well within range. Times 2^600 every float64 of that size, the smallest above 0 (2^-1074) too, has a square with
all its 53 digits: 2 (600 - 1074) = -948, which is 74 powers above the smallest normal number, 2^-1022. A mean square
m of squares that are each off by half of 2^-1074 is off by 2^-1075 / m, which is rounding down to m = 2^-1022; LEAST
keeps a distance from that. Higham 2002, "Accuracy and Stability of Numerical Algorithms", section 27.8.
"""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64

POWER = 600
LIFT = 2.0**POWER
LEAST = 2.0**-1000
"""Mean squares from here on have all their digits."""
SMALLEST = float(np.finfo(np.float64).smallest_subnormal)


@dataclass(frozen=True, eq=False)
class Lifted:
    """Statistics of x `by`, a power of two a feature, (D,): `mean` + `rest` and deviation `sigma`, each times `by`."""

    by: Float64
    mean: Float64
    rest: Float64
    sigma: Float64

    @property
    def own_sigma(self) -> Float64:
        """The deviation of x itself: never 0 but for a constant feature."""
        return np.where(self.sigma > 0, np.maximum(self.sigma / self.by, SMALLEST), 0.0)


def square_of(sigma: Float64, by: Float64) -> Float64:
    """(sigma / by)^2 for a power of two `by`, rounded once: below the range it is 0, above it infinite."""
    with np.errstate(over="ignore"):
        square: Float64 = np.ldexp(np.square(sigma), -2 * (np.frexp(by)[1] - 1))
    return square


def in_units(values: Float64, of: Float64 | None = None) -> Float64:
    """(K, D) in units of each column's largest number, as a power of two, so that squares stay in range; exact.

    `of` has the columns whose largest numbers count, where those are others than the values' own.

    >>> in_units(np.array([[3e-200, 1.0], [0.0, -0.25]])).max(axis=0).round(2)
    array([0.57, 0.5 ])
    """
    largest = np.abs(values if of is None else of).max(axis=0)
    scaled: Float64 = np.ldexp(values, -np.frexp(np.where(np.isfinite(largest), largest, 1.0))[1])
    return scaled
