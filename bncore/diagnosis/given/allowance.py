"""What a correct tensor may be off by: rounding on its way, digits that were not printed, a batch that was printed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from bncore.arguments import Float64
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.given.precision import FLOAT64, Precision
from bncore.epsilon import reciprocal

ROUNDINGS = 16  # of the type's epsilon, and one more for each sqrt(K): sums over the batch round at each step


@dataclass(frozen=True)
class Allowance:
    """Absolute errors of one tensor: by `rounding`, by the `digits` of the answer, by those of the batch's arrays.

    `rounding` is that of a computation in float64 or float32. `own` (the tensor's shape) is what storing each number in
    a type of 16 bits, `precision`, moves it by. `least` is what float64 rounds: a tensor no larger is 0.
    """

    least: float
    rounding: float
    digits: float
    batch: Mapping[str, float]
    own: Float64 | float = 0.0
    precision: Precision = FLOAT64

    @property
    def each(self) -> Float64 | float:
        """Of each number of the tensor, or one for all."""
        return self.own + (self.rounding + self.digits + sum(self.batch.values()))

    @property
    def total(self) -> float:
        """Of the number that may be off by most."""
        return float(np.max(self.each))

    @property
    def source(self) -> str:
        """What most of it is due to: "rounding", "digits", or the name of an array of the batch."""
        rounding = self.rounding + float(np.max(self.own))
        parts = {"rounding": rounding, "digits": self.digits, **self.batch}
        return max(parts, key=lambda name: parts[name])

    def covers(self, errors: Float64) -> bool:
        """Whether it explains these errors, one a number."""
        return bool((errors <= self.each).all())

    def without_batch(self) -> "Allowance":
        """For an answer to the batch just as it stands."""
        return replace(self, batch={})


def rounded(case: Case, rounding: float) -> dict[str, float]:
    """The largest error of each correct tensor computed in a type of epsilon `rounding`.

    Two things round. Each term rounds at its own size (see `Case.terms`). And x - mean rounds at the size of x, not at
    its own: x is rounded to the type by half an epsilon, its mean by another, and the sum for it at each of K steps,
    which drift apart as sqrt(K). So x - mean is off by h = epsilon (1 + sqrt(K)/2) max|x|, and every tensor by what
    `shaken` says of such an x: |mean|/s enters it once. A variance as <x^2> - <x>^2 would lose (|mean|/s)^2; that
    is no correct way to compute it.
    """
    drift = (1 + np.sqrt(case.count) / 2) * rounding * np.abs(case.x).max(0)
    swung = shaken(case, x=drift)
    own = (ROUNDINGS + float(np.sqrt(case.count))) * rounding
    return {name: own * term + swung[name] for name, term in case.terms.items()}


def shaken(case: Case, *, x: float | Float64 = 0.0, dy: float = 0.0, gamma: float = 0.0) -> dict[str, float]:
    """The most that each correct tensor moves if the batch moves: x by up to `x` (one a unit, or for all), dy, gamma.

    To first order, and then times `_growth`. With r = x/s: |d(x - mean)| <= 2x; |ds|/s <= r and |dsigma|/sigma <= c0 r
    by Cauchy and Schwarz; hence |dx_hat| <= r w, w = 2 + |x_hat|, and

        dgamma    r sum |g| w
        dsigma    |gamma/s| ( r |dgamma| + r sum |g| w )
        dvar      the same with (1 + c0) r |dgamma|, over 2s (beside: 2 sigma)
        dmean     r |dmean|
        dx        r |dx| + |gamma/s| c0 r ( |c0 - 1| |x_hat <g x_hat>| + w |<g x_hat>| + |x_hat| <|g| w> )

    dy and gamma enter each tensor once, so their part is the tensor with the error in the place of the number.
    """
    parts = [_by_x(case, np.broadcast_to(np.asarray(x, float), case.scale.shape))] if np.any(x) else []
    parts += [made(case, moved) for made, moved in ((_by_dy, dy), (_by_gamma, gamma)) if moved]
    return {name: sum(float(part[name].max()) for part in parts if name in part) for name in case.terms}


def _by_x(case: Case, x: Float64) -> dict[str, Float64]:
    r, slope, size = x * case.inverse, np.abs(case.slope), np.abs(case.x_hat)
    w, g, through = 2 + size, np.abs(case.dy), np.abs(case.mean_dy_x_hat)
    growth = _growth(case, x)
    dgamma, dgamma_swing = np.abs(case.truth["dgamma"]), (g * w).sum(0)
    half = slope * reciprocal(2 * case.root)
    variance_path = np.abs(case.pull - 1) * size * through + w * through + size * dgamma_swing / case.count
    parts = {
        "dgamma": r * dgamma_swing,
        "dsigma": r * slope * (dgamma + dgamma_swing),
        "dvar": r * half * ((1 + case.pull) * dgamma + dgamma_swing),
        "dmean": r * np.abs(case.truth["dmean"]),
        "dx": r * (np.abs(case.truth["dx"]) + slope * case.pull * variance_path),
    }
    return {name: np.where(values > 0, growth * values, 0.0) for name, values in parts.items()}


def _growth(case: Case, x: Float64) -> Float64:
    """(1 - q)^-3, q the relative error of s (beside: of sigma, where it is not 0); the most powers of 1/s are three."""
    root = np.where(case.root > 0, case.root, case.scale)
    left = np.maximum(1 - x * reciprocal(root), 0)
    return np.asarray(np.divide(1.0, left**3, out=np.full(left.shape, np.inf), where=left > 0))


def _by_dy(case: Case, dy: float) -> dict[str, Float64]:
    slope, size = np.abs(case.slope), np.abs(case.x_hat)
    dgamma = dy * size.sum(0)
    return {
        "dbeta": np.full(case.units, dy * case.count), "dgamma": dgamma, "dx_hat": dy * np.abs(case.gamma),
        "dsigma": slope * dgamma, "dvar": slope * dgamma * reciprocal(2 * case.root), "dmean": slope * dy * case.count,
        "dx": slope * (2 * dy + case.pull * size * dgamma / case.count),
    }  # fmt: skip


def _by_gamma(case: Case, gamma: float) -> dict[str, Float64]:
    """Each tensor is gamma times something, which is here computed without it."""
    dsigma = gamma * case.inverse * np.abs(case.truth["dgamma"])
    bracket = case.dy - case.mean_dy - case.pull * case.mean_dy_x_hat * case.x_hat
    return {
        "dx_hat": gamma * np.abs(case.dy), "dsigma": dsigma, "dvar": dsigma * reciprocal(2 * case.root),
        "dmean": gamma * case.inverse * np.abs(case.truth["dbeta"]), "dx": gamma * case.inverse * np.abs(bracket),
    }  # fmt: skip
