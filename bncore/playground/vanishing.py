"""Why no gradient comes out of batch norm.

    dx = (gamma/s) [g - <g> - c0 x_hat <g x_hat>],   g = dL/dy

With r what is left of g when its straight line in x_hat is taken away, and b that line's slope, the bracket is
r + b x_hat (1 - c0 <x_hat^2>), and the last factor goes to 0 with eps. So dx is next to nothing just where r is 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bncore.batch_norm import Forward
from bncore.distributions.summary import Floats, Summary
from bncore.gradient import Gradients

PATHS = ("dx_direct", "dx_mean", "dx_variance")
NEXT_TO_NOTHING = 1e-3  # of the direct path's size
ROUNDING = 8.0  # units in the last place of x_hat's dtype that an r of 0 may come out as


@dataclass(frozen=True)
class Vanished:
    """A reason (a key of REASONS) and the features whose dx is 0 for it."""

    reason: str
    features: tuple[int, ...]

    @property
    def text(self) -> str:
        """The reason in a sentence."""
        return REASONS[self.reason]


REASONS = {
    "no_upstream": "The gradient from above is 0 for every example: nothing arrives.",
    "blocked_by_activation": "The activation lets nothing through: f′(y) is 0 wherever a gradient arrives from above.",
    "gamma_zero": "γ is 0, and ∂L/∂x is γ/s times the rest.",
    "constant_feature": "Variance and ε are both 0: x̂ is 0 by definition, and so is its derivative.",
    "single_example": "The batch has one example: x̂ is 0 whatever x is.",
    "same_for_every_example": "∂L/∂y is the same for every example, and the mean path takes away what all have in "
    "common.",
    "two_examples": "With two examples and ε next to nothing x̂ is always ±1: moving x changes nothing.",
    "linear_in_x_hat": "∂L/∂y is a straight line in x̂ (as under the loss Σy²): the mean path removes its level, the "
    "variance path its slope.",
}


def vanished(
    forward: Forward,
    dy: NDArray[np.floating],
    dx: NDArray[np.floating],
    d_activation: NDArray[np.floating] | None = None,
) -> list[Vanished]:
    """The features of (D, M) rows whose dx is next to nothing beside the direct path (gamma/s) dy, by reason.

    `d_activation` is the gradient above the activation; None where dy was given and no activation is known.
    """
    size = np.maximum(dx.max(axis=1), -dx.min(axis=1))
    from_above = np.maximum(dy.max(axis=1), -dy.min(axis=1))
    divided = forward.denominator
    direct = np.abs(forward.gamma) * divided.factor * from_above
    direct = direct if divided.lift is None else direct * divided.lift
    by_reason: dict[str, list[int]] = {}
    for feature in np.flatnonzero(size <= NEXT_TO_NOTHING * direct).tolist():
        reason = _reason(forward, dy[feature].astype(np.float64, copy=False), feature)
        if reason == "no_upstream" and d_activation is not None and d_activation[feature].any():
            reason = "blocked_by_activation"
        if reason:
            by_reason.setdefault(reason, []).append(feature)
    return [Vanished(reason, tuple(features)) for reason, features in by_reason.items()]


def rounding_limit(terms: Floats, count: int, dtype: np.dtype[Any]) -> Floats:
    """The size up to which a gradient of `count` examples is 0 as far as the rounding of its terms lets one see.

        (8 + sqrt(count)) epsilon terms

    Terms are rounded at their own size, the sums over the batch at each of their steps, which drift apart as
    sqrt(count). What a gradient of 0 comes out as is then noise: it has no direction, and nothing is relative to it.
    """
    limit: Floats = (ROUNDING + np.sqrt(count)) * float(np.finfo(dtype).eps) * terms
    return limit


def rounds_to_zero(gradients: Gradients) -> NDArray[np.bool_]:
    """Whether the dx of each feature of a batch (K, D) is no more than rounding of its three paths.

    >>> from bncore import backward, forward
    >>> result = forward([[0.1, 0.1], [0.2, 0.2], [0.7, 0.7]])
    >>> rounds_to_zero(backward([[1.1, 1.0], [1.1, 0.0], [1.1, 0.0]], result))
    array([ True, False])
    """
    paths = (gradients.dx_direct, gradients.dx_mean, gradients.dx_variance)
    terms = sum(np.abs(path.astype(np.float64)).max(axis=0) for path in paths)
    limit = rounding_limit(np.asarray(terms), len(gradients.dx), gradients.dx.dtype)
    return np.asarray(np.abs(gradients.dx).max(axis=0) <= limit)


def rounding_rows(summaries: Mapping[str, Summary], count: int, dtype: np.dtype[Any]) -> dict[str, NDArray[np.bool_]]:
    """Which features' dx, mean path and variance path are not 0 but no more than rounding, (D,) each.

    `summaries` are those of the three paths and of dx, of rows of `count` numbers.
    """
    sizes = {name: np.maximum(-summaries[name].low, summaries[name].high) for name in (*PATHS, "dx")}
    limit = rounding_limit(sizes["dx_direct"] + sizes["dx_mean"] + sizes["dx_variance"], count, dtype)
    return {name: (sizes[name] > 0.0) & (sizes[name] <= limit) for name in ("dx", "dx_mean", "dx_variance")}


def _reason(forward: Forward, g: Floats, feature: int) -> str | None:
    """The first reason that holds; None where dx is small by chance."""
    if not g.any():
        return "no_upstream"
    if forward.gamma[feature] == 0.0:
        return "gamma_zero"
    if forward.scale[feature] == 0.0:
        return "constant_feature"
    if g.size == 1:
        return "single_example"
    limit = ROUNDING * float(np.finfo(forward.x_hat.dtype).eps) * float(np.abs(g).max())
    level, left = _without_line(forward.x_hat[feature].astype(np.float64, copy=False), g)
    if float(np.abs(level).max()) <= limit:
        return "same_for_every_example"
    if float(np.abs(left).max()) > limit:
        return None
    return "two_examples" if g.size == 2 else "linear_in_x_hat"


def _without_line(x_hat: Floats, g: Floats) -> tuple[Floats, Floats]:
    """g without its level, and without its line in x_hat (least squares)."""
    level, run = g - g.mean(), x_hat - x_hat.mean()
    spread = float(run @ run)
    return level, level - run * (float(run @ level) / spread) if spread > 0.0 else level
