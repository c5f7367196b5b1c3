"""Exact, close or wrong: an answer beside the correct tensor, held to what its own numbers can hold."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Array, Float64
from bncore.diagnosis.allowance import Allowance
from bncore.diagnosis.case import Case

EXACT = 1e-9
CLOSE = 1e-4
FLOAT64 = float(np.finfo(np.float64).eps)
TELLING = 2.0**-12
"""Numbers of fewer binary digits are the same in every type: 0, 2 or 0.75 do not say in which they were computed."""


@dataclass(frozen=True)
class Verdict:
    """`verdict` is "exact", "close" or "wrong". `max_rel_error` is relative to the correct tensor's largest magnitude;
    None where that is 0 up to rounding.

    `coarse`: the answer is within `allowed`, but so might be a mistake of more than `CLOSE`; it is called close then.
    """

    verdict: str
    max_abs_error: float
    max_rel_error: float | None
    allowed: Allowance
    coarse: bool

    @property
    def wrong(self) -> bool:
        return self.verdict == "wrong"


def rounding_of(answer: Array) -> float | None:
    """The epsilon of the type that an answer was computed in; numbers that float32 holds exactly were computed in it.

    None for float64 whose numbers are so short that they say nothing of it.

    >>> rounding_of(np.array([0.1])) < rounding_of(np.array([0.1]).astype("float32").astype("float64"))
    True
    >>> rounding_of(np.array([0.0, 2.0, -0.75]))
    """
    if answer.dtype != np.float64:
        return float(np.finfo(answer.dtype).eps)
    with np.errstate(over="ignore"):
        if not (answer.astype(np.float32) == answer).all():
            return FLOAT64
    mantissas = np.frexp(answer)[0] / TELLING
    return None if (mantissas == np.round(mantissas)).all() else float(np.finfo(np.float32).eps)


def widest(roundings: Iterable[float | None]) -> float:
    """The type of those that do not tell theirs: one person's tensors are computed in one type."""
    return max((rounding for rounding in roundings if rounding is not None), default=FLOAT64)


def verdict_of(case: Case, tensor: str, answer: Float64, allowed: Allowance) -> Verdict:
    """The verdict on an answer in the shape of the correct tensor.

    What may be called exact is relative to the largest number, or to the largest term of a tensor that is 0.
    """
    truth = case.truth[tensor]
    error, largest = float(np.abs(answer - truth).max()), float(np.abs(truth).max())
    nothing = largest <= allowed.least
    share, size = (None, case.terms[tensor]) if nothing else (error / largest, largest)
    if error <= EXACT * largest:
        return Verdict("exact", error, share, allowed, False)
    coarse = error <= allowed.total and allowed.total > CLOSE * size
    if error <= allowed.total:
        return Verdict("close" if coarse else "exact", error, share, allowed, coarse)
    return Verdict("close" if error <= CLOSE * largest else "wrong", error, share, allowed, False)
