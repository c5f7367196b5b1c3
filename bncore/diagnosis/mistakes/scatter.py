"""Whether a dx is right but for noise, as central differences are: its factors are 1, its errors in no order."""

import numpy as np

from bncore.arguments import Float64
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.given.precision import FLOAT64, Precision
from bncore.diagnosis.mistakes.triple import FEWEST
from bncore.diagnosis.verdict import CLOSE, DIFFERENCES, EXACT
from bncore.epsilon import reciprocal

LARGEST = 0.05
"""Of dx's largest number: what is further off is no matter of rounding."""
FEWEST_NUMBERS = 8
EVEN = 0.03
"""Half of the errors are at least this share of the largest: noise is everywhere, a slip is in one place."""
ORDERED = 10.0
"""So many times the mean square of noise, and what lies along h, 1 and x_hat is no noise: a factor is off."""


def like_differences(case: Case, dx: Float64, precision: Precision) -> str:
    """One of `DIFFERENCES`, or "" for a dx that is none.

    With e the error of dx, its part along h, 1 and x_hat (three numbers a unit) has no more of its mean square than
    `ORDERED` times that of the rest (K - 3 a unit): a wrong factor is all along these, what mixes examples is large.
    """
    truth = case.truth["dx"]
    errors, largest = dx - truth, float(np.abs(truth).max())
    size = np.abs(errors)
    most = float(size.max())
    if case.count < FEWEST or errors.size < FEWEST_NUMBERS or not EXACT * largest < most <= LARGEST * largest:
        return ""
    if float(np.median(size)) < EVEN * most or not _in_no_order(case, errors):
        return ""
    fine = precision.name == FLOAT64.name and most <= CLOSE * largest
    return DIFFERENCES["float64" if fine else "float32"]


def _in_no_order(case: Case, errors: Float64) -> bool:
    along = np.zeros_like(errors)
    for direction in _directions(case):
        power = (direction**2).sum(0)
        along += direction * ((errors * direction).sum(0) * reciprocal(power))
    rest = errors - along
    free = max(case.count - 3, 1)
    return bool((along**2).sum() / 3 <= ORDERED * (rest**2).sum() / free)


def _directions(case: Case) -> tuple[Float64, Float64, Float64]:
    """1, x_hat, and what h has beside them: at right angles in each unit."""
    h = case.h
    x_hat = case.x_hat - case.x_hat.mean(0)
    own = h - case.mean_h - x_hat * ((h * x_hat).mean(0) * reciprocal((x_hat**2).mean(0)))
    return np.ones_like(h), x_hat, own
