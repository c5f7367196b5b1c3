"""The product with the weights."""

from collections.abc import Mapping

import numpy as np

from bncore.arguments import Array
from bncore.training.streams import stream


class Product:
    """y = x W + b, dx = dy W^T, dW = x^T dy, db = sum dy; `parameters` and `gradients` have "weight", maybe "bias".

    With `noise` (its deviation, seed and place) the weights of a step are W (1 + n), n normal, one draw for the batch.
    The part of a `first` product that goes to the data is not computed.
    """

    def __init__(
        self,
        parameters: Mapping[str, Array],
        gradients: Mapping[str, Array],
        examples: int,
        *,
        first: bool = False,
        noise: tuple[float, int, int] | None = None,
    ) -> None:
        self.weight, self.bias = parameters["weight"], parameters.get("bias")
        self.dweight, self.dbias = gradients["weight"], gradients.get("bias")
        inputs, outputs = self.weight.shape
        self.y = np.empty((examples, outputs), self.weight.dtype)
        self.dx = np.empty((0 if first else examples, inputs), self.weight.dtype)
        self.first = first
        self.noise = noise if noise is not None and noise[0] > 0 else None
        self.used = self.weight
        self.factors: Array | None = None
        self.x = self.dx

    def forward(self, x: Array, step: int) -> Array:
        """(N, D) to (N, E)."""
        self.x = x
        if self.noise is not None:
            deviation, seed, place = self.noise
            drawn = stream(seed, "weight_noise", place, step).standard_normal(self.weight.shape)
            self.factors = (1 + deviation * drawn).astype(self.weight.dtype)
            self.used = self.weight * self.factors
        np.matmul(x, self.used, out=self.y)
        if self.bias is not None:
            self.y += self.bias
        return self.y

    def backward(self, dy: Array) -> Array:
        """(N, E) to (N, D)."""
        np.matmul(self.x.T, dy, out=self.dweight)
        if self.factors is not None:
            self.dweight *= self.factors
        if self.dbias is not None:
            np.add.reduce(dy, 0, out=self.dbias)
        return self.dx if self.first else np.matmul(dy, self.used.T, out=self.dx)

    def infer(self, x: Array) -> Array:
        """By the weights without noise."""
        y: Array = x @ self.weight
        return y if self.bias is None else y + self.bias
