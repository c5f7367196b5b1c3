"""The linear layer."""

from collections.abc import Mapping
from dataclasses import dataclass

from bncore.arguments import Array
from bncore.exact.product import product
from bncore.network.layers.layer import Pulled, Step


@dataclass(frozen=True, eq=False)
class Linear:
    """y = x W + b for x (N, D), W (D, E), b (E,) or None.

    dx = dy W^T,  dW = x^T dy,  db = sum over the batch of dy. In front of batch norm b changes nothing.

    >>> import numpy as np
    >>> step = Linear(np.array([[2.0], [3.0]]), np.array([1.0])).forward(np.array([[1.0, 1.0]]))
    >>> step.y.tolist(), step.pull(np.array([[1.0]])).dx.tolist()
    ([[6.0]], [[2.0, 3.0]])
    """

    weight: Array
    bias: Array | None = None

    @property
    def parameters(self) -> Mapping[str, Array]:
        """`weight`, and `bias` where there is one."""
        return {"weight": self.weight} | ({} if self.bias is None else {"bias": self.bias})

    def forward(self, x: Array) -> Step:
        """x (N, D) to y (N, E)."""
        y = product(x, self.weight, len(x))
        if self.bias is not None:
            y += self.bias

        def pull(dy: Array) -> Pulled:
            gradients = {"weight": x.T @ dy} | ({} if self.bias is None else {"bias": dy.sum(axis=0)})
            return Pulled(dy @ self.weight.T, gradients)

        return Step(y, pull)
