"""How far rounding alone may bend what a product of the network gives."""

from dataclasses import replace

import numpy as np

from bncore.arguments import Array, Float64
from bncore.exact.product import rounding_of_sums
from bncore.network.layers.convolution import Convolution
from bncore.network.layers.layer import Layer
from bncore.network.layers.linear import Linear


def rounding(layer: Layer, x: Array, y: Array) -> Float64:
    """The largest rounding error of each unit (E,) or channel (O,) of `y`, which the layer gives of `x`.

        |fl(y) - y| <= gamma_n |x| . |w| + n t + u |fl(y)|        n: terms of a sum, u: half of the dtype's epsilon

    gamma_n |x| . |w| is the sum's own error (`bncore.product.rounding_of_sums`), t, the smallest number above 0, what
    each product may lose where it underflows, and the last term is the addition of the bias, Higham's equation 2.5
    read from the result. Two examples whose exact y are equal differ by no more than twice this.

    A layer without weights gives 0: its own numbers are taken as they are. So is a bound beyond float64's range.
    """
    if not isinstance(layer, Linear | Convolution):
        return np.zeros(y.shape[1])
    weight, limits = layer.weight, np.finfo(layer.weight.dtype)
    terms = weight.size // y.shape[1]
    sums = replace(layer, weight=np.abs(weight, dtype=np.float64), bias=None)
    with np.errstate(over="ignore", invalid="ignore"):
        of_sums = sums.forward(np.abs(x, dtype=np.float64)).y * rounding_of_sums(terms, weight.dtype)
        of_bias = np.abs(y, dtype=np.float64) * (float(limits.eps) / 2)
        bound = _largest(of_sums) + _largest(of_bias) + terms * float(limits.smallest_subnormal)
    return np.where(np.isfinite(bound), bound, 0.0)


def _largest(values: Float64) -> Float64:
    """Over examples and positions."""
    largest: Float64 = values.max(axis=(0, *range(2, values.ndim)))
    return largest
