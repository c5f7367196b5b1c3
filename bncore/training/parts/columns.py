"""Norms over the examples: batch norm, ghost batch norm, batch renormalization. Each unit, or channel, on its own.

    x_hat = (x - mean) / s                   s = sqrt(var + eps), over the rows of a ghost batch, which may be all
    y = gamma (x_hat r + d) + beta           r = 1, d = 0 but in batch renormalization
    dx = gamma r / s [dy - <dy> - x_hat <dy x_hat>]

Ioffe & Szegedy 2015, algorithm 1; Hoffer, Hubara & Soudry 2017, algorithm 1; Ioffe 2017, algorithm 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Array


@dataclass(frozen=True)
class Columns:
    """How the statistics are taken: `ghosts` batches of equal size, one behind the other; `momentum` weighs the new.

    `limits` are r_max, d_max and the steps over which they rise from 1 and 0, None without renormalization.
    """

    eps: float
    momentum: float
    ghosts: int = 1
    limits: tuple[float, float, int] | None = None
    through_statistics: bool = True


class ColumnNorm:
    """A norm over the rows of x (N, D) or (N, H, W, C); `running` are mean and variance (D,), moved by `settle`."""

    def __init__(
        self,
        parameters: Mapping[str, Array],
        gradients: Mapping[str, Array],
        running: tuple[Array, Array],
        shape: tuple[int, ...],
        rule: Columns,
    ) -> None:
        self.gamma, self.beta, self.rule, self.running = parameters["gamma"], parameters["beta"], rule, running
        self.dgamma, self.dbeta = gradients["gamma"], gradients["beta"]
        width, dtype, ghosts = len(self.gamma), self.gamma.dtype, rule.ghosts
        self.shape = shape
        self.count = int(np.prod(shape[:-1])) // ghosts
        self.view = (ghosts, self.count, width)
        self.x_hat, self.y, self.dx, self.scratch = (np.empty(self.view, dtype) for _ in range(4))
        self.mean, self.var, self.inverse = (np.empty((ghosts, 1, width), dtype) for _ in range(3))
        self.r: Array | None = None
        self.d: Array | None = None

    def forward(self, x: Array, step: int) -> Array:
        """Normalized by the batch's own statistics."""
        x = x.reshape(self.view)
        _mean(x, self.mean)
        x_hat = np.subtract(x, self.mean, out=self.x_hat)
        _mean(np.multiply(x_hat, x_hat, out=self.scratch), self.var)
        _reciprocal(self.var, self.rule.eps, self.inverse)
        x_hat *= self.inverse
        if self.rule.limits is None:
            np.multiply(x_hat, self.gamma, out=self.y)
        else:
            self.r, self.d = self._corrections(self.rule.limits, step)
            np.multiply(x_hat, self.r, out=self.y)
            self.y += self.d
            self.y *= self.gamma
        self.y += self.beta
        return self.y.reshape(self.shape)

    def backward(self, dy: Array) -> Array:
        """With mean and variance as functions of x, or as the constants that they are not."""
        dy = dy.reshape(self.view)
        total = np.add.reduce(dy, 1, keepdims=True)
        of_x_hat = np.add.reduce(np.multiply(dy, self.x_hat, out=self.scratch), 1, keepdims=True)
        slope = self.gamma * self.inverse
        np.add.reduce(total, (0, 1), out=self.dbeta)
        if self.r is None:
            np.add.reduce(of_x_hat, (0, 1), out=self.dgamma)
        else:
            np.add.reduce(of_x_hat * self.r + total * self.d, (0, 1), out=self.dgamma)
            slope = slope * self.r
        if not self.rule.through_statistics:
            constant: Array = np.multiply(dy, slope, out=self.dx)
            return constant.reshape(self.shape)
        dx: Array = np.multiply(self.x_hat, of_x_hat / -self.count, out=self.dx)
        dx += dy
        dx -= total / self.count
        dx *= slope
        return dx.reshape(self.shape)

    def infer(self, x: Array) -> Array:
        """Normalized by the running statistics."""
        mean, var = self.running
        inverse = np.empty_like(var)
        _reciprocal(var, self.rule.eps, inverse)
        y: Array = (x - mean) * (inverse * self.gamma) + self.beta
        return y

    def batch_statistics(self) -> tuple[Array, Array]:
        """Mean and unbiased variance (D,) of the last batch, the mean over its ghost batches."""
        mean: Array = self.mean.mean((0, 1))
        var: Array = self.var.mean((0, 1)) * (self.count / (self.count - 1))
        return mean, var

    def settle(self) -> None:
        """Moves the running statistics by those of the last batch, ghost batches one after the other."""
        momentum, unbiased = self.rule.momentum, self.count / (self.count - 1)
        for mean, var in zip(self.mean[:, 0], self.var[:, 0], strict=True):
            for running, new in zip(self.running, (mean, var * unbiased), strict=True):
                running *= 1 - momentum
                running += momentum * new

    def _corrections(self, limits: tuple[float, float, int], step: int) -> tuple[Array, Array]:
        """r and d towards the running statistics, which do not move yet."""
        r_most, d_most, warm_up = limits
        risen = min(1.0, step / warm_up) if warm_up else 1.0
        r_most, d_most = 1 + risen * (r_most - 1), risen * d_most
        mean, var = self.running
        inverse = np.empty_like(var)
        _reciprocal(var, self.rule.eps, inverse)
        r = np.clip(np.sqrt(self.var + self.rule.eps) * inverse, 1 / r_most, r_most)
        d = np.clip((self.mean - mean) * inverse, -d_most, d_most)
        return r.astype(var.dtype), d.astype(var.dtype)


def _mean(x: Array, out: Array) -> None:
    np.add.reduce(x, 1, keepdims=True, out=out)
    out *= 1 / x.shape[1]


def _reciprocal(var: Array, eps: float, out: Array) -> None:
    """1 / sqrt(var + eps); 0 where that is 0, as everywhere in bncore."""
    np.add(var, eps, out=out)
    np.sqrt(out, out=out)
    np.divide(1, out, out=out, where=out != 0)
