"""Where epsilon sits: under the root, as in every framework, or beside the deviation, as in the lecture."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from bncore.arguments import Float64, in_range
from bncore.errors import BadParameter

SMALLEST_NORMAL = float(np.finfo(np.float64).tiny)
LARGEST = float(np.finfo(np.float64).max)


class OfEpsilon(TypedDict):
    """Epsilon as the library's functions take it: how large it is, and where it sits."""

    eps: float
    eps_placement: str


@dataclass(frozen=True)
class EpsPlacement:
    """`scale(var, eps)` is the denominator s; `pull(var, s)` the factor c0 = s ds/dsigma / sigma of the backward pass.
    `of_sigma` and `pulled` are the same from the deviation, which float64 holds also where it does not hold var.

    With x_hat = (x - mean) / s the exact derivative is

        dx = (gamma / s) [dy - <dy> - c0 x_hat <dy x_hat>]

    and `left(eps, s)` is 1 - c0 <x_hat^2>, the share that epsilon leaves of the part of dy along x_hat.
    """

    title: str
    formula: str
    scale: Callable[[Float64, float], Float64]
    of_sigma: Callable[[Float64, float], Float64]
    pulled: Callable[[Float64, Float64], Float64]
    left: Callable[[float, Float64], Float64]

    def pull(self, var: Float64, scale: Float64) -> Float64:
        """c0 from the variance."""
        return self.pulled(np.sqrt(var), scale)


def _variance_scale(var: Float64, eps: float) -> Float64:
    return np.sqrt(var + eps)


def _variance_of_sigma(sigma: Float64, eps: float) -> Float64:
    return np.hypot(sigma, np.sqrt(eps))


def _variance_pull(sigma: Float64, _scale: Float64) -> Float64:
    return np.ones_like(sigma)


def _deviation_scale(var: Float64, eps: float) -> Float64:
    return np.sqrt(var) + eps


def _deviation_of_sigma(sigma: Float64, eps: float) -> Float64:
    return sigma + eps


def _deviation_pull(sigma: Float64, scale: Float64) -> Float64:
    """s / sigma; 0 where sigma is 0: there x_hat is 0 too, and the variance path contributes nothing.

    At most float64's largest number: the path is c0 x_hat <dy x_hat>, at most |dy| sigma / s, and nothing beside dy.
    """
    with np.errstate(over="ignore"):
        pull = np.divide(scale, sigma, out=np.zeros_like(sigma), where=sigma > 0)
    return np.minimum(pull, LARGEST)


def _variance_left(eps: float, scale: Float64) -> Float64:
    """eps / (var + eps), divided twice, because the square of s may leave float64."""
    return eps * reciprocal(scale) * reciprocal(scale) if eps else np.zeros_like(scale)


def _deviation_left(eps: float, scale: Float64) -> Float64:
    """eps / (sigma + eps)."""
    return eps * reciprocal(scale) if eps else np.zeros_like(scale)


EPS_PLACEMENTS: dict[str, EpsPlacement] = {
    "variance": EpsPlacement(
        "Under the root",
        r"s = \sqrt{\sigma^2 + \epsilon}",
        _variance_scale,
        _variance_of_sigma,
        _variance_pull,
        _variance_left,
    ),
    "deviation": EpsPlacement(
        "Beside the deviation",
        r"s = \sigma + \epsilon",
        _deviation_scale,
        _deviation_of_sigma,
        _deviation_pull,
        _deviation_left,
    ),
}


def valid_eps(eps: float) -> float:
    """`eps`, if it is 0 or a positive number whose reciprocal float64 can hold; else BadParameter."""
    if type(eps) is float and SMALLEST_NORMAL <= eps <= LARGEST:
        return eps
    number = in_range(eps, 0, LARGEST, "eps")
    if 0 < number < SMALLEST_NORMAL:
        detail = f"eps is {eps}: 1/eps is infinite in float64; give 0 or at least {SMALLEST_NORMAL:.3g}."
        raise BadParameter(detail, parameter="eps")
    return number


def reciprocal(scale: Float64) -> Float64:
    """1 / s, and 0 where s is 0, so that x_hat and dx are 0 there instead of NaN; infinite below 5.6e-309."""
    if scale.size and scale.min() >= SMALLEST_NORMAL:
        return 1.0 / scale
    with np.errstate(over="ignore"):
        return np.divide(1.0, scale, out=np.zeros_like(scale), where=scale > 0)
