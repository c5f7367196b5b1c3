"""Optimizers over one flat vector of parameters, in place.

    sgd         w <- w - η g
    momentum    v <- μ v + g            w <- w - η v                                Polyak 1964; as PyTorch has it
    adam        m <- β1 m + (1 - β1) g  v <- β2 v + (1 - β2) g²
                w <- w - η (m / (1 - β1^t)) / (sqrt(v / (1 - β2^t)) + ε)            Kingma & Ba 2015, algorithm 1

with g = dL/dw + λ w for weights and dL/dw for all else: weight decay is the gradient of λ/2 ||w||², also under momentum
and Adam.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import sqrt
from typing import Protocol

import numpy as np

from bncore.arguments import Array


class Asked(Protocol):
    """What an optimizer reads of a spec."""

    @property
    def inertia(self) -> float: ...
    @property
    def adam_betas(self) -> tuple[float, float]: ...
    @property
    def adam_eps(self) -> float: ...


Update = Callable[[Asked, Array, Array, Array, Array, float, int], None]


@dataclass(frozen=True)
class Optimizer:
    """`update(asked, parameters, gradient, moments, scratch, rate, count)` is the `count`-th update, from 1 on.

    All arrays are (P,) but `moments`, (`memory`, P), which are 0 before the first; `scratch` is written over.
    """

    title: str
    formula: str
    source: str
    memory: int
    update: Update = field(repr=False)


def _sgd(_asked: Asked, w: Array, g: Array, _moments: Array, scratch: Array, rate: float, _count: int) -> None:
    np.multiply(g, rate, out=scratch)
    w -= scratch


def _momentum(asked: Asked, w: Array, g: Array, moments: Array, scratch: Array, rate: float, _count: int) -> None:
    velocity = moments[0]
    velocity *= asked.inertia
    velocity += g
    np.multiply(velocity, rate, out=scratch)
    w -= scratch


def _adam(asked: Asked, w: Array, g: Array, moments: Array, scratch: Array, rate: float, count: int) -> None:
    (first, second), (b1, b2) = moments, asked.adam_betas
    first *= b1
    np.multiply(g, 1 - b1, out=scratch)
    first += scratch
    second *= b2
    np.multiply(g, g, out=scratch)
    scratch *= 1 - b2
    second += scratch
    np.sqrt(second, out=scratch)
    scratch *= 1 / sqrt(1 - b2**count)
    scratch += asked.adam_eps
    np.divide(first, scratch, out=scratch)
    scratch *= rate / (1 - b1**count)
    w -= scratch


OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": Optimizer("SGD", r"w \leftarrow w - \eta g", "Robbins & Monro 1951", 0, _sgd),
    "momentum": Optimizer(
        "Momentum", r"v \leftarrow \mu v + g,\quad w \leftarrow w - \eta v", "Polyak 1964", 1, _momentum
    ),
    "adam": Optimizer(
        "Adam", r"w \leftarrow w - \eta\,\frac{\hat m}{\sqrt{\hat v} + \epsilon}", "Kingma & Ba 2015", 2, _adam
    ),
}
