"""New lists of layers from given ones: without their norm, or with one block's product disturbed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count

import numpy as np

from bncore.errors import BadParameter
from bncore.network.joints import PRODUCTS
from bncore.network.layers.convolution import Convolution
from bncore.network.layers.layer import Layer
from bncore.network.layers.linear import Linear
from bncore.network.layers.normalization import BatchNorm
from bncore.network.layers.residual import Residual


def edited(layers: Sequence[Layer], change: Callable[[Layer], Layer | None]) -> list[Layer]:
    """Each layer as `change` gives it, those inside residual connections too; None leaves it out."""
    kept: list[Layer] = []
    for layer in layers:
        if isinstance(layer, Residual):
            kept.append(Residual(edited(layer.layers, change)))
        elif (changed := change(layer)) is not None:
            kept.append(changed)
    return kept


def without_norm(layers: Sequence[Layer]) -> list[Layer]:
    """The same network, the same weights, and no batch norm."""
    return edited(layers, lambda layer: None if isinstance(layer, BatchNorm) else layer)


def without_residual(layers: Sequence[Layer]) -> list[Layer]:
    """The same network, the same weights, and no residual connections."""
    kept: list[Layer] = []
    for layer in layers:
        kept += without_residual(layer.layers) if isinstance(layer, Residual) else [layer]
    return kept


def disturbed(layers: Sequence[Layer], block: int, factor: float = 1.0, shift: float = 0.0) -> list[Layer]:
    """The network whose block number `block` (from 1) has `factor` W instead of W, and `shift` added to every bias.

    z becomes factor z + shift there. Raises BadParameter where there is no such block.
    """
    numbers = count(1)
    met = False

    def change(layer: Layer) -> Layer:
        nonlocal met
        if not isinstance(layer, PRODUCTS) or next(numbers) != block:
            return layer
        met = True
        return _scaled(layer, factor, shift)

    kept = edited(layers, change)
    if not met:
        raise BadParameter(f"block is {block}; there is no such block.", parameter="block")
    return kept


@np.errstate(over="ignore")  # what leaves the dtype's range is shown as diverged
def _scaled(layer: Linear | Convolution, factor: float, shift: float) -> Layer:
    weight = layer.weight
    outputs = weight.shape[1] if isinstance(layer, Linear) else weight.shape[0]
    bias = np.zeros(outputs, weight.dtype) if layer.bias is None else layer.bias
    kind = weight.dtype.type
    return replace(layer, weight=weight * kind(factor), bias=bias + kind(shift) if shift else layer.bias)
