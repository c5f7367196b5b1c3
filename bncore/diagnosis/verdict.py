"""Exact, close or wrong: an answer beside the correct tensor, held to the rounding of its own type."""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Array, Float64
from bncore.diagnosis.case import Case

EXACT = 1e-9
CLOSE = 1e-4
ROUNDINGS = 16  # of the type's epsilon, and one more for each sqrt(K): sums over the batch round at each step


@dataclass(frozen=True)
class Verdict:
    """`verdict` is "exact", "close" or "wrong". `max_rel_error` is relative to the correct tensor's largest magnitude;
    None where that is 0 up to rounding. `noise` is the error that rounding alone may cause."""

    verdict: str
    max_abs_error: float
    max_rel_error: float | None
    noise: float


def rounding_of(answer: Array) -> float:
    """The epsilon of the type that an answer was computed in; numbers that float32 holds exactly were computed in it.

    >>> rounding_of(np.array([0.1])) < rounding_of(np.array([0.1]).astype("float32").astype("float64"))
    True
    """
    with np.errstate(over="ignore"):
        narrow = answer.astype(np.float32)
    kind = np.dtype(np.float32) if (narrow == answer).all() and answer.dtype == np.float64 else answer.dtype
    return float(np.finfo(kind).eps)


def noise_of(case: Case, tensor: str, rounding: float, unit: float = 0.0) -> float:
    """The absolute error of a correct tensor that rounding explains (see `Case.terms`), or printing to `unit`.

    Numbers with so few digits that even a wrong one could hide behind the next are taken as they are.
    """
    rounded = (ROUNDINGS + float(np.sqrt(case.count))) * rounding * case.terms[tensor]
    hidden = unit if unit <= CLOSE * float(np.abs(case.truth[tensor]).max()) else 0.0
    return max(rounded, hidden)


def verdict_of(case: Case, tensor: str, answer: Float64, rounding: float, unit: float = 0.0) -> Verdict:
    """The verdict on an answer in the shape of the correct tensor."""
    truth = case.truth[tensor]
    error, largest = float(np.abs(answer - truth).max()), float(np.abs(truth).max())
    noise = noise_of(case, tensor, rounding, unit)
    verdict = "exact" if error <= max(EXACT * largest, noise) else "close" if error <= CLOSE * largest else "wrong"
    nothing = largest <= noise_of(case, tensor, float(np.finfo(np.float64).eps))
    return Verdict(verdict, error, None if nothing else error / largest, noise)
