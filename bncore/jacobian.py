"""How every output of a batch depends on every input of it: across examples, but not across features.

    dy_k/dx_j = (gamma / s) [ delta_jk - 1/K - c0 x_hat_k x_hat_j / K ]

Ioffe & Szegedy 2015, section 3; the lecture's dZhat_ik/dZ_ij with epsilon kept.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Float64
from bncore.batch_norm import Forward, forward
from bncore.epsilon import EPS_PLACEMENTS
from bncore.errors import BadParameter
from bncore.numeric import differentiate, outputs_of_many, standing


@dataclass(frozen=True, eq=False)
class Jacobian:
    """dy_k/dx_j of one feature, (K, K), row k and column j, and its three parts, which add up to it."""

    total: Float64
    identity: Float64
    mean: Float64
    variance: Float64


@dataclass(frozen=True, eq=False)
class Blocks:
    """What moving feature b does to feature a: the largest |dy_ka/dx_jb| over examples k and j, (D, D).

    `derivatives` holds each of them, (K, D, K, D), indexed [k, a, j, b]; `bound` is what one may be off by, same shape.
    """

    largest: Float64
    derivatives: Float64
    bound: Float64

    @property
    def across(self) -> float:
        """The largest derivative between two different features."""
        others = ~np.eye(len(self.largest), dtype=bool)
        return float(self.largest[others].max(initial=0.0))


def jacobian(result: Forward, feature: int = 0) -> Jacobian:
    """The example × example Jacobian of one feature of a forward pass in mode "train".

        identity  (gamma / s) delta_jk          as if the statistics were constants
        mean     -(gamma / s) / K               through the mean: the same for every pair
        variance -(gamma / s) c0 x_hat_k x_hat_j / K

    It is symmetric, and every row and column sums to 0 (shifting the batch changes nothing). In mode "inference" the
    mean and variance parts are 0. A constant feature has the variance part 0.

    >>> jacobian(forward([[-1.0], [1.0]], eps=1.0)).total.round(3)
    array([[ 0.177, -0.177],
           [-0.177,  0.177]])

    Raises BadParameter for a feature that is not there.
    """
    slope, lift = _factors(result, feature)
    parts = bracket(result, feature)
    with np.errstate(over="ignore", invalid="ignore"):  # beyond float64 it is infinite
        return Jacobian(*(slope * part * lift for part in (parts.total, parts.identity, parts.mean, parts.variance)))


def factor(result: Forward, feature: int = 0) -> float:
    """gamma / s of a feature, by which every entry of its Jacobian is multiplied; 0 where s is 0.

    Raises BadParameter for a feature that is not there.
    """
    slope, lift = _factors(result, feature)
    return slope * lift


def _factors(result: Forward, feature: int) -> tuple[float, float]:
    """gamma / s as two factors, as `Denominator` has 1 / s."""
    if not 0 <= feature < len(result.gamma):
        detail = f"feature is {feature}; give a feature from 0 to {len(result.gamma) - 1}."
        raise BadParameter(detail, parameter="feature")
    divided = result.denominator
    lift = 1.0 if divided.lift is None else float(divided.lift[feature])
    return float((result.gamma * divided.factor)[feature]), lift


def bracket(result: Forward, feature: int = 0) -> Jacobian:
    """What `factor` multiplies, numbers without a unit: delta_jk, -1/K and -c0 x_hat_k x_hat_j / K.

    All 0 where s is 0, as there is no derivative. Raises what `factor` raises.

    >>> bracket(forward([[-1.0], [1.0]], eps=1.0)).mean
    array([[-0.5, -0.5],
           [-0.5, -0.5]])
    """
    _factors(result, feature)
    x_hat = np.moveaxis(result.x_hat, result.feature_axis, 0)[feature].ravel().astype(np.float64)
    pull = EPS_PLACEMENTS[result.eps_placement].pulled(result.sigma, result.scale)[feature]
    exists, trained = float(result.scale[feature] > 0.0), float(result.mode == "train")
    count = result.count
    identity = exists * np.eye(count)
    mean = np.full((count, count), -exists * trained / count)
    variance = -exists * trained * pull * np.outer(x_hat, x_hat) / count
    return Jacobian(identity + mean + variance, identity, mean, variance)


def contributions(slopes: Jacobian, dy: ArrayLike) -> Float64:
    """What each output adds to each input's gradient, (K, K): entry [k, j] is dy_k dy_k/dx_j.

    Column j sums to dx_j. `dy` (K,) is that of the Jacobian's feature.

    >>> blocks = jacobian(forward([[-1.0], [1.0]], eps=1.0))
    >>> contributions(blocks, [2.0, 0.0]).sum(axis=0).round(3)
    array([ 0.354, -0.354])
    """
    return np.asarray(dy, dtype=np.float64)[:, np.newaxis] * slopes.total


def blocks(
    x: ArrayLike,
    gamma: ArrayLike | None = None,
    beta: ArrayLike | None = None,
    *,
    eps: float = 1e-5,
    eps_placement: str = "variance",
) -> Blocks:
    """Every dy_ka/dx_jb of a batch (K, D), by nudging each input and watching all outputs: nothing is assumed.

    Off the diagonal of `largest` stands 0: normalization ties examples, not features. For small batches: K D inputs are
    nudged, each 14 times. Raises what `bncore.forward` raises.
    """
    result = forward(x, gamma, beta, eps=eps, eps_placement=eps_placement, dtype="float64")

    def y_of(points: Float64) -> Float64:
        each = (len(points), len(result.gamma))
        gamma, beta = np.broadcast_to(result.gamma, each), np.broadcast_to(result.beta, each)
        return outputs_of_many(points, gamma, beta, eps=eps, eps_placement=eps_placement)

    at = standing(result, np.array(x, dtype=np.float64))
    slopes = at.of_x(differentiate(y_of, at.point, at.length, stacked=True))
    return Blocks(np.abs(slopes.value).max(axis=(0, 2)), slopes.value, slopes.bound)
