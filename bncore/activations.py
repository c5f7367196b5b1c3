"""Activation functions, each with its derivative beside it and the rule by which it counts as saturated."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bncore.arguments import Array

Function = Callable[[Array], Array]
Mask = NDArray[np.bool_]

LEAKY_SLOPE = 0.01
FLAT = 0.05  # a squashing function is saturated where its slope is below this share of its largest slope
GELU_SCALE = float(np.sqrt(2 / np.pi))
GELU_CUBE = 0.044715


@dataclass(frozen=True)
class Activation:
    """f, f' and what a person is told of them; all act elementwise and keep shape and float dtype.

    `saturated(x)` is True where f is flat or dead, by the rule that `saturation_rule` puts in words; `rising` says that
    f falls nowhere, so that numbers in order stay in order.
    """

    title: str
    formula: str
    value: Function
    derivative: Function
    saturated: Callable[[Array], Mask]
    saturation_rule: str
    rising: bool = True


def _never(x: Array) -> Mask:
    return np.zeros(x.shape, dtype=bool)


def _identity(x: Array) -> Array:
    return x.copy()


def _sigmoid(x: Array) -> Array:
    """1 / (1 + e^-x), by the exponential that cannot overflow."""
    small = np.exp(-np.abs(x))
    value: Array = np.where(x >= 0, 1, small) / (1 + small)
    return value


def _sigmoid_derivative(x: Array) -> Array:
    """e^-|x| / (1 + e^-|x|)^2, which has no cancellation in the tails."""
    small = np.exp(-np.abs(x))
    slope: Array = small / (1 + small) ** 2
    return slope


def _tanh_derivative(x: Array) -> Array:
    """1 - tanh^2 x = 4 sigmoid'(2x), which has no cancellation in the tails."""
    small = np.exp(-np.abs(x)) ** 2
    slope: Array = 4 * small / (1 + small) ** 2
    return slope


def _relu(x: Array) -> Array:
    return np.maximum(x, 0)


def _relu_derivative(x: Array) -> Array:
    """1 above 0, else 0 (at 0 itself the subgradient 0, as in the frameworks)."""
    return (x > 0).astype(x.dtype)


def _leaky_relu(x: Array) -> Array:
    return np.where(x > 0, x, LEAKY_SLOPE * x)


def _leaky_relu_derivative(x: Array) -> Array:
    return np.where(x > 0, 1, LEAKY_SLOPE).astype(x.dtype)


def _gelu_inner(x: Array) -> Array:
    """2 sqrt(2/pi) (x + 0.044715 x^3)."""
    return 2 * GELU_SCALE * x * (1 + GELU_CUBE * np.square(x))


def _gelu(x: Array) -> Array:
    """x gate, gate = (1 + tanh u) / 2 = sigmoid(2u) with 2u as `_gelu_inner`; beyond |x| = 16 the gate is 0 or 1."""
    return x * _sigmoid(_gelu_inner(np.clip(x, -16, 16)))


def _gelu_derivative(x: Array) -> Array:
    """gate + x gate', gate' = gate (1 - gate) (2u)'; all from one exponential, as in `_sigmoid`."""
    bounded = np.clip(x, -16, 16)
    inner = _gelu_inner(bounded)
    small = np.exp(-np.abs(inner))
    whole = 1 + small
    slope = 2 * GELU_SCALE * (1 + 3 * GELU_CUBE * np.square(bounded))
    derivative: Array = np.where(inner >= 0, 1, small) / whole + bounded * slope * (small / np.square(whole))
    return derivative


ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation(
        "Identity", "f(y) = y", _identity, np.ones_like, _never, "The identity is linear: it never saturates."
    ),
    "sigmoid": Activation(
        "Sigmoid",
        r"f(y) = \frac{1}{1 + e^{-y}}",
        _sigmoid,
        _sigmoid_derivative,
        lambda x: _sigmoid_derivative(x) < FLAT / 4,
        "Saturated where the slope is below 5% of its largest value 1/4: |y| above 4.36.",
    ),
    "tanh": Activation(
        "Tanh",
        r"f(y) = \tanh y",
        np.tanh,
        _tanh_derivative,
        lambda x: _tanh_derivative(x) < FLAT,
        "Saturated where the slope is below 5% of its largest value 1: |y| above 2.18.",
    ),
    "relu": Activation(
        "ReLU",
        r"f(y) = \max(0, y)",
        _relu,
        _relu_derivative,
        lambda x: x <= 0,
        "Dead where y is 0 or below: the slope is 0.",
    ),
    "leaky_relu": Activation(
        "Leaky ReLU",
        r"f(y) = \max(0.01\,y, y)",
        _leaky_relu,
        _leaky_relu_derivative,
        _never,
        "Never saturated: below 0 the slope is 0.01, small but constant.",
    ),
    "gelu": Activation(
        "GELU (tanh form)",
        r"f(y) = \frac{y}{2} \left(1 + \tanh\left(\sqrt{2/\pi}\,(y + 0.044715\,y^3)\right)\right)",
        _gelu,
        _gelu_derivative,
        lambda x: (x < 0) & (np.abs(_gelu_derivative(x)) < FLAT),
        "Saturated on the negative side where |slope| is below 5% of the slope 1 of its linear part: "
        "y below -2.36, and -0.88 to -0.65 around its minimum.",
        rising=False,
    ),
}
