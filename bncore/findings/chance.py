"""How likely a ratio of variances is by chance, and which of many features are beyond chance.

A sample variance of a bell over its true one is χ²/ν, and over another estimate of it F. Both have cube roots that are
nearly bells: Wilson & Hilferty, "The distribution of chi-square", PNAS 17 (1931), and Paulson, "An approximate
normalization of the analysis of variance distribution", Annals of Mathematical Statistics 13 (1942), equation 1:

    z = ((1 - 2/(9 ν')) r^(1/3) - (1 - 2/(9 ν))) / sqrt(2/(9 ν) + r^(2/3) 2/(9 ν'))

Far out and above 1 it errs to the careful side; below 1 it does so at few degrees of freedom, where a variance of 0 is
no wonder: z is never below -sqrt(9 ν/2) (1 - 2/(9 ν)).
"""

import math

import numpy as np
from numpy.typing import NDArray

from bncore.distributions.summary import Floats


def deviate(ratio: Floats, df: Floats, other_df: Floats) -> Floats:
    """The z, of a standard bell, that is about as unlikely as `ratio` under F(df, other_df); for ratios of 0 to ∞.

    >>> deviate(np.array([3.8415]), np.array([1.0]), np.array([np.inf])).round(2)  # 5 % of χ² at one degree
    array([1.67])
    """
    own, other = 2.0 / (9.0 * df), 2.0 / (9.0 * other_df)
    with np.errstate(invalid="ignore", over="ignore"):
        root = np.cbrt(ratio)
        z: Floats = ((1.0 - other) * root - (1.0 - own)) / np.sqrt(own + root * root * other)
    limit = np.divide(1.0 - other, np.sqrt(other), out=np.full_like(z, np.inf), where=other > 0)
    return np.where(np.isinf(root), limit, z)


def upper_tail(z: Floats) -> Floats:
    """P(Z > z) of a standard bell.

    >>> upper_tail(np.array([0.0, np.inf]))
    array([0.5, 0. ])
    """
    return np.array([0.5 * math.erfc(value / math.sqrt(2.0)) for value in z.tolist()])


def beyond_chance(chances: Floats, level: float) -> NDArray[np.bool_]:
    """Which of D features are off, whose chances under "nothing is off" are given (D,).

    The k least likely ones, for the largest k with p_(k) ≤ level k/D: Benjamini & Hochberg, "Controlling the false
    discovery rate", JRSS B 57 (1995). Where nothing is off anything is found with probability `level` at most; of what
    is found that share at most is healthy; and no feature above `level` is found at all.

    >>> beyond_chance(np.array([0.9, 1e-9, 0.004]), 0.005).tolist()
    [False, True, False]
    """
    ordered = np.sort(chances)
    passed = np.flatnonzero(ordered <= level * np.arange(1, chances.size + 1) / chances.size)
    return chances <= (ordered[passed[-1]] if passed.size else -1.0)
