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
        self.size, self.outputs, self.first = size, outputs, first
        rows, pad, dtype = examples * self.height * self.width, size - 1, parameters["weight"].dtype
        self.product = Product(_as_matrix(parameters), _as_matrix(gradients), rows, first=True, noise=noise)
        self.padded = np.zeros((examples, self.height + pad, self.width + pad, channels), dtype)
        self.columns = np.empty((rows, size * size * channels), dtype)
        back = 0 if first else examples
        self.padded_dy = np.zeros((back, self.height + pad, self.width + pad, outputs), dtype)
        self.columns_dy = np.empty((0 if first else rows, size * size * outputs), dtype)
        self.dx = np.empty((back, self.height, self.width, channels), dtype)

    def forward(self, x: Array, step: int) -> Array:
        """(N, H, W, C) to (N, H, W, O)."""
        self._windows(x, self.padded, self.columns)
        return self.product.forward(self.columns, step).reshape(*x.shape[:3], self.outputs)

    def backward(self, dy: Array) -> Array:
        """(N, H, W, O) to (N, H, W, C): the convolution of dy with the kernel turned by half a turn."""
        self.product.backward(dy.reshape(-1, self.outputs))
        if not self.first:
            self._windows(dy, self.padded_dy, self.columns_dy)
            np.matmul(self.columns_dy, self._turned(), out=self.dx.reshape(-1, self.dx.shape[3]))
        return self.dx

    def _turned(self) -> Array:
        """The kernel as dy meets it, (9 O, C)."""
        kernel = self.product.used.reshape(self.size, self.size, -1, self.outputs)[::-1, ::-1]
        return np.ascontiguousarray(kernel.transpose(0, 1, 3, 2)).reshape(-1, kernel.shape[2])

    def infer(self, x: Array) -> Array:
        """By the weights without noise."""
        pad = self.size - 1
        padded = np.zeros((len(x), self.height + pad, self.width + pad, x.shape[3]), x.dtype)
        columns = np.empty((len(x) * self.height * self.width, self.columns.shape[1]), x.dtype)
        self._windows(x, padded, columns)
        return self.product.infer(columns).reshape(*x.shape[:3], self.outputs)

    def _windows(self, x: Array, padded: Array, columns: Array) -> None:
        """Writes each position's window as a row."""
        size, edge = self.size, self.size // 2
        padded[:, edge : edge + self.height, edge : edge + self.width] = x
        n, h, w, c = padded.strides
        shape = (len(x), self.height, self.width, size, size * x.shape[3])
        rows = as_strided(padded, shape, (n, h, w, h, c), writeable=False)
        columns.reshape(shape)[...] = rows


def _as_matrix(named: Mapping[str, Array]) -> dict[str, Array]:
    return {kind: value.reshape(-1, value.shape[-1]) if kind == "weight" else value for kind, value in named.items()}
