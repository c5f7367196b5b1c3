"""The backward pass of any norm of the table, exact in both placements of epsilon."""

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Array, Float64, not_finite, real_array
from bncore.errors import ShapeMismatch
from bncore.norms.compiled import gradients_of
from bncore.norms.core import pulled_back
from bncore.norms.forward import Normed
from bncore.norms.parameters import expanded
from bncore.norms.table import NORMS


@dataclass(frozen=True, eq=False)
class NormGradients:
    """The result of `backward`: `dx` in the shape and dtype of x; `dgamma` and `dbeta` float64 in the shape of gamma.

    `dbeta` is None for a norm without beta.
    """

    dx: Array
    dgamma: Float64
    dbeta: Float64 | None


def backward(dy: ArrayLike, forward: Normed) -> NormGradients:
    """The gradients of a loss through a norm, given dy = dL/dy in the shape of x.

        dgamma = sum dy x_hat        dbeta = sum dy          over all cells that share the parameter
        g = gamma dy                                         g = r gamma dy for batch renormalization
        dx = (1 / s) [g - <g> - c0 v <g v>]                  without <g> for RMS norm
        dx = (1 / s) g                                       inference by running statistics, which are constants

    where <.> is the mean over the cells that share a statistic, v the standardized value and c0 is 1 for eps_placement
    "variance" and s / sqrt(var) for "deviation". r and d of batch renormalization are constants, as in Ioffe 2017;
    everything else is differentiated through, and nothing of epsilon is dropped.

    Edges: a statistic of a single cell gives dx = 0; where s = 0, dx = 0 by definition. Inputs are never changed.

    >>> from bncore import norms
    >>> norms.backward([[1.0, 0.0], [0.0, 0.0]], norms.forward([[1.0, 3.0], [5.0, 6.0]], "layer", eps=0)).dgamma
    array([-1.,  0.])

    Raises ShapeMismatch, BadDtype, NonFiniteInput.
    Source: Ioffe & Szegedy 2015, section 3, over other cells; Ioffe 2017, section 3.
    """
    given, by_rows, channels = _shaped(real_array(dy, "dy"), forward), forward.taken.by_rows, forward.feature_axis
    taken = gradients_of(_on_second(given, channels), by_rows, forward.gamma) if by_rows else None
    careful = _of_parts if forward.parts else _carefully
    dx, dgamma, dbeta = taken or careful(_on_second(_finite(given), channels), forward)
    dx = dx if channels == 1 else np.moveaxis(dx, 1, channels)
    return NormGradients(dx, dgamma, None if forward.beta is None else dbeta)


def _on_second(array: Array, channels: int) -> Array:
    """With the channels on axis 1."""
    return array if channels == 1 else np.moveaxis(array, channels, 1)


def _of_parts(upstream: Float64, forward: Normed) -> tuple[Array, Float64, Float64]:
    """Of ghost batches of two sizes: dx one below the other, dgamma and dbeta added up."""
    ends = np.cumsum([len(part.y) for part in forward.parts])[:-1]
    parts = [_carefully(dy, part) for dy, part in zip(np.split(upstream, ends), forward.parts, strict=True)]
    dx, dgamma, dbeta = zip(*parts, strict=True)
    return np.concatenate(dx), np.sum(dgamma, axis=0), np.sum(dbeta, axis=0)


def _carefully(upstream: Float64, forward: Normed) -> tuple[Array, Float64, Float64]:
    """dx, dgamma and dbeta by the reference; channels on axis 1."""
    x_hat, norm = forward.x_hat_exact, forward.norm
    gradient = forward.arrangement.rows(upstream * expanded(forward.gamma, norm, upstream.ndim))
    if forward.r is not None:
        gradient = gradient * forward.r[:, np.newaxis]
    dx = forward.arrangement.whole(pulled_back(gradient, forward.standardized))
    dgamma, dbeta = (_sum_over_shared(array, norm, forward.gamma.shape) for array in (upstream * x_hat, upstream))
    return dx.astype(forward.y.dtype, copy=False), dgamma, dbeta


def _shaped(array: Array, forward: Normed) -> Array:
    shape = forward.y.shape
    if array.shape != shape:
        detail = f"dy has shape {array.shape}, y has {shape}; give one number of dy for each of y."
        raise ShapeMismatch(detail, parameter="dy")
    return array


def _finite(array: Array) -> Float64:
    if not np.isfinite(array).all():
        raise not_finite(array, "dy")
    return array.astype(np.float64, copy=False)


def _sum_over_shared(array: Float64, norm: str, shape: tuple[int, ...]) -> Float64:
    """The sum over all cells that share a parameter; pairwise, as NumPy does along a last axis only."""
    rows = np.moveaxis(array, 1, 0) if NORMS[norm].per_channel else array.reshape(-1, prod(shape)).T
    total: Float64 = np.ascontiguousarray(rows).reshape(prod(shape), -1).sum(axis=1)
    return total.reshape(shape)
