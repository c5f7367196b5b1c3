"""Mistakes about which statistics a norm goes by: those of the batch, the running ones, or those before any batch."""

from collections.abc import Callable, Iterator

import numpy as np

from bncore.arguments import Float64
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.verdict import CLOSE
from bncore.epsilon import reciprocal


def training_mode(case: Case) -> Iterator[Float64]:
    """In inference: the gradient of training, all by the batch's statistics."""
    if case.convention.frozen and case.count > 1:
        yield case.training.truth["dx"]


def batch_statistics(case: Case) -> Iterator[Float64]:
    """In inference: the batch's s for the running one; the statistics are constants, as they should be."""
    if case.convention.frozen and case.count > 1:
        yield case.training.inverse * case.h


def statistics_move(case: Case) -> Iterator[Float64]:
    """In inference: the running statistics, with a path through the mean, the variance, or both, that is not there."""
    if not case.convention.frozen:
        return
    mean, variance = case.mean_h, case.placement.pulled(case.sigma, case.scale) * case.mean_h_x_hat * case.x_hat
    for through in (mean + variance, mean + 0 * variance, variance):
        yield case.inverse * (case.h - through)


def fresh_running_statistics(case: Case) -> Iterator[Float64]:
    """A running mean of 0 and variance of 1, as before the first batch; where that is another s."""
    if case.convention.norm == "batch" and not np.allclose(fresh_inverse(case), case.inverse, rtol=CLOSE, atol=0):
        yield fresh_inverse(case) * case.h


def fresh_inverse(case: Case) -> Float64:
    """1/s of the running variance 1, (n,)."""
    return reciprocal(case.placement.scale(0 * case.var + 1, case.eps))


MODES: dict[str, Callable[[Case], Iterator[Float64]]] = {
    "training_mode": training_mode,
    "batch_statistics": batch_statistics,
    "statistics_move": statistics_move,
    "fresh_running_statistics": fresh_running_statistics,
}
