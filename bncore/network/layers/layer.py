"""What every layer of a network is: a forward pass that brings its own backward pass along.

    step = layer.forward(x)            step.y, the output
    pulled = step.pull(dy)             pulled.dx and the gradients of the layer's parameters, for dy = dL/dy

A layer holds its parameters and changes nothing; arrays keep their dtype, float32 or float64.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from bncore.arguments import Array


class Layer(Protocol):
    """Anything with parameters (none: an empty mapping) and a forward pass."""

    @property
    def parameters(self) -> Mapping[str, Array]:
        """The parameters by name, in the order in which an optimizer walks them."""

    def forward(self, x: Array) -> "Step":
        """The output for a batch `x`, examples on the first axis."""


class WithoutParameters:
    """What a layer without parameters inherits."""

    @property
    def parameters(self) -> Mapping[str, Array]:
        """None."""
        return {}


@dataclass(frozen=True, eq=False)
class Record:
    """A layer after a pass: its output `y`, `dy` = dL/dy, and dL/d(parameter) by name.

    `inner` are the records of the layers inside it, in order: a residual connection has some.
    """

    layer: Layer
    y: Array
    dy: Array
    gradients: Mapping[str, Array]
    inner: tuple["Record", ...] = ()


@dataclass(frozen=True, eq=False)
class Pulled:
    """What a backward pass of one layer brings: `dx` = dL/dx, dL/d(parameter) by name, the records of inner layers."""

    dx: Array
    gradients: Mapping[str, Array] = field(default_factory=dict)
    inner: tuple[Record, ...] = ()


class Step(NamedTuple):
    """The output of a layer, and the function from dL/dy to what the layer passes back."""

    y: Array
    pull: Callable[[Array], Pulled]
