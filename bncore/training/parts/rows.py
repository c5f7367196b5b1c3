"""Norms within each example: layer, group and instance norm. In inference they do what they do in training.

    x_hat = (x - mean) / s over the positions and the channels of a group        y = gamma x_hat + beta
    dx = [g - <g> - x_hat <g x_hat>] / s                                         g = gamma dy

Layer norm has one group, instance norm a group a channel. Ba et al. 2016, equation 3; Wu & He 2018, equation 7;
Ulyanov et al. 2016.
"""

from collections.abc import Mapping
from math import prod

import numpy as np

from bncore.arguments import Array
from bncore.training.parts.compiled import CompiledRows


class RowNorm:
    """A norm of examples (N, D) or (N, H, W, C), whose channels are dealt into `groups` in their order.

    gamma and beta are (C,), or have a value for each cell of an example. By the compiled kernels, where there are any
    and the cells of a statistic lie side by side; else, and where something is odd, by NumPy.
    """

    def __init__(
        self,
        parameters: Mapping[str, Array],
        gradients: Mapping[str, Array],
        shape: tuple[int, ...],
        *,
        groups: int,
        eps: float,
        through_statistics: bool = True,
    ) -> None:
        channels = shape[-1]
        self.shape, self.eps, self.through_statistics = shape, eps, through_statistics
        self.view = (prod(shape[1:-1]), groups, channels // groups)
        cells = self.view if parameters["gamma"].ndim > 1 else (1, *self.view[1:])
        self.gamma, self.beta = (parameters[kind].reshape(cells) for kind in ("gamma", "beta"))
        self.dgamma, self.dbeta = (gradients[kind].reshape(cells) for kind in ("gamma", "beta"))
        self.shared = (0,) if parameters["gamma"].ndim > 1 else (0, 1)
        whole, dtype = (shape[0], *self.view), self.gamma.dtype
        self.x_hat, self.y, self.dx, self.scratch = (np.empty(whole, dtype) for _ in range(4))
        self.inverse = np.empty((shape[0], 1, groups, 1), dtype)
        lies = self.view[0] == 1 or (groups == 1 and len(self.shared) == 1)
        self.compiled = CompiledRows(shape[0] * groups, groups, self.gamma.size, eps) if lies else None
        self.x = self.y

    def forward(self, x: Array, _step: int) -> Array:
        """Normalized by each example's own statistics."""
        self.x = x
        if self.compiled and self.compiled.forward(x, self.y, self.gamma, self.beta):
            return self.y.reshape(self.shape)
        _normalized(x.reshape(-1, *self.view), self.eps, self.x_hat, self.inverse, self.scratch)
        np.multiply(self.x_hat, self.gamma, out=self.y)
        self.y += self.beta
        return self.y.reshape(self.shape)

    def backward(self, dy: Array) -> Array:
        """With mean and variance as functions of x, or as the constants that they are not."""
        if self.compiled and self.compiled.taken:
            if self.through_statistics and self.compiled.backward(dy, self.x, self.dx):
                dbeta, dgamma = self.compiled.sums
                self.dbeta[...], self.dgamma[...] = dbeta.reshape(self.dbeta.shape), dgamma.reshape(self.dgamma.shape)
                return self.dx.reshape(self.shape)
            _normalized(self.x.reshape(-1, *self.view), self.eps, self.x_hat, self.inverse, self.scratch)
        dy = dy.reshape(-1, *self.view)
        kept = np.multiply(dy, self.x_hat, out=self.scratch)
        self.dgamma[...] = np.add.reduce(kept, self.shared).reshape(self.dgamma.shape)
        self.dbeta[...] = np.add.reduce(dy, self.shared).reshape(self.dbeta.shape)
        dx = np.multiply(dy, self.gamma, out=self.dx)
        if self.through_statistics:
            count = self.view[0] * self.view[2]
            of_x_hat = np.add.reduce(np.multiply(dx, self.x_hat, out=self.scratch), (1, 3), keepdims=True) / count
            dx -= np.add.reduce(dx, (1, 3), keepdims=True) / count
            dx -= np.multiply(self.x_hat, of_x_hat, out=self.scratch)
        dx *= self.inverse
        return dx.reshape(self.shape)

    def infer(self, x: Array) -> Array:
        """The same, of any number of examples."""
        seen = x.reshape(-1, *self.view)
        x_hat, inverse = np.empty_like(seen), np.empty((len(seen), 1, self.view[1], 1), x.dtype)
        _normalized(seen, self.eps, x_hat, inverse, np.empty_like(seen))
        return (x_hat * self.gamma + self.beta).reshape(x.shape)


def _normalized(x: Array, eps: float, x_hat: Array, inverse: Array, scratch: Array) -> None:
    """Writes x_hat and 1 / s, which is 0 where s is."""
    count = x.shape[1] * x.shape[3]
    np.subtract(x, np.add.reduce(x, (1, 3), keepdims=True) / count, out=x_hat)
    np.add.reduce(np.multiply(x_hat, x_hat, out=scratch), (1, 3), keepdims=True, out=inverse)
    inverse *= 1 / count
    inverse += eps
    np.sqrt(inverse, out=inverse)
    np.divide(1, inverse, out=inverse, where=inverse != 0)
    x_hat *= inverse
