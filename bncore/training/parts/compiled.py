"""The norms of training by the compiled kernels. They take what they are given, or nothing: then NumPy computes."""

import numpy as np

from bncore import kernels
from bncore.arguments import Array, Float64
from bncore.kernels import RowRule


class CompiledColumns:
    """Norms over the rows of each ghost batch of x (N, ..., D), of which `y` and `dx` have the size.

    `taken` is whether the last batch was computed here; `statistics` are its mean and variance, (2, ghosts, D).
    """

    def __init__(self, y: Array, dx: Array, ghosts: int, width: int) -> None:
        self.shape, self.taken = (ghosts, -1, width), False
        tables, self.sums = np.empty((ghosts, 7, width)), np.empty((ghosts, 2, width))
        self.statistics = tables[:, :2].swapaxes(0, 1)
        self.forward_to = list(zip(y.reshape(self.shape), tables, strict=True))
        self.backward_to = list(zip(dx.reshape(self.shape), tables, self.sums, strict=True))

    def forward(self, x: Array, gamma: Array, beta: Array, eps: float) -> bool:
        """Writes y, if the kernels serve."""
        self.taken = True
        for of_x, (y, table) in zip(x.reshape(self.shape), self.forward_to, strict=True):
            if self.taken:
                self.taken = not kernels.forward(of_x, y, 1, table, gamma, beta, eps, False)
        return self.taken

    def backward(self, dy: Array, x: Array, eps: float, constant: bool) -> Float64 | None:
        """Writes dx; dbeta and dgamma, (2, D), if the kernels serve."""
        shape = self.shape
        for of_dy, of_x, (dx, table, sums) in zip(dy.reshape(shape), x.reshape(shape), self.backward_to, strict=True):
            if kernels.backward(of_dy, of_x, dx, 1, table, sums, eps, False, constant):
                return None
        return self.sums[0] if shape[0] == 1 else np.add.reduce(self.sums, 0)  # type: ignore[no-any-return]


class CompiledRows:
    """Norms of `count` rows of cells that lie side by side, whose parameters have a value a cell of `groups` rows."""

    def __init__(self, count: int, groups: int, parameters: int, eps: float) -> None:
        self.count, self.taken = count, False
        self.rule = RowRule(groups, 1, eps, False, True)
        self.table, self.sums = np.empty((5, count)), np.empty((2, parameters))
        self.gamma, self.beta = np.empty((2, 1, parameters))

    def forward(self, x: Array, y: Array, gamma: Array, beta: Array) -> bool:
        """Writes y, of x's size, if the kernels serve."""
        self.gamma[...], self.beta[...] = gamma.reshape(1, -1), beta.reshape(1, -1)
        shape = (self.count, -1)
        odd = kernels.forward_rows(x.reshape(shape), y.reshape(shape), self.table, self.gamma, self.beta, self.rule)
        self.taken = not odd
        return self.taken

    def backward(self, dy: Array, x: Array, dx: Array) -> bool:
        """Writes dx, and `sums` (2, P) with dbeta and dgamma, if the kernels serve."""
        of_dy, of_x, of_dx = (array.reshape(self.count, -1) for array in (dy, x, dx))
        return not kernels.backward_rows(of_dy, of_x, of_dx, self.table, self.gamma, self.sums, self.rule)
