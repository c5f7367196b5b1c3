"""What each channel of a batch norm is at inference, whether or not all of its channels can be told."""

import numpy as np

from bncore.arguments import Float64
from bncore.doctor.affine import Affine, eps_of
from bncore.doctor.model import Array, Norm


def scales_of(norm: Norm) -> Affine | None:
    """Scale and shift (channels,), as `affine` has them; None of a norm without statistics of its own.

    A channel whose numbers give no such pair is not finite; `affine` refuses the norm for it.

    >>> scales_of(Norm("bn", "batch", mean=np.array([2.0, 0.0]), variance=np.array([3.0, -2.0]), eps=1.0)).scale
    array([0.5, nan])
    """
    if norm.kind != "batch" or norm.mean is None or norm.variance is None or norm.odd:
        return None
    with np.errstate(all="ignore"):  # what is not finite is told by the findings
        root = np.sqrt(_wide(norm.variance) + eps_of(norm))
        scale = (1.0 if norm.gamma is None else _wide(norm.gamma)) / root
        shift = (0.0 if norm.beta is None else _wide(norm.beta)) - _wide(norm.mean) * scale
    return Affine(scale, shift)


def _wide(array: Array) -> Float64:
    return np.asarray(array, dtype=np.float64)
