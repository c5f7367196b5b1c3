"""A 3 × 3 convolution of images (N, H, W, C) that keeps H and W: one product with the windows as rows."""

from collections.abc import Mapping

import numpy as np
from numpy.lib.stride_tricks import as_strided

from bncore.arguments import Array
from bncore.training.parts.linear import Product


class Convolution:
    """y[n, p, q] = b + sum over i, j of x[n, p + i - 1, q + j - 1] W[i, j], zeros around the image.

    `weight` is (3, 3, C, O); the product of the windows (N H W, 9 C) with it is a `Product`.
    """

    def __init__(
        self,
        parameters: Mapping[str, Array],
        gradients: Mapping[str, Array],
        shape: tuple[int, int, int],
        *,
        first: bool = False,
        noise: tuple[float, int, int] | None = None,
    ) -> None:
        size, _, channels, outputs = parameters["weight"].shape
        examples, self.height, self.width = shape
        self.size, self.channels, self.outputs, self.first = size, channels, outputs, first
        self.product = Product(
            _as_matrix(parameters), _as_matrix(gradients), examples * self.height * self.width, first=first, noise=noise
        )
        dtype = parameters["weight"].dtype
        pad = size - 1
        self.padded = np.zeros((examples, self.height + pad, self.width + pad, channels), dtype)
        self.columns = np.empty((examples * self.height * self.width, size * size * channels), dtype)
        self.spread = self.padded if first else np.empty_like(self.padded)
        self.dx = np.empty((0 if first else examples, self.height, self.width, channels), dtype)

    def forward(self, x: Array, step: int) -> Array:
        """(N, H, W, C) to (N, H, W, O)."""
        self._windows(x, self.padded, self.columns)
        return self.product.forward(self.columns, step).reshape(*x.shape[:3], self.outputs)

    def backward(self, dy: Array) -> Array:
        """(N, H, W, O) to (N, H, W, C): what each window passes back, added up where the windows stood."""
        columns = self.product.backward(dy.reshape(-1, self.outputs))
        if self.first:
            return self.dx
        size, high, wide = self.size, self.height, self.width
        columns = columns.reshape(-1, high, wide, size, size, self.channels)
        self.spread[...] = 0
        for i, j in np.ndindex(size, size):
            self.spread[:, i : i + high, j : j + wide] += columns[:, :, :, i, j]
        edge = size // 2
        self.dx[...] = self.spread[:, edge : edge + high, edge : edge + wide]
        return self.dx

    def infer(self, x: Array) -> Array:
        """By the weights without noise."""
        pad = self.size - 1
        padded = np.zeros((len(x), self.height + pad, self.width + pad, self.channels), x.dtype)
        columns = np.empty((len(x) * self.height * self.width, self.columns.shape[1]), x.dtype)
        self._windows(x, padded, columns)
        return self.product.infer(columns).reshape(*x.shape[:3], self.outputs)

    def _windows(self, x: Array, padded: Array, columns: Array) -> None:
        """Writes each position's window as a row."""
        size, edge = self.size, self.size // 2
        padded[:, edge : edge + self.height, edge : edge + self.width] = x
        n, h, w, c = padded.strides
        shape = (len(x), self.height, self.width, size, size * self.channels)
        rows = as_strided(padded, shape, (n, h, w, h, c), writeable=False)
        columns.reshape(shape)[...] = rows


def _as_matrix(named: Mapping[str, Array]) -> dict[str, Array]:
    return {kind: value.reshape(-1, value.shape[-1]) if kind == "weight" else value for kind, value in named.items()}
