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
    drift = (1 + np.sqrt(case.longest) / 2) * rounding * np.abs(case.x).max(0)
    swung = shaken(case, x=drift)
    own = (ROUNDINGS + float(np.sqrt(case.longest))) * rounding
    return {name: own * term + swung[name] for name, term in case.terms.items()}


def shaken(case: Case, *, x: float | Float64 = 0.0, dy: float = 0.0, gamma: float = 0.0) -> dict[str, float]:
    """The most that each correct tensor moves if the batch moves: x by up to `x` (one a unit, or for all), dy, gamma.

    To first order, and then times `_growth`. With r = x/s: |d(x - mean)| <= 2x; |ds|/s <= r and |dsigma|/sigma <= c0 r
    by Cauchy and Schwarz; hence |dx_hat| <= r w, w = 2 + |x_hat|, and

        dgamma    r sum |g| w
        dsigma    1/s ( r |sum h x_hat| + r sum |h| w )
        dvar      the same with (1 + c0) r |sum h x_hat|, over 2s (beside: 2 sigma)
        dmean     r |dmean|
        dx        r |dx| + 1/s c0 r ( |c0 - 1| |x_hat <h x_hat>| + w |<h x_hat>| + |x_hat| <|h| w> )

    By constant statistics only dgamma moves, by r sum |g|. dy and gamma enter each tensor once, so their part is the
    tensor with the error in the place of the number.
    """
    parts = [_by_x(case, np.broadcast_to(np.asarray(x, float), case.scale.shape))] if np.any(x) else []
    parts += [made(case, moved) for made, moved in ((_by_dy, dy), (_by_gamma, gamma)) if moved]
    return {name: sum(float(part[name].max()) for part in parts if name in part) for name in case.terms}


def _by_x(case: Case, x: Float64) -> dict[str, Float64]:
    r, size = x * case.inverse, np.abs(case.x_hat)
    if case.convention.frozen:
        return {"dgamma": case.of_parameters(r * np.abs(case.dy))}
    w, h, through = 2 + size, np.abs(case.h), np.abs(case.mean_h_x_hat)
    growth = _growth(case, x)
    swing, product = (h * w).sum(0), np.abs(case.mean_h_x_hat * case.count)
    half = case.inverse * reciprocal(2 * case.root)
    variance_path = np.abs(case.pull - 1) * size * through + w * through + size * swing / case.count
    parts = {
        "dsigma": r * case.inverse * (product + swing),
        "dvar": r * half * ((1 + case.pull) * product + swing),
        "dx": r * (np.abs(case.truth["dx"]) + case.inverse * case.pull * variance_path),
        "dgamma": r * np.abs(case.dy) * w,
    } | ({"dmean": r * np.abs(case.truth["dmean"])} if "dmean" in case.truth else {})
    grown = {name: np.where(values > 0, growth * values, 0.0) for name, values in parts.items()}
    return grown | {"dgamma": case.of_parameters(grown["dgamma"])}


def _growth(case: Case, x: Float64) -> Float64:
    """(1 - q)^-3, q the relative error of s (beside: of sigma, where it is not 0); the most powers of 1/s are three."""
    root = np.where(case.root > 0, case.root, case.scale)
    left = np.maximum(1 - x * reciprocal(root), 0)
    return np.asarray(np.divide(1.0, left**3, out=np.full(left.shape, np.inf), where=left > 0))


def _by_dy(case: Case, dy: float) -> dict[str, Float64]:
    size, gamma = np.abs(case.x_hat), np.abs(case.gamma) + np.zeros_like(case.x)
    dsigma = dy * case.inverse * (gamma * size).sum(0)
    dx = gamma + gamma.mean(0) * ("mean_path" in case.paths)
    dx += case.pull * size * (gamma * size).mean(0) * ("variance_path" in case.paths)
    return {
        "dbeta": case.of_parameters(np.full_like(case.x, dy)), "dgamma": case.of_parameters(dy * size),
        "dx_hat": dy * gamma, "dsigma": dsigma, "dvar": dsigma * reciprocal(2 * case.root),
        "dmean": dy * case.inverse * gamma.sum(0), "dx": dy * case.inverse * dx,
    }  # fmt: skip


def _by_gamma(case: Case, gamma: float) -> dict[str, Float64]:
    """Each tensor is gamma times something, which is here computed without it; of gammas that differ inside of a sum

    each may move its own way.
    """
    g = case.dy if case.gamma.ndim == 1 else np.abs(case.dy)
    x_hat = case.x_hat if case.gamma.ndim == 1 else np.abs(case.x_hat)
    sign = -1.0 if case.gamma.ndim == 1 else 1.0
    dsigma = gamma * np.abs(case.dsigma_of(g, x_hat))
    bracket = g + sign * g.mean(0) * ("mean_path" in case.paths)
    bracket = bracket + sign * case.pull * (g * x_hat).mean(0) * x_hat * ("variance_path" in case.paths)
    return {
        "dx_hat": gamma * np.abs(case.dy), "dsigma": dsigma, "dvar": dsigma * reciprocal(2 * case.root),
        "dmean": gamma * np.abs(case.dmean_of(g)), "dx": gamma * case.inverse * np.abs(bracket),
    }  # fmt: skip
