"""What a part is."""

from typing import Protocol

from bncore.arguments import Array


class Part(Protocol):
    """One operation of a network of N examples; `forward` and `backward` give arrays that the next call writes over."""

    def forward(self, x: Array, step: int) -> Array:
        """The output in training, for the batch of a step; x must stay as it is until the backward pass."""

    def backward(self, dy: Array) -> Array:
        """dL/dx of dL/dy, which stays as it is; the gradients of parameters are written where they belong."""

    def infer(self, x: Array) -> Array:
        """The output in inference, of any number of examples."""
