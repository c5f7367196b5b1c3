"""What batch norm takes out of the gradient: two components, and a rescaling of the rest."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bncore.arguments import Array, Float64
from bncore.epsilon import EPS_PLACEMENTS, reciprocal
from bncore.network.joints import Joint
from bncore.network.layers.normalization import BatchNorm
from bncore.network.measures.moments import SAFE, norm
from bncore.statistics import statistics

ROUNDINGS = 64  # of the dtype's epsilon, of ||dy||^2: what is left of it is rounding


@dataclass(frozen=True)
class GradientParts:
    """A norm's upstream gradient dy in three orthogonal parts, as shares of ||dy||^2 that add up to 1.

        ||dy||^2 = kept + sum_i (sum dy)^2/N + sum_i (sum dy x_hat)^2/sum x_hat^2        i: the features
        ||dx||^2 = sum_i (gamma^2/s^2) kept_i                                            at eps 0: `predicted`

    `kept`, `by_mean` and `by_variance` are the shares; `measured` is the ||dx|| of the backward pass, which at eps > 0
    keeps a little of the variance's component. A share kept that is no more than rounding is 0; `vanished` says that
    ||dx|| is no more either, as with two examples at eps 0. After Santurkar et al. 2018, theorem 4.1.
    """

    block: int
    kept: float
    by_mean: float
    by_variance: float
    predicted: float
    measured: float
    vanished: bool

    @property
    def disagreement(self) -> float:
        """|measured / predicted - 1|."""
        return abs(self.measured / self.predicted - 1.0) if self.predicted else math.nan


def gradient_parts(joints: Sequence[Joint]) -> list[GradientParts]:
    """The parts at each batch norm of a pass whose numbers are finite there and whose gradient is not 0."""
    each = (_parts(before, joint) for before, joint in pairwise(joints) if joint.kind == "norm")
    return [parts for parts in each if parts is not None]


def _parts(before: Joint, joint: Joint) -> GradientParts | None:
    layer, largest = joint.record.layer, float(np.abs(joint.dy).max())
    if not (isinstance(layer, BatchNorm) and 0.0 < largest < math.inf and np.isfinite(before.y).all()):
        return None
    dy, x_hat = _rows(joint.dy) / largest, _in_units(_normalized(layer, _rows(joint.y)))
    total, squares = _column_dots(dy, dy), _column_dots(x_hat, x_hat)
    mean = dy.sum(axis=0, dtype=np.float64) ** 2 / len(dy)
    variance = _column_dots(dy, x_hat) ** 2 * reciprocal(squares)
    rounding = ROUNDINGS * float(np.finfo(dy.dtype).eps)
    kept = total - mean - variance
    kept[kept <= rounding * total] = 0.0
    scale = EPS_PLACEMENTS[layer.eps_placement].scale(_variance(_rows(before.y)), layer.eps)
    slope = layer.gamma * reciprocal(scale)
    direct, passed = (largest * norm(slope * np.sqrt(squares_of)) for squares_of in (total, kept))
    whole, measured = float(total.sum()), norm(before.dy)
    nothing = math.sqrt(rounding) * direct if layer.eps == 0.0 else 0.0
    return GradientParts(
        joint.block, float(kept.sum()) / whole, float(mean.sum()) / whole, float(variance.sum()) / whole,
        passed, measured, passed == 0.0 and measured <= nothing,
    )  # fmt: skip


def _in_units(rows: Array) -> Array:
    """Each column in units of its largest number, so that its squares stay in range; shares do not depend on it."""
    largest = np.abs(rows).max(axis=0)
    units: Array = rows / np.where(largest > 0, largest, 1)
    return units


def _rows(values: Array) -> Array:
    """(N, D) as it is, (N, C, H, W) as (N H W, C)."""
    return values if values.ndim == 2 else np.moveaxis(values, 1, -1).reshape(-1, values.shape[1])


def _variance(rows: Array) -> Float64:
    """Each column's biased variance in the numbers' own precision, in float64 where their squares would leave it."""
    if not SAFE[0] < float(np.abs(rows).max()) < SAFE[1]:
        return statistics(rows, 1).var
    centred = rows - rows.mean(axis=0, dtype=np.float64).astype(rows.dtype)
    return _column_dots(centred, centred) / len(rows)


def _normalized(layer: BatchNorm, y: Array) -> Array:
    """x_hat = (y - beta) / gamma, and 0 where gamma is 0."""
    scale = np.divide(1.0, layer.gamma, out=np.zeros_like(layer.gamma), where=layer.gamma != 0)
    return (y - layer.beta) * scale


def _column_dots(a: Array, b: Array) -> Float64:
    dots: Float64 = np.einsum("nd,nd->d", a, b).astype(np.float64)
    return dots
