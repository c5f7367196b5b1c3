"""Activations, whose derivative is taken from the output where that is quicker than from the input."""

from collections.abc import Callable

import numpy as np

from bncore.activations import ACTIVATIONS, LEAKY_SLOPE
from bncore.arguments import Array


def _sigmoid(x: Array, y: Array) -> None:
    """1 / (1 + e^-x): where the exponential overflows the result is the 0 that it should be."""
    np.negative(x, out=y)
    np.exp(y, out=y)
    y += 1
    np.reciprocal(y, out=y)


def _of_sigmoid(_x: Array, y: Array, dx: Array) -> None:
    np.subtract(1, y, out=dx)
    dx *= y


def _of_tanh(_x: Array, y: Array, dx: Array) -> None:
    np.multiply(y, y, out=dx)
    np.subtract(1, dx, out=dx)


def _relu(x: Array, y: Array) -> None:
    np.maximum(x, 0, out=y)


def _of_relu(x: Array, _y: Array, dx: Array) -> None:
    np.greater(x, 0, out=dx)


def _leaky_relu(x: Array, y: Array) -> None:
    np.multiply(x, LEAKY_SLOPE, out=y)
    np.maximum(x, y, out=y)


def _of_leaky_relu(x: Array, _y: Array, dx: Array) -> None:
    np.greater(x, 0, out=dx)
    dx *= 1 - LEAKY_SLOPE
    dx += LEAKY_SLOPE


def _tanh(x: Array, y: Array) -> None:
    np.tanh(x, out=y)


QUICK: dict[str, tuple[Callable[[Array, Array], None], Callable[[Array, Array, Array], None]]] = {
    "sigmoid": (_sigmoid, _of_sigmoid),
    "tanh": (_tanh, _of_tanh),
    "relu": (_relu, _of_relu),
    "leaky_relu": (_leaky_relu, _of_leaky_relu),
}
"""f written into an array, and f' of x and y = f(x) written into another; the others are as `ACTIVATIONS` has them."""


class Activation:
    """y = f(x), dx = dy f'(x). `x` and `y` are those of the last step."""

    def __init__(self, name: str, shape: tuple[int, ...], dtype: str) -> None:
        self.f, self.quick = ACTIVATIONS[name], QUICK.get(name)
        self.y, self.dx = np.empty(shape, dtype), np.empty(shape, dtype)
        self.x = self.y

    def forward(self, x: Array, _step: int) -> Array:
        """f, element by element."""
        self.x = x
        if self.quick is None:
            self.y[...] = self.f.value(x)
        else:
            self.quick[0](x, self.y)
        return self.y

    def backward(self, dy: Array) -> Array:
        """dy f'(x)."""
        if self.quick is None:
            self.dx[...] = self.f.derivative(self.x)
        else:
            self.quick[1](self.x, self.y, self.dx)
        self.dx *= dy
        return self.dx

    def infer(self, x: Array) -> Array:
        """f, element by element."""
        return self.f.value(x)
