"""The network of a spec: its blocks and read-out, on one vector of parameters and one of gradients."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Array
from bncore.training.layout import Layout
from bncore.training.parts.activation import Activation
from bncore.training.parts.columns import ColumnNorm
from bncore.training.parts.convolution import Convolution
from bncore.training.parts.cross_entropy import CrossEntropy
from bncore.training.parts.linear import Product
from bncore.training.parts.noise import Dropout, NormNoise
from bncore.training.parts.norms import Named, Norm, norm_part
from bncore.training.parts.part import Part
from bncore.training.parts.pooling import Pooling
from bncore.training.spec import Spec


@dataclass(frozen=True)
class Block:
    """Product, norm, norm noise, activation, dropout, in this order; what the spec does not ask for is absent."""

    product: Product | Convolution
    norm: Norm | None
    activation: Activation
    parts: tuple[Part, ...]


class Network:
    """Passes of batches of `spec.batch_size` examples, and inference of any number.

    `parameters`, `gradients` (P,) and `running` (R,) are laid out as `layout` says; the parts read and write them where
    they lie, so that whoever moves `parameters` in place has moved the network.
    """

    def __init__(self, spec: Spec, layout: Layout, parameters: Array, running: Array) -> None:
        self.spec, self.layout, self.parameters, self.running = spec, layout, parameters, running
        self.gradients = np.zeros(parameters.shape, parameters.dtype)  # which no memory goes to until it is written
        self.blocks = tuple(self._block(number) for number in range(spec.blocks))
        noise = (spec.weight_noise, spec.seed, spec.blocks)
        self.readout = Product(*self.named(spec.blocks), spec.batch_size, noise=noise)
        self.loss = CrossEntropy((spec.batch_size, spec.data.classes), spec.dtype)
        self.parts = tuple(self._in_order())

    def named(self, number: int) -> tuple[Named, Named]:
        """A block's parameters and their gradients by kind, as views; the read-out is behind the last block."""
        return self.layout.of_block(self.parameters, number), self.layout.of_block(self.gradients, number)

    def forward(self, x: Array, step: int) -> Array:
        """The logits (N, C) in training, by the noise of `step`."""
        for part in self.parts:
            x = part.forward(x, step)
        return x

    def backward(self, dy: Array) -> None:
        """Writes `gradients` for dL/d(logits)."""
        for part in reversed(self.parts):
            dy = part.backward(dy)

    def infer(self, x: Array) -> Array:
        """The logits of any number of examples in inference."""
        for part in self.parts:
            x = part.infer(x)
        return x

    def settle(self, step: int) -> None:
        """Moves the running statistics by those of the batch of a step."""
        for block in self.blocks:
            if isinstance(block.norm, ColumnNorm):
                block.norm.settle(step)

    def _in_order(self) -> Iterator[Part]:
        for block in self.blocks:
            yield from block.parts
        if self.spec.architecture == "convolutional":
            yield Pooling(self._shape(self.spec.blocks - 1), self.spec.dtype)
        yield self.readout

    def _shape(self, number: int) -> tuple[int, ...]:
        """Of a block's output: (N, D) or (N, H, W, C)."""
        spec = self.spec
        positions = spec.data.x.shape[2:] if spec.architecture == "convolutional" else ()
        return (spec.batch_size, *positions, spec.widths[number])

    def _block(self, number: int) -> Block:
        spec, shape = self.spec, self._shape(number)
        product = self._product(number)
        norm = self._norm(number)
        activation = Activation(spec.activation, shape, spec.dtype)
        around: list[Part] = [activation]
        if spec.norm_noise > 0:
            around.insert(0, NormNoise(spec.norm_noise, spec.seed, number, shape, spec.dtype))
        if spec.dropout > 0:
            around.append(Dropout(spec.dropout, spec.seed, number, shape, spec.dtype))
        return Block(product, norm, activation, (product, *([] if norm is None else [norm]), *around))

    def _product(self, number: int) -> Product | Convolution:
        spec, first = self.spec, number == 0
        parameters, gradients = self.named(number)
        noise = (spec.weight_noise, spec.seed, number)
        if spec.architecture == "dense":
            return Product(parameters, gradients, spec.batch_size, first=first, noise=noise)
        height, width = spec.data.x.shape[2:]
        return Convolution(parameters, gradients, (spec.batch_size, height, width), first=first, noise=noise)

    def _norm(self, number: int) -> Norm | None:
        if self.spec.norm == "none":
            return None
        running = self.layout.running_of(self.running, number)
        return norm_part(self.spec, *self.named(number), running, self._shape(number))
