"""Exact, close or wrong: an answer beside the correct tensor, held to what its own numbers can hold."""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.diagnosis.given.allowance import Allowance
from bncore.diagnosis.given.case import Case

EXACT = 1e-9
CLOSE = 1e-4
HALF_INPUTS = "half inputs"
"""The exact gradient of the batch whose numbers were rounded to 16 bits, as frameworks compute it."""
HALF_COMPUTATION = "half computation"
DIFFERENCES = {"float32": "float32 differences", "float64": "float64 differences"}


@dataclass(frozen=True)
class Verdict:
    """`verdict` is "exact", "close", "wrong", or "open" for what looks like rounding that allows of neither.

    `max_rel_error` is relative to the correct tensor's largest magnitude; None where that is 0 up to rounding.
    `coarse`: the answer is within `allowed`, but so might be a mistake of more than `CLOSE`; it is called close then,
    and `hides` are the named mistakes that agree as well. `looks_like` is what an answer beyond `allowed` is by its
    errors: `HALF_INPUTS` (close), `HALF_COMPUTATION` (open), one of `DIFFERENCES` (open or close), or empty.
    """

    verdict: str
    max_abs_error: float
    max_rel_error: float | None
    allowed: Allowance
    coarse: bool
    hides: tuple[str, ...] = ()
    looks_like: str = ""

    @property
    def wrong(self) -> bool:
        return self.verdict == "wrong"


def verdict_of(case: Case, tensor: str, answer: Float64, allowed: Allowance) -> Verdict:
    """The verdict on an answer in the shape of the correct tensor.

    What may be called exact is relative to the largest number, or to the largest term of a tensor that is 0.
    """
    truth = case.truth[tensor]
    errors, largest = np.abs(answer - truth), float(np.abs(truth).max())
    error, nothing = float(errors.max()), largest <= allowed.least
    share, size = (None, case.terms[tensor]) if nothing else (error / largest, largest)
    if error <= EXACT * largest:
        return Verdict("exact", error, share, allowed, False)
    within = allowed.covers(errors)
    coarse = within and allowed.total > CLOSE * size
    if within:
        return Verdict("close" if coarse else "exact", error, share, allowed, coarse)
    return Verdict("close" if error <= CLOSE * largest else "wrong", error, share, allowed, False)
