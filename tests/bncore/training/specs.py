"""Data and specs that the tests of training share."""

from functools import cache
from typing import Any

import numpy as np

from app.batches.datasets import load
from bncore.training import NORMS, SHAPES, Data, Spec, split

DENSE_NORMS = [name for name, norm in NORMS.items() if "dense" in norm.architectures]


@cache
def plane(name: str = "moons", examples: int = 240) -> Data:
    """Points of a shape, a quarter of them held out."""
    shape = SHAPES[name]
    x, labels = shape.draw(examples, np.random.default_rng(0), 0.1)
    return split(x, labels, [str(label) for label in range(shape.classes)], examples // 4)


@cache
def digits(images: bool = False) -> Data:
    """1,200 digits to train on and 597 held out, pixels from 0 to 1, as (N, 64) or (N, 1, 8, 8)."""
    whole = load("digits")
    x = whole.x.reshape(-1, 1, 8, 8) if images else whole.x
    return split(x, whole.labels, [str(label) for label in range(10)], 597, scaling="range")


@cache
def few_digits() -> Data:
    """300 digits to train on and 1,497 held out, pixels from 0 to 1."""
    whole = load("digits")
    return split(whole.x, whole.labels, [str(label) for label in range(10)], 1497, scaling="range")


def tiny(**given: Any) -> Spec:
    """A network of two blocks in float64 on twelve points a batch."""
    made = {"data": plane(), "widths": (8, 4), "batch_size": 12, "activation": "tanh", "dtype": "float64", "steps": 200}
    return Spec(**{**made, "groups": 2, "ghost_size": 6, **given})


def tiny_images(**given: Any) -> Spec:
    """Two blocks of convolutions on six digits a batch."""
    made = {"data": digits(images=True), "architecture": "convolutional", "widths": (4, 2), "batch_size": 6}
    return tiny(**{**made, "ghost_size": 3, **given})
