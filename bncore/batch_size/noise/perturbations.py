"""Other noise of the same size, to hold batch norm's against: dropout and weight perturbation.

    dropout          z -> z m / (1 - p),  m = 0 with probability p, else 1: anew for every example      Srivastava 2014
    multiplicative   z -> z (1 + s n),    n ~ N(0, 1): a weight of N(1, s^2), one draw for the whole batch
    additive         z -> z + s n,        n ~ N(0, 1): a bias of N(0, s^2), one draw for the whole batch

z is the normalized value without noise, x_hat by the population's statistics. A weight is perturbed once a batch, so
that all its examples share the draw (Wen et al. 2018, "Flipout").
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64, in_range

MOST_RATE = 0.95
MOST_DEVIATION = 100.0


@dataclass(frozen=True)
class Perturbation:
    """`draw(z, strength, draws, rng)` gives the noisy values (M, R) of z (M,); `matched(var, square)` the strength that
    gives the variance `var`, averaged over examples whose mean square is `square`, and one out of range where none
    does; `correlation(a, b)` is that of the noise of a pair. `strength` names it: a "rate" or a "deviation".
    """

    title: str
    strength: str
    draw: Callable[[Float64, float, int, np.random.Generator], Float64]
    matched: Callable[[float, float], float]
    correlation: Callable[[Float64, Float64], Float64]


def _dropout(z: Float64, rate: float, draws: int, rng: np.random.Generator) -> Float64:
    rate = in_range(rate, 0, MOST_RATE, "rate")
    return z[:, None] * (rng.random((len(z), draws)) >= rate) / (1.0 - rate)


def _multiplicative(z: Float64, deviation: float, draws: int, rng: np.random.Generator) -> Float64:
    return z[:, None] * (1.0 + deviation * rng.standard_normal(draws))


def _additive(z: Float64, deviation: float, draws: int, rng: np.random.Generator) -> Float64:
    return z[:, None] + deviation * rng.standard_normal(draws)


def _zero(a: Float64, b: Float64) -> Float64:
    return np.zeros(np.broadcast(a, b).shape)


def _sign(a: Float64, b: Float64) -> Float64:
    return np.sign(a * b)


def _one(a: Float64, b: Float64) -> Float64:
    return np.ones(np.broadcast(a, b).shape)


def _rate_for(var: float, square: float) -> float:
    """z^2 p / (1 - p), averaged, is `var`; 1, which no rate reaches, where all values are 0."""
    return var / (var + square) if var > 0 else 0.0


def _factor_for(var: float, square: float) -> float:
    """z^2 s^2, averaged, is `var`; infinite where all values are 0."""
    if var == 0:
        return 0.0
    return float(np.sqrt(var / square)) if square > 0 else float("inf")


def _shift_for(var: float, _square: float) -> float:
    """s^2 is `var`."""
    return float(np.sqrt(var))


PERTURBATIONS: dict[str, Perturbation] = {
    "dropout": Perturbation("Dropout", "rate", _dropout, _rate_for, _zero),
    "multiplicative": Perturbation("Weight perturbation", "deviation", _multiplicative, _factor_for, _sign),
    "additive": Perturbation("Bias perturbation", "deviation", _additive, _shift_for, _one),
}
