"""The forward pass of any convention as rows: the K numbers that share a statistic below each other, a column each."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from bncore import norms
from bncore.arguments import Array, Float64
from bncore.batch_norm import forward
from bncore.diagnosis.given.convention import Convention
from bncore.epsilon import OfEpsilon
from bncore.gradient import backward
from bncore.norms.arrangement import Arrangement
from bncore.norms.parameters import channel_axis
from bncore.norms.table import NORMS, of_channels

Learned = tuple[Float64, Float64]
"""dgamma and dbeta, each flat."""


@dataclass(frozen=True)
class Rows:
    """How an array of `shape`, channels on `axis`, is seen as rows (K, n), and what shares a parameter."""

    shape: tuple[int, ...]
    axis: int
    arrangement: Arrangement
    parameters: tuple[int, ...]
    per_channel: bool

    def rows(self, values: Array) -> Float64:
        """(K, n) in float64 of an array in the shape of x."""
        moved = np.moveaxis(values, self.axis, 1) if self.per_channel else values
        return np.ascontiguousarray(self.arrangement.rows(moved).T, np.float64)

    def as_given(self, rows: Float64) -> Float64:
        """An array in the shape of x of its rows."""
        whole = self.arrangement.whole(np.broadcast_to(rows, self.lying).T)
        return np.moveaxis(whole, 1, self.axis) if self.per_channel else whole

    @property
    def lying(self) -> tuple[int, int]:
        """(K, n)."""
        return self.arrangement.count, self.arrangement.statistics

    @property
    def by_channel(self) -> bool:
        """Whether a column is a channel, as of batch norm: all its numbers share their parameters, too."""
        return self.per_channel and self.arrangement.reduced == (0, 2)

    def of_parameters(self, rows: Float64) -> Float64:
        """The sum of rows over all cells that share a parameter, flat."""
        if self.by_channel:
            return rows.sum(0)  # type: ignore[no-any-return]
        given = self.as_given(rows)
        if self.per_channel:
            return np.moveaxis(given, self.axis, 0).reshape(self.parameters[0], -1).sum(1)  # type: ignore[no-any-return]
        return given.reshape(-1, int(np.prod(self.parameters))).sum(0)  # type: ignore[no-any-return]

    def spread(self, parameters: Float64) -> Float64:
        """One number a parameter as rows: (n,) where a column has one of them, else (K, n)."""
        if self.by_channel:
            return parameters
        wide = [1] * len(self.shape)
        if self.per_channel:
            wide[self.axis] = -1
        rows = self.rows(np.broadcast_to(parameters.reshape(wide) if self.per_channel else parameters, self.shape))
        return rows[0] if (rows == rows[0]).all() else rows


@dataclass(frozen=True, eq=False)
class Passed:
    """What a backward pass of a convention takes; `mean`, `var`, `sigma` and `scale` have one number a column, (n,).

    `gradients` gives dx in the shape of x, dgamma and dbeta of a dy in that shape.
    """

    seen: Rows
    x_hat: Float64
    mean: Float64
    var: Float64
    sigma: Float64
    scale: Float64
    gamma: Float64
    beta: Float64
    gradients: Callable[[Float64], tuple[Array, Float64, Float64]]


def passed(
    x: Float64, gamma: ArrayLike | None, beta: ArrayLike | None, convention: Convention, *,
    epsilon: OfEpsilon, feature_axis: int, running: tuple[ArrayLike | None, ArrayLike | None],
) -> Passed:  # fmt: skip
    """The forward pass. Raises what `bncore.forward` and `bncore.norms.forward` raise."""
    of = partial(_of_batch, running=running) if convention.norm == "batch" else _of_norm
    made = of(x, gamma, beta, convention, epsilon=epsilon, feature_axis=feature_axis)
    if not convention.unbiased or made.seen.lying[0] < 2:
        return made
    factor = made.seen.lying[0] / (made.seen.lying[0] - 1)
    root = float(np.sqrt(factor))
    smaller: OfEpsilon = {**epsilon, "eps": epsilon["eps"] / PART[epsilon["eps_placement"]](factor)}
    inner = of(x, made.gamma / root, made.beta, convention, epsilon=smaller, feature_axis=feature_axis)

    def gradients(dy: Float64) -> tuple[Array, Float64, Float64]:
        dx, dgamma, dbeta = inner.gradients(dy)
        return dx, dgamma / root, dbeta

    return replace(
        inner, x_hat=inner.x_hat / root, var=made.var * factor, sigma=made.sigma * root, scale=inner.scale * root,
        gamma=made.gamma, gradients=gradients,
    )  # fmt: skip


PART: dict[str, Callable[[float], float]] = {
    "variance": lambda factor: factor,
    "deviation": lambda f: float(np.sqrt(f)),
}
"""A forward pass by K/(K - 1) times the variance is one by the variance: with gamma over the root, and epsilon over

    sqrt(f var + eps) = sqrt(f) sqrt(var + eps / f)        sqrt(f) sigma + eps = sqrt(f) (sigma + eps / sqrt(f))
"""


def _of_batch(
    x: Float64, gamma: ArrayLike | None, beta: ArrayLike | None, convention: Convention, *,
    epsilon: OfEpsilon, feature_axis: int, running: tuple[ArrayLike | None, ArrayLike | None],
) -> Passed:  # fmt: skip
    mean, var = running if convention.frozen else (None, None)
    result = forward(
        x, gamma, beta, feature_axis=feature_axis, mode="inference" if convention.frozen else "train",
        running_mean=mean, running_var=var, **epsilon,
    )  # fmt: skip
    axis = result.feature_axis
    seen = Rows(x.shape, axis, of_channels(np.moveaxis(x, axis, 1).shape, {}), (x.shape[axis],), True)

    def gradients(dy: Float64) -> tuple[Array, Float64, Float64]:
        made = backward(dy, result)
        return made.dx, made.dgamma, made.dbeta

    return Passed(
        seen, seen.rows(result.x_hat), result.mean, result.var, result.sigma, result.scale, result.gamma, result.beta,
        gradients,
    )  # fmt: skip


def _of_norm(
    x: Float64, gamma: ArrayLike | None, beta: ArrayLike | None, convention: Convention, *,
    epsilon: OfEpsilon, feature_axis: int,
) -> Passed:  # fmt: skip
    row = NORMS[convention.norm]
    channel_axis("batch", feature_axis, max(x.ndim, 2))
    result = norms.forward(
        x, convention.norm, gamma, beta, groups=convention.groups, axis=convention.axis,
        feature_axis=feature_axis if row.per_channel else None, **epsilon,
    )  # fmt: skip
    made, arrangement = result.standardized, result.arrangement
    seen = Rows(x.shape, feature_axis % x.ndim, arrangement, result.gamma.shape, row.per_channel)

    def gradients(dy: Float64) -> tuple[Array, Float64, Float64]:
        given = norms.backward(dy, result)
        return given.dx, given.dgamma.ravel(), np.zeros(0) if given.dbeta is None else given.dbeta.ravel()

    return Passed(
        seen, np.ascontiguousarray(made.values.T), made.mean, made.var, made.sigma, made.scale, result.gamma,
        np.zeros(result.gamma.shape) if result.beta is None else result.beta, gradients,
    )  # fmt: skip
