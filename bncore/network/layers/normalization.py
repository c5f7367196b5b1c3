"""Norm layers. Batch norm is `bncore.forward` and `bncore.backward`, the same that every other view computes with."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Array
from bncore.batch_norm import forward
from bncore.errors import NonFiniteInput, VarianceOverflow
from bncore.gradient import backward
from bncore.network.layers.layer import Pulled, Step


@dataclass(frozen=True, eq=False)
class BatchNorm:
    """Batch norm in mode "train" of (N, D) a feature or (N, C, H, W) a channel; `gamma` and `beta` are (D,) or (C,).

    Numbers that are not finite, or too large to have a variance, give NaN, so that a diverged pass ends and can be
    looked at; `bncore.forward` itself refuses them.
    """

    gamma: Array
    beta: Array
    eps: float = 1e-5
    eps_placement: str = "variance"

    @property
    def parameters(self) -> Mapping[str, Array]:
        """`gamma` and `beta`."""
        return {"gamma": self.gamma, "beta": self.beta}

    def forward(self, x: Array) -> Step:
        """The normalized, scaled and shifted batch, shape and dtype of x."""
        try:
            result = forward(x, self.gamma, self.beta, eps=self.eps, eps_placement=self.eps_placement)
        except (NonFiniteInput, VarianceOverflow):
            return Step(np.full_like(x, np.nan), self._lost)

        def pull(dy: Array) -> Pulled:
            try:
                gradients = backward(dy, result)
            except NonFiniteInput:
                return self._lost(dy)
            dtype = self.gamma.dtype
            of_parameters = {"gamma": gradients.dgamma.astype(dtype), "beta": gradients.dbeta.astype(dtype)}
            return Pulled(gradients.dx, of_parameters)

        return Step(result.y, pull)

    def _lost(self, dy: Array) -> Pulled:
        """Nothing that a number could be given for."""
        gradients = {name: np.full_like(values, np.nan) for name, values in self.parameters.items()}
        return Pulled(np.full_like(dy, np.nan), gradients)
