"""Dynamic tanh, which stands where a norm would, and takes no statistics.

    y = gamma tanh(alpha x) + beta           alpha one number for all units
    dx = alpha g (1 - t²)    dalpha = sum x g (1 - t²)    t = tanh(alpha x), g = gamma dy

Zhu, Chen, He, LeCun & Liu 2025, "Transformers without Normalization", section 4.
"""

from collections.abc import Mapping

import numpy as np

from bncore.arguments import Array


class DynamicTanh:
    """Of examples (N, D) or (N, H, W, C): alpha (1,), gamma and beta (C,). In inference it does what it does here."""

    def __init__(self, parameters: Mapping[str, Array], gradients: Mapping[str, Array], shape: tuple[int, ...]) -> None:
        self.alpha, self.gamma, self.beta = (parameters[kind] for kind in ("alpha", "gamma", "beta"))
        self.dalpha, self.dgamma, self.dbeta = (gradients[kind] for kind in ("alpha", "gamma", "beta"))
        self.rows = tuple(range(len(shape) - 1))
        self.squashed, self.y, self.dx, self.scratch = (np.empty(shape, self.gamma.dtype) for _ in range(4))
        self.x = self.y

    def forward(self, x: Array, _step: int) -> Array:
        """Squashed, number by number."""
        self.x = x
        np.multiply(x, self.alpha, out=self.squashed)
        np.tanh(self.squashed, out=self.squashed)
        np.multiply(self.squashed, self.gamma, out=self.y)
        self.y += self.beta
        return self.y

    def backward(self, dy: Array) -> Array:
        """Through the slope of the tanh, which is nearly 0 where it is saturated."""
        np.add.reduce(dy, self.rows, out=self.dbeta)
        np.add.reduce(np.multiply(dy, self.squashed, out=self.scratch), self.rows, out=self.dgamma)
        slope = np.multiply(self.squashed, self.squashed, out=self.scratch)
        np.subtract(1, slope, out=slope)
        np.multiply(dy, self.gamma, out=self.dx)
        self.dx *= slope
        self.dalpha[...] = np.multiply(self.dx, self.x, out=self.scratch).sum()
        self.dx *= self.alpha
        return self.dx

    def infer(self, x: Array) -> Array:
        """The same, of any number of examples."""
        y: Array = np.tanh(x * self.alpha) * self.gamma + self.beta
        return y
