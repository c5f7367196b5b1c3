"""Which of the tensors that mistakes give an answer is: within its own error none is better than another."""

import numpy as np

from bncore.arguments import Float64
from bncore.diagnosis.mistakes.candidates import Candidates
from bncore.diagnosis.verdict import CLOSE, EXACT

AROUND = 10.0
"""A candidate this many times as far as the nearest one is not told apart from it."""
EXPLAINED = 0.5
"""A mistake explains an answer if it leaves no more than this share of the answer's own error."""
SAID_BY = {"eps_dropped_in_one_place": "eps_dropped"}
"""What needs no saying beside a mistake whose words have it, too."""
DECISIVE = 0.1
"""One that leaves no more than this share shows that the batch is meant as it stands, however few digits it has."""


def matches(truth: Float64, values: Float64, built: Candidates, error: float) -> list[tuple[str, float]]:
    """The ids within the answer's `error` (or, if there are none, those that are close), and what is near the best.

    Within that error none is better than another, and the simpler comes first, as in the tables. Two that are no larger
    than it are both 0 as far as can be seen, however far apart relative to each other.
    """
    fine = shares(error, np.maximum(built.largest, np.abs(values).max()))
    residuals = np.where(fine >= 1, 0.0, built.distances(values))
    excess = residuals / fine
    explaining = residuals <= EXPLAINED * apart(truth, values)
    if not explaining.any():
        return []
    best = int(np.argmin(np.where(explaining, np.maximum(excess, 1.0), np.inf)))
    if residuals[best] > max(CLOSE, fine[best]):
        return []
    near = max(float(fine[best]), AROUND * float(residuals[best]) if excess[best] > 1 else 0.0)
    same = built.distances(built.values[best]) <= near
    chosen = np.flatnonzero(explaining & ((residuals <= np.maximum(fine, near)) | same))
    ranked = sorted(chosen.tolist(), key=lambda index: (max(float(excess[index]), 1.0), index))
    by_id: dict[str, float] = {}
    for index in ranked:
        by_id.setdefault(built.ids[index], float(residuals[index]))
    return [(name, residual) for name, residual in by_id.items() if SAID_BY.get(name) not in by_id]


def apart(truth: Float64, answer: Float64) -> float:
    """The largest difference of both, relative to the larger; the same measure as `Candidates.distances`."""
    larger = float(max(np.abs(truth).max(), np.abs(answer).max()))
    return float(np.abs(truth - answer).max()) / larger if larger else 0.0


def shares(error: float, sizes: Float64) -> Float64:
    """An absolute error relative to each size, at least what is exact."""
    share = np.divide(error, sizes, out=np.full(sizes.shape, EXACT), where=sizes > 0)
    return np.asarray(np.maximum(EXACT, share))
