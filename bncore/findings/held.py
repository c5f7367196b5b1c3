"""Running statistics held against one batch: which are off by more than chance explains.

The hypothesis is that they are right: so the errors come from the running variance v, not from the batch. As v may be
kept unbiased or biased (for batches like this one smaller by 1 - β/N), each side is held against the one that is milder
to it. A running average has errors of its own: at a momentum of 0.1 it is worth (2 - 0.1)/0.1 = 19 batches, whose
error is counted as if they had been as large as this one. What is left out is how far the weights move meanwhile.

    z² = N (mean - running mean)² / (β σ² (1 + 1/19))      σ² = v / (1 - β/N)         is held against F(ν', 19 ν)
    r  = var / v  above 1,   var / (v (1 - β/N))  below 1                             is held against F(ν, 19 ν)
    ν  = 2 / (sd(var)/σ²)²        ν' = 2 / (2 + ρ/N)        β, ρ, sd(var): `bncore.sampling_law`

The degrees of freedom give F the variance that the statistic has at that kurtosis ρ.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bncore.distributions.summary import Floats
from bncore.findings.chance import beyond_chance, deviate, upper_tail
from bncore.findings.sampling_law import BORROWED, FEWEST, SamplingLaw

LEVEL = 0.01  # of healthy layers are told of their mean, and as many of their variance
AVERAGED = 19.0  # batches that a running average of momentum 0.1 is worth
ROUNDINGS = 10.0  # of the numbers' type: where a running average of momentum 0.1 stands still
MOST_ERRORS = 1000.0  # counted; more say no more


@dataclass(frozen=True)
class Held:
    """Per feature (D,): by how many standard errors (up to 1,000) the running statistic is off, and not by chance."""

    errors: Floats
    off: NDArray[np.bool_]


def hold_mean(
    law: SamplingLaw, running_mean: Floats, running_var: Floats | None, resolution: float, level: float = LEVEL
) -> Held:
    """The running mean against the batch's; without a running variance by the batch's own, as Student does.

    `resolution` is the numbers' relative one: what is nearer than roundings is not off.
    Of healthy layers a share of `level` is told so.
    """
    own_var = running_var is None
    var = law.var if running_var is None else running_var
    df = law.degrees(law.tails)
    other = df if own_var else AVERAGED * df
    if law.positions > 1 and law.examples > 1:  # β itself is an estimate
        other = 1.0 / (1.0 / other + 1.0 / (BORROWED + law.examples - 1.0))
    error = np.sqrt(law.mean_share * var * variance_allowed(law, own_var))
    apart = np.abs(law.mean - running_mean)
    error = np.hypot(error, ROUNDINGS * resolution * np.maximum(np.abs(law.mean), np.abs(running_mean)))
    errors = np.divide(apart, error, out=np.where(apart > 0, np.inf, 0.0), where=error > 0)
    if own_var:
        errors[law.var == 0] = 0.0  # nothing to hold it by
    numerator = np.full_like(df, 2.0 / (2.0 + law.tails / law.examples))
    return _held(errors, upper_tail(deviate(np.square(errors), numerator, other)), level)


def variance_allowed(law: SamplingLaw, own: bool = False) -> Floats:
    """The σ² (D,) that the error of the mean goes by, in units of the running variance, or of the batch's `own`."""
    allowed: Floats = (1.0 if own else 1.0 + 1.0 / AVERAGED) / _left(law)
    return allowed


def _left(law: SamplingLaw) -> Floats:
    """What a biased variance leaves of σ², 1 - β/N (D,); at least a half."""
    return np.maximum(1.0 - law.mean_share, 1.0 / FEWEST)


def hold_var(law: SamplingLaw, running_var: Floats, resolution: float, level: float = LEVEL) -> Held:
    """The running variance against the batch's. A feature that is constant here is not held: it may be a rare one."""
    df = law.degrees(law.tails)
    above = np.divide(law.var, running_var, out=np.where(law.var > 0, np.inf, 1.0), where=running_var > 0)
    below = above / _left(law)
    upper, lower = (deviate(ratio, df, AVERAGED * df) for ratio in (above, below))
    chances = np.minimum(1.0, 2.0 * np.minimum(upper_tail(upper), upper_tail(-lower)))
    constant = np.sqrt(law.var) <= ROUNDINGS * resolution * np.abs(law.mean)
    distance = np.where(constant, 0.0, np.maximum(np.maximum(above - 1.0, 1.0 - below), 0.0))
    errors = distance / (law.var_error(law.tails) * math.sqrt(1.0 + 1.0 / AVERAGED))
    return _held(errors, np.where(constant, 1.0, chances), level)


def _held(errors: Floats, chances: Floats, level: float) -> Held:
    return Held(np.minimum(errors, MOST_ERRORS), beyond_chance(chances, level))
