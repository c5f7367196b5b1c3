"""Activations as layers; f and f' stand side by side in `bncore.activations`."""

from dataclasses import dataclass

from bncore.activations import ACTIVATIONS
from bncore.arguments import Array, choice
from bncore.network.layers.layer import Pulled, Step, WithoutParameters


@dataclass(frozen=True, eq=False)
class Activate(WithoutParameters):
    """y = f(x), dx = dy f'(x), element by element; `activation` is a name in ACTIVATIONS. Raises BadParameter."""

    activation: str

    def __post_init__(self) -> None:
        choice(self.activation, ACTIVATIONS, "activation")

    def forward(self, x: Array) -> Step:
        """An array of any shape."""
        f = ACTIVATIONS[self.activation]
        return Step(f.value(x), lambda dy: Pulled(dy * f.derivative(x)))
