"""The gradient that forgets where the statistics come from, and what becomes of a step along it.

With mean and deviation treated as constants only the direct path is left, (gamma / s) dy. A shift of all examples and,
for a small epsilon, a stretching of the batch are undone by the normalization; the true gradient has no such part, the
naive one does, and that part of a step is wasted.
"""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.batch_norm import Forward
from bncore.epsilon import reciprocal
from bncore.exact.lift import in_units
from bncore.gradient import Gradients
from bncore.playground.vanishing import rounds_to_zero


@dataclass(frozen=True, eq=False)
class Naive:
    """The naive dx (K, D) beside the true one; everything else is one value a feature, (D,).

    `total` is its sum over the batch, which is 0 for the true gradient. `undone` is the share of its squared length
    that is a shift or a stretch of the batch. `angle` is the angle to the true gradient in degrees, `error` the length
    of the difference relative to the true gradient's; both not-a-number where the true gradient is 0 up to rounding
    (see `rounds_to_zero`): what it then comes out as is noise.
    """

    dx: Float64
    total: Float64
    undone: Float64
    angle: Float64
    error: Float64


def naive(result: Forward, gradients: Gradients) -> Naive:
    """What treating mean and deviation as constants does to dx, for a batch (K, D) in mode "train".

    >>> from bncore import backward, forward
    >>> result = forward([[-1.0], [0.0], [1.0]], eps=0)
    >>> without = naive(result, backward([[1.0], [1.0], [1.0]], result))
    >>> without.undone.round(3), without.total.round(3)
    (array([1.]), array([3.674]))
    """
    direct, exact = np.asarray(gradients.dx_direct, np.float64), np.asarray(gradients.dx, np.float64)
    x_hat = in_units(np.asarray(result.x_hat, np.float64))
    dx, true = in_units(direct), in_units(exact, of=direct)
    along_shift = dx.sum(axis=0) ** 2 / len(dx)
    along_stretch = (dx * x_hat).sum(axis=0) ** 2 * reciprocal((x_hat**2).sum(axis=0))
    length, true_length = np.linalg.norm(dx, axis=0), np.linalg.norm(true, axis=0)
    told = ~rounds_to_zero(gradients)
    cosine = np.where(told, (dx * true).sum(axis=0) * reciprocal(length * true_length), np.nan)
    missing = np.linalg.norm(dx - true, axis=0)
    return Naive(
        dx=direct,
        total=direct.sum(axis=0),
        undone=(along_shift + along_stretch) * reciprocal(length**2),
        angle=np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))),
        error=np.where(told, missing * reciprocal(true_length), np.nan),
    )
