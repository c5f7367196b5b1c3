"""The layers of a table of tensors that multiply by a weight: convolutions and linear layers, with how many outputs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.models.contents import Tensor

WEIGHTS: Mapping[str, tuple[int, int]] = {
    "weight": (0, 1),
    "kernel": (-1, -2),
    "depthwise_kernel": (-2, -2),
    "pointwise_kernel": (-1, -2),
    "w": (-1, -2),
}
"""The names of weights, and the axes of them that count outputs and inputs."""

BIASES = ("bias", "b")
TRANSPOSED = re.compile(r"transpose|deconv|conv_?t\d*$|(?:^|_)up", re.IGNORECASE)
"""How layers are called whose weight counts its outputs on the second axis, as PyTorch has transposed convolutions."""


@dataclass(frozen=True)
class Weighted:
    """A layer with a weight of two axes or more: `outputs` is the axis that counts what it gives."""

    name: str
    weight: str
    bias: str | None
    shape: tuple[int, ...]
    outputs: int
    inputs: int

    @property
    def gives(self) -> int:
        """How many channels it gives."""
        return self.shape[self.outputs]

    @property
    def takes(self) -> int:
        """How many channels it takes (of a group, where it has groups)."""
        return self.shape[self.inputs]


def weighted(tensors: Mapping[str, Tensor]) -> dict[str, Weighted]:
    """The layers by name, in the order of the file.

    >>> import numpy as np
    >>> weighted({"conv1.weight": Tensor((64, 3, 7, 7), np.dtype("f4"))})["conv1"].gives
    64
    """
    layers: dict[str, Weighted] = {}
    for name, tensor in tensors.items():
        layer, _, word = name.removesuffix(":0").replace("/", ".").rpartition(".")
        if word in WEIGHTS and len(tensor.shape) > 1 and layer not in layers:
            outputs, inputs = _axes(layer, word, len(tensor.shape))
            layers[layer] = Weighted(layer, name, _bias(name, word, tensors), tensor.shape, outputs, inputs)
    return layers


def _axes(layer: str, word: str, count: int) -> tuple[int, int]:
    """The axes of outputs and inputs, counted from the front."""
    outputs, inputs = (axis % count for axis in WEIGHTS[word])
    swapped = word == "weight" and count > 2 and TRANSPOSED.search(layer.rpartition(".")[2])
    return (inputs, outputs) if swapped else (outputs, inputs)


def _bias(name: str, word: str, tensors: Mapping[str, Tensor]) -> str | None:
    """The bias beside a weight, of one axis."""
    head, _, tail = name.rpartition(word)
    beside = (f"{head}{bias}{tail}" for bias in BIASES)
    return next((one for one in beside if one in tensors and len(tensors[one].shape) == 1), None)
