"""The residual connection. He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, equation 1."""

from collections.abc import Sequence
from dataclasses import dataclass

from bncore.arguments import Array
from bncore.errors import ShapeMismatch
from bncore.network.layers.layer import Layer, Pulled, Step, WithoutParameters
from bncore.network.propagation import forward_through, pull_through


@dataclass(frozen=True, eq=False)
class Residual(WithoutParameters):
    """y = x + F(x), F the layers inside, which keep the shape and have the parameters; dx = dy + what F passes back."""

    layers: Sequence[Layer]

    def forward(self, x: Array) -> Step:
        """The sum. Raises ShapeMismatch where F changes the shape."""
        steps = forward_through(self.layers, x)
        branch = steps[-1].y if steps else x
        if branch.shape != x.shape:
            detail = f"the layers inside turn {x.shape} into {branch.shape}; a sum needs the same shape."
            raise ShapeMismatch(detail, parameter="layers")

        def pull(dy: Array) -> Pulled:
            dx, records = pull_through(self.layers, steps, dy)
            return Pulled(dy + dx, inner=records)

        return Step(x + branch, pull)
