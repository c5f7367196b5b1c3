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
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.given.lying import LIKE_X
from bncore.diagnosis.given.precision import Precision

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
        return any((_widest(name, errors) <= far[name]).all() for far in self._strays)

    def strays(self, name: str) -> float:
        """How far a tensor computed wholly in the type may be off; 0 where the type cannot hold the computation."""
        return max((float(far[name].max()) for far in self._strays), default=0.0)

    @cached_property
    def batches(self) -> list[Case]:
        """The batch with what `ROUNDED` says rounded to the type."""
        return list(self._rounded())

    def _rounded(self) -> Iterator[Case]:
        case, to = self._case, self.precision.to
        given = {"x": case.x, "dy": case.dy, "gamma": case.given_gamma}
        for names in ROUNDED:
            values = {name: to(value) if name in names else value for name, value in given.items()}
            if all(np.isfinite(value).all() for value in values.values()):
                yield case.again(**values)

    @cached_property
    def _strays(self) -> list[dict[str, Float64]]:
        """The largest error of each tensor, a unit, times what `FURTHER` says."""
        with np.errstate(all="ignore"):
            computed = _staged(self._case, self.precision)
        errors = {name: np.abs(computed[name] - truth) for name, truth in self._case.truth.items()}
        further = FURTHER + np.sqrt(self._case.longest) / 2
        widest = {name: further * _widest(name, values) for name, values in errors.items()}
        return [widest] if all(np.isfinite(values).all() for values in widest.values()) else []


def _widest(name: str, errors: Float64) -> Float64:
    """The largest of each column, and of parameters each."""
    return np.asarray(errors.max(0) if name in LIKE_X else errors)


def _staged(case: Case, precision: Precision) -> dict[str, Float64]:
    """The backward pass in stages, rounded to the type at each step; sums are rounded once, as NumPy's are."""
    to = precision.to
    x, g, gamma, eps = to(case.x), to(case.dy), to(case.gamma), float(to(np.array(case.eps)))
    centred, var = _moments(case, x, precision)
    sigma = to(np.sqrt(var))
    scale = to(np.sqrt(to(var + eps))) if case.eps_placement == "variance" else to(sigma + eps)
    root = scale if case.eps_placement == "variance" else sigma
    x_hat = to(centred / scale)
    dx_hat = to(gamma * g)
    dsigma = to(to(to(dx_hat * -centred) / to(scale * scale)).sum(0))
    dvar = to(dsigma / to(2 * root))
    dmean = to(to(-dx_hat / scale).sum(0))
    dx = to(dx_hat / scale)
    if "variance_path" in case.paths:
        dx = to(dx + to(to(to(dvar * 2) * centred) / (case.count - case.convention.unbiased)))
    if "mean_path" in case.paths:
        dx = to(dx + to(dmean / case.count))
    return {
        "dbeta": to(case.of_parameters(g)), "dgamma": to(case.of_parameters(to(g * x_hat))), "dx_hat": dx_hat,
        "dsigma": dsigma, "dvar": dvar, "dmean": dmean, "dx": dx,
    }  # fmt: skip


def _moments(case: Case, x: Float64, precision: Precision) -> tuple[Float64, Float64]:
    """x less its mean, and the variance, each rounded; the running ones are rounded as they are."""
    to = precision.to
    if case.convention.frozen:
        return to(x - to(case.mean)), to(case.var)
    centred = to(x - to(x.mean(0))) if case.convention.centred else x
    return centred, to(to(centred**2).sum(0) / (case.count - case.convention.unbiased))
