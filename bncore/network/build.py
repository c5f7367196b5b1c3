"""Networks from a few numbers: blocks of product, norm and activation, with a read-out at the end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bncore.activations import ACTIVATIONS
from bncore.arguments import Array, choice
from bncore.errors import BadParameter
from bncore.network.layers.convolution import Convolution
from bncore.network.layers.initializations import weights
from bncore.network.layers.layer import Layer
from bncore.network.layers.linear import Linear
from bncore.network.layers.normalization import BatchNorm
from bncore.network.layers.pointwise import Activate
from bncore.network.layers.pooling import GlobalAveragePooling
from bncore.network.layers.residual import Residual

NORMS = ("none", "batch")
NORM_PLACES = ("before", "behind")
KERNEL = 3


@dataclass(frozen=True)
class Recipe:
    """What all blocks share. `norm_place` is "before" or "behind" the activation; `scale` multiplies the weights.

    A residual connection goes around a block (product, norm, activation) that keeps its width.
    """

    norm: str = "batch"
    norm_place: str = "before"
    activation: str = "relu"
    residual: bool = False
    initialization: str = "he"
    scale: float = 1.0
    eps: float = 1e-5
    eps_placement: str = "variance"
    dtype: str = "float32"

    def __post_init__(self) -> None:
        choice(self.norm, NORMS, "norm")
        choice(self.norm_place, NORM_PLACES, "norm_place")
        choice(self.activation, ACTIVATIONS, "activation")


def fully_connected(
    inputs: int, width: int, depth: int, outputs: int, recipe: Recipe, rng: np.random.Generator
) -> list[Layer]:
    """`depth` blocks `linear -> norm -> f` of `width` units, then a linear read-out with `outputs` outputs.

    The same `rng` gives the same weights whatever the norm, so that with and without compare. Raises BadParameter.
    """
    _positive(inputs=inputs, width=width, depth=depth, outputs=outputs)
    sizes = [inputs, *[width] * depth]
    products = [Linear(_drawn((a, b), recipe, rng)) for a, b in pairwise(sizes)]
    return [*_blocks(products, width, inputs == width, recipe), _readout(width, outputs, recipe, rng)]


def convolutional(
    channels: int, width: int, depth: int, outputs: int, recipe: Recipe, rng: np.random.Generator
) -> list[Layer]:
    """`depth` blocks `3 × 3 convolution -> norm -> f` of `width` channels, their means over the image, a read-out.

    Images (N, `channels`, H, W) keep H and W. Raises BadParameter.
    """
    _positive(channels=channels, width=width, depth=depth, outputs=outputs)
    sizes = [channels, *[width] * depth]
    products = [
        Convolution(_drawn((b, a, KERNEL, KERNEL), recipe, rng), padding=KERNEL // 2) for a, b in pairwise(sizes)
    ]
    blocks = _blocks(products, width, channels == width, recipe)
    return [*blocks, GlobalAveragePooling(), _readout(width, outputs, recipe, rng)]


def _positive(**counts: int) -> None:
    for name, count in counts.items():
        if count < 1:
            raise BadParameter(f"{name} is {count}; give 1 or more.", parameter=name)


def _drawn(shape: tuple[int, ...], recipe: Recipe, rng: np.random.Generator) -> Array:
    return weights(recipe.initialization, shape, rng, scale=recipe.scale, dtype=recipe.dtype)


def _readout(width: int, outputs: int, recipe: Recipe, rng: np.random.Generator) -> Linear:
    """Drawn by Xavier's rule whatever the recipe, so that the loss starts alike."""
    return Linear(weights("xavier", (width, outputs), rng, dtype=recipe.dtype), np.zeros(outputs, recipe.dtype))


def _blocks(products: Sequence[Layer], width: int, first_keeps: bool, recipe: Recipe) -> Iterator[Layer]:
    for i, product in enumerate(products):
        block = [product, *_behind_product(width, recipe)]
        if recipe.residual and (i > 0 or first_keeps):
            yield Residual(block)
        else:
            yield from block


def _behind_product(width: int, recipe: Recipe) -> list[Layer]:
    f: Layer = Activate(recipe.activation)
    if recipe.norm == "none":
        return [f]
    ones, zeros = np.ones(width, recipe.dtype), np.zeros(width, recipe.dtype)
    norm = BatchNorm(ones, zeros, recipe.eps, recipe.eps_placement)
    return [norm, f] if recipe.norm_place == "before" else [f, norm]
