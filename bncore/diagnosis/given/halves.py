"""Tensors in 16 bits: the gradient of a batch that was rounded to them, and how far a computation in them strays.

Frameworks round x and dy (and gamma, where it is stored so) to 16 bits, compute in float32 and round the result. So the
answer is the exact gradient of the rounded batch, which is computed here: no worst case is taken. Code that rounds at
each step strays further, by how much is found by computing so.
"""

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from bncore.arguments import Float64
from bncore.diagnosis.given.allowance import Allowance
from bncore.diagnosis.given.case import Case, case_of
from bncore.diagnosis.given.precision import Precision

MOVING = ("x", "dy", "gamma")
ROUNDED = (("x", "dy"), ("x", "dy", "gamma"))
"""What is rounded to 16 bits: parameters are often kept in float32."""
FURTHER = 4.0
"""A computation in 16 bits may stray so many times as far as the one that is tried, and sqrt(K)/2 times further:
another order rounds otherwise, and a sum may round at each of its K steps."""


class Halves:
    """The batch in one type of 16 bits."""

    def __init__(self, case: Case, precision: Precision) -> None:
        self._case, self.precision = case, precision

    def of_rounded_inputs(self, name: str, values: Float64, allowed: Allowance) -> bool:
        """Whether a tensor is what rounded inputs give, up to `allowed`."""
        return any(allowed.covers(np.abs(values - batch.truth[name])) for batch in self.batches)

    def looks_computed(self, name: str, values: Float64) -> bool:
        """Whether a tensor's errors are such as rounding at each step leaves, in every unit."""
        errors = np.abs(values - self._case.truth[name])
        return any((errors.reshape(-1, self._case.units).max(0) <= far[name]).all() for far in self._strays)

    def strays(self, name: str) -> float:
        """How far a tensor computed wholly in the type may be off; 0 where the type cannot hold the computation."""
        return max((float(far[name].max()) for far in self._strays), default=0.0)

    @cached_property
    def batches(self) -> list[Case]:
        """The batch with what `ROUNDED` says rounded to the type."""
        return list(self._rounded())

    def _rounded(self) -> Iterator[Case]:
        case, to = self._case, self.precision.to
        for names in ROUNDED:
            given = {name: to(getattr(case, name)) if name in names else getattr(case, name) for name in MOVING}
            if all(np.isfinite(values).all() for values in given.values()):
                yield _of_rows(case, given)

    @cached_property
    def _strays(self) -> list[dict[str, Float64]]:
        """The largest error of each tensor, a unit, times what `FURTHER` says."""
        with np.errstate(all="ignore"):
            computed = _staged(self._case, self.precision)
        errors = {name: np.abs(values - self._case.truth[name]) for name, values in computed.items()}
        further = FURTHER + np.sqrt(self._case.count) / 2
        widest = {name: further * values.reshape(-1, self._case.units).max(0) for name, values in errors.items()}
        return [widest] if all(np.isfinite(values).all() for values in widest.values()) else []


def _of_rows(case: Case, given: dict[str, Float64]) -> Case:
    """The case of other numbers, given as rows."""
    return case_of(
        given["x"], given["gamma"], case.beta, dy=given["dy"], eps=case.eps, eps_placement=case.eps_placement
    )


def _staged(case: Case, precision: Precision) -> dict[str, Float64]:
    """The backward pass in stages, rounded to the type at each step; sums are rounded once, as NumPy's are."""
    to = precision.to
    x, g, gamma, eps = to(case.x), to(case.dy), to(case.gamma), float(to(np.array(case.eps)))
    count = case.count
    centred = to(x - to(x.mean(0)))
    var = to(to(centred**2).mean(0))
    sigma = to(np.sqrt(var))
    scale = to(np.sqrt(to(var + eps))) if case.eps_placement == "variance" else to(sigma + eps)
    root = scale if case.eps_placement == "variance" else sigma
    x_hat = to(centred / scale)
    dx_hat = to(gamma * g)
    dsigma = to(to(to(dx_hat * -centred) / to(scale * scale)).sum(0))
    dvar = to(dsigma / to(2 * root))
    dmean = to(to(-dx_hat / scale).sum(0))
    through_variance = to(to(to(dvar * 2) * centred) / count)
    dx = to(to(to(dx_hat / scale) + through_variance) + to(dmean / count))
    return {
        "dbeta": to(g.sum(0)), "dgamma": to(to(g * x_hat).sum(0)), "dx_hat": dx_hat, "dsigma": dsigma, "dvar": dvar,
        "dmean": dmean, "dx": dx,
    }  # fmt: skip
