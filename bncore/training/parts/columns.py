"""Norms over the examples: batch norm, ghost batch norm, batch renormalization. Each unit, or channel, on its own.

    x_hat = (x - mean) / s                   s = sqrt(var + eps), over the rows of a ghost batch, which may be all
    y = gamma (x_hat r + d) + beta           r = 1, d = 0 but in batch renormalization
    dx = gamma r / s [dy - <dy> - x_hat <dy x_hat>]

Ioffe & Szegedy 2015, algorithm 1; Hoffer, Hubara & Soudry 2017, algorithm 1; Ioffe 2017, algorithm 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import numpy as np

from bncore.arguments import Array
from bncore.running import weight_of
from bncore.training.parts.compiled import CompiledColumns

LONG = 512  # numbers of a row that folded rows make
WIDE = 64  # numbers of a row that stays as it is


@dataclass(frozen=True)
class Columns:
    """How the statistics are taken: `ghosts` batches of equal size, one behind the other; `momentum` weighs the new.

    None weighs all alike, as many as there were: see `bncore.running`.
    `limits` are r_max, d_max and the steps over which they rise from 1 and 0, None without renormalization.
    """

    eps: float
    momentum: float | None
    ghosts: int = 1
    limits: tuple[float, float, int] | None = None
    through_statistics: bool = True


class ColumnNorm:
    """A norm over the rows of x (N, D) or (N, H, W, C); `running` are mean and variance (2, D), moved by `settle`.

    By the compiled kernels, where there are any, a ghost batch at a time; the numbers decide whether those serve, so
    that a run is the same in whatever chunks. Batch renormalization, and what is odd, is NumPy's. There, where there
    are few channels, rows are folded: `fold` of them lie side by side in one long row, as NumPy is quick on long rows
    alone.
    """

    def __init__(
        self,
        parameters: Mapping[str, Array],
        gradients: Mapping[str, Array],
        running: Array,
        shape: tuple[int, ...],
        rule: Columns,
    ) -> None:
        self.gamma, self.beta, self.rule, self.running = parameters["gamma"], parameters["beta"], rule, running
        self.dgamma, self.dbeta = gradients["gamma"], gradients["beta"]
        width, dtype, ghosts = len(self.gamma), self.gamma.dtype, rule.ghosts
        self.shape, self.count = shape, prod(shape[:-1]) // ghosts
        self.fold = _fold(self.count, width)
        self.view = (ghosts, self.count // self.fold, self.fold * width)
        self.centred, self.y, self.dx = (np.empty(self.view, dtype) for _ in range(3))
        self.ones = np.ones((1, self.view[1]), dtype)
        self.folded = np.empty((ghosts, 1, self.fold, width), dtype)
        self.statistics = np.zeros((2, ghosts, 1, width), dtype)
        self.mean, self.var = self.statistics
        self.inverse = np.empty_like(self.mean)
        self.r: Array | None = None
        self.d: Array | None = None
        self.moving = None if rule.momentum is None else self._weighing(rule.momentum)
        self.compiled = CompiledColumns(self.y, self.dx, ghosts, width) if rule.limits is None else None
        self.x = self.y

    def forward(self, x: Array, step: int) -> Array:
        """Normalized by the batch's own statistics."""
        self.x = x
        if self.compiled and self.compiled.forward(x, self.gamma, self.beta, self.rule.eps):
            self.statistics[:, :, 0] = self.compiled.statistics
            return self.y.reshape(self.shape)
        centred = self._centred(x)
        factor, shift = self._line(step)
        np.multiply(centred, self._rows(factor), out=self.y)
        self.y += self._rows(shift)
        return self.y.reshape(self.shape)

    def _centred(self, x: Array) -> Array:
        """x - mean, with mean, var and 1 / s."""
        x = x.reshape(self.view)
        np.divide(self._total(x), self.count, out=self.mean)
        centred = np.subtract(x, self._rows(self.mean), out=self.centred)
        np.divide(self._total(np.multiply(centred, centred, out=self.dx)), self.count, out=self.var)
        _reciprocal(self.var, self.rule.eps, self.inverse)
        return centred

    def backward(self, dy: Array) -> Array:
        """With mean and variance as functions of x, or as the constants that they are not."""
        if self.compiled and self.compiled.taken:
            sums = self.compiled.backward(dy, self.x, self.rule.eps, not self.rule.through_statistics)
            if sums is not None:
                self.dbeta[...], self.dgamma[...] = sums
                return self.dx.reshape(self.shape)
            self._centred(self.x)
        dy = dy.reshape(self.view)
        total = self._total(dy)
        of_x_hat = self._total(np.multiply(dy, self.centred, out=self.dx)) * self.inverse
        self._give(total, of_x_hat if self.r is None else of_x_hat * self.r + total * self.d)
        slope = self.gamma * self.inverse if self.r is None else self.gamma * self.inverse * self.r
        dx: Array = self._past_statistics(dy, total, of_x_hat) if self.rule.through_statistics else dy
        return np.multiply(dx, self._rows(slope), out=self.dx).reshape(self.shape)

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

    def settle(self, step: int) -> None:
        """Moves the running statistics by those of the batch of a step, ghost batches one after the other."""
        for ghost in range(self.rule.ghosts):
            weight = weight_of(self.rule.momentum, step * self.rule.ghosts + ghost)
            self.running *= 1 - weight
            self.running += self.statistics[:, ghost, 0] * (
                self._weighing(weight) if self.moving is None else self.moving
            )

    def _weighing(self, weight: float) -> Array:
        """What mean and biased variance of a batch of that weight are multiplied by, (2, 1)."""
        return np.array([[weight], [weight * self.count / (self.count - 1)]], self.gamma.dtype)

    def _past_statistics(self, dy: Array, total: Array, of_x_hat: Array) -> Array:
        """dy - <dy> - x_hat <dy x_hat>."""
        dx = np.multiply(self.centred, self._rows(of_x_hat * self.inverse * (-1 / self.count)), out=self.dx)
        dx += dy
        dx -= self._rows(total * (1 / self.count))
        return dx

    def _give(self, dbeta: Array, dgamma: Array) -> None:
        """What the ghost batches add up to."""
        if self.rule.ghosts == 1:
            self.dbeta[...], self.dgamma[...] = dbeta[0, 0], dgamma[0, 0]
        else:
            np.add.reduce(dbeta, (0, 1), out=self.dbeta)
            np.add.reduce(dgamma, (0, 1), out=self.dgamma)

    def _total(self, x: Array) -> Array:
        """The sum over the rows of each ghost batch, (ghosts, 1, D)."""
        long: Array = np.matmul(self.ones, x)
        return long if self.fold == 1 else np.add.reduce(long.reshape(self.folded.shape), 2)

    def _rows(self, values: Array) -> Array:
        """(ghosts, 1, D), or (D,), in the length of a row; the next call writes over it."""
        if self.fold == 1:
            return values
        self.folded[...] = values.reshape(-1, 1, 1, values.shape[-1])
        return self.folded.reshape(self.view[0], 1, self.view[2])

    def _line(self, step: int) -> tuple[Array, Array]:
        """The factor and the shift that take x - mean to y."""
        if self.rule.limits is None:
            return self.inverse * self.gamma, self.beta
        self.r, self.d = self._corrections(self.rule.limits, step)
        return self.inverse * self.r * self.gamma, self.d * self.gamma + self.beta

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


def _fold(count: int, width: int) -> int:
    """How many rows lie side by side: a divisor of their number, the largest that keeps a row within LONG."""
    if width >= WIDE:
        return 1
    return max(rows for rows in range(1, max(2, LONG // width + 1)) if count % rows == 0)


def _reciprocal(var: Array, eps: float, out: Array) -> None:
    """1 / sqrt(var + eps); 0 where that is 0, as everywhere in bncore."""
    np.add(var, eps, out=out)
    np.sqrt(out, out=out)
    if eps > 0:
        np.reciprocal(out, out=out)
    else:
        np.divide(1, out, out=out, where=out != 0)
