"""What a batch norm with fixed statistics is: a scale and a shift of each channel.

    y = gamma (x - mean) / sqrt(variance + eps) + beta = scale x + shift
    scale = gamma / sqrt(variance + eps)      shift = beta - mean scale

Ioffe and Szegedy 2015, algorithm 2, step 11.
"""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Array, Float64
from bncore.doctor.model import Norm
from bncore.errors import CannotMend

EPS = 1e-5
"""The epsilon of a norm whose file does not tell it: PyTorch's and ONNX's own."""


def eps_of(norm: Norm, otherwise: float = EPS) -> float:
    """The norm's epsilon, or the one to take where its file tells none."""
    return otherwise if norm.eps is None else norm.eps


@dataclass(frozen=True, eq=False)
class Affine:
    """y = scale x + shift, a number a channel: float64 (C,)."""

    scale: Float64
    shift: Float64

    def of(self, x: Array) -> Float64:
        """y of rows x (n, C), in float64."""
        return self.scale * x.astype(np.float64) + self.shift


def affine(norm: Norm, eps: float = EPS) -> Affine:
    """The scale and shift of a batch norm in inference; `eps` where its file does not tell one.

    >>> pair = affine(Norm("bn", "batch", mean=np.array([2.0]), variance=np.array([3.0]), eps=1.0))
    >>> pair.scale, pair.shift
    (array([0.5]), array([-1.]))

    Raises CannotMend where there is no such pair: another kind of norm, no running statistics, a variance + eps that
    is not above 0, or numbers that are not finite; the sentence says which.
    """
    if norm.kind != "batch":
        raise _cannot(norm, f"is a {norm.kind} norm, whose statistics are each example's own")
    if norm.odd:
        raise _cannot(norm, "has arrays that do not fit one another")
    if norm.mean is None or norm.variance is None:
        raise _cannot(norm, "has no running statistics")
    mean, variance = norm.mean.astype(np.float64), norm.variance.astype(np.float64)
    radicand = variance + eps_of(norm, eps)
    if not (radicand > 0).all():
        raise _cannot(norm, f"has variance + eps {radicand[~(radicand > 0)][0]:.3g} in channel {_first(radicand > 0)}")
    scale = _or(norm.gamma, np.ones_like(mean)) / np.sqrt(radicand)
    shift = _or(norm.beta, np.zeros_like(mean)) - mean * scale
    finite = np.isfinite(scale) & np.isfinite(shift)
    if not finite.all():
        raise _cannot(norm, f"is not finite in channel {_first(finite)}")
    return Affine(scale, shift)


def _or(values: Array | None, default: Float64) -> Float64:
    return default if values is None else values.astype(np.float64)


def _first(fine: Array) -> int:
    return int(np.argmin(fine))


def _cannot(norm: Norm, why: str) -> CannotMend:
    return CannotMend(f"{norm.name} {why}; it is no fixed scale and shift.", parameter="norm")
