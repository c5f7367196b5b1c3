"""Two-dimensional convolution as one matrix product (im2col): BLAS does the work, no loop walks over pixels."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from bncore.arguments import Array
from bncore.errors import ShapeMismatch
from bncore.exact.product import product
from bncore.network.layers.layer import Pulled, Step


@dataclass(frozen=True, eq=False)
class Convolution:
    """y[n, o, p, q] = b[o] + sum over c, i, j of W[o, c, i, j] x[n, c, s p + i - pad, s q + j - pad].

    The frameworks' convolution, which mathematics calls a cross-correlation. x (N, C, H, W); `weight` W (O, C, h, w);
    `bias` b (O,) or None; `stride` s ≥ 1; `padding` pad ≥ 0 zeros on each side. y is (N, O, P, Q) with
    P = (H + 2 pad - h) // s + 1, Q likewise.

    Raises ShapeMismatch where the channels differ or the kernel is larger than the padded image.
    """

    weight: Array
    bias: Array | None = None
    stride: int = 1
    padding: int = 0

    @property
    def parameters(self) -> Mapping[str, Array]:
        """`weight`, and `bias` where there is one."""
        return {"weight": self.weight} | ({} if self.bias is None else {"bias": self.bias})

    def forward(self, x: Array) -> Step:
        """x (N, C, H, W) to y (N, O, P, Q)."""
        self._check(x)
        padded = self._padded(x)
        columns, (examples, height, width) = self._columns(padded)
        kernels = self.weight.reshape(len(self.weight), -1)
        rows = product(columns, kernels.T, examples)
        if self.bias is not None:
            rows += self.bias
        y = np.ascontiguousarray(rows.reshape(examples, height, width, -1).transpose(0, 3, 1, 2))

        def pull(dy: Array) -> Pulled:
            of_rows = dy.transpose(0, 2, 3, 1).reshape(-1, len(kernels))
            gradients = {"weight": (of_rows.T @ columns).reshape(self.weight.shape)}
            gradients |= {} if self.bias is None else {"bias": of_rows.sum(axis=0)}
            spread = (of_rows @ kernels).reshape(examples, height, width, *self.weight.shape[1:])
            return Pulled(self._gathered(spread, padded.shape), gradients)

        return Step(y, pull)

    def _check(self, x: Array) -> None:
        _, channels, *kernel = self.weight.shape
        if x.ndim != 4 or x.shape[1] != channels:
            detail = f"x has shape {x.shape}; the weight {self.weight.shape} takes (N, {channels}, H, W)."
            raise ShapeMismatch(detail, parameter="x")
        if any(size + 2 * self.padding < of for size, of in zip(x.shape[2:], kernel, strict=True)):
            detail = (
                f"x has shape {x.shape}: too small for a kernel of {kernel[0]} × {kernel[1]} and {self.padding} zeros."
            )
            raise ShapeMismatch(detail, parameter="x")

    def _padded(self, x: Array) -> Array:
        pad = self.padding
        return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))) if pad else x

    def _columns(self, padded: Array) -> tuple[Array, tuple[int, int, int]]:
        """Each output position's window as a row (N P Q, C h w), and (N, P, Q)."""
        windows = sliding_window_view(padded, self.weight.shape[2:], axis=(2, 3))[:, :, :: self.stride, :: self.stride]
        ordered = windows.transpose(0, 2, 3, 1, 4, 5)
        return ordered.reshape(-1, int(np.prod(self.weight.shape[1:]))), ordered.shape[:3]

    def _gathered(self, spread: Array, shape: tuple[int, ...]) -> Array:
        """The sum of what each window passes back to each pixel: (N, P, Q, C, h, w) to (N, C, H, W)."""
        total = np.zeros(shape, spread.dtype)
        _, height, width = spread.shape[:3]
        step, pad = self.stride, self.padding
        for i, j in np.ndindex(*self.weight.shape[2:]):
            of_pixel = spread[..., i, j].transpose(0, 3, 1, 2)
            total[:, :, i : i + step * height : step, j : j + step * width : step] += of_pixel
        return total[:, :, pad : shape[2] - pad, pad : shape[3] - pad]
