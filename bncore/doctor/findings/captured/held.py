"""Running statistics held against the batches of a capture: which are off by more than chance explains.

`bncore.findings.held` holds them against one batch of known examples; here are K batches, each taken for an example
(`law_of_batches`), and what a running average keeps is the mean of their means and of their own variances u. With S²
the variance of the batches' means, c the spread of u over its mean, and A the batches that the running average is
worth:

    z² = (mean - running mean)² / (S² (1/K + 1/A))     is held against F(2/(2 + ρ/K), d)
    r  = <u>/v above 1, <u> n/((n - 1) v) below 1       is held against F(2 K/c², 1/(c²/2A + 1/e))

d = K - 1 + min(4, K - 1) are the degrees of freedom of S², and e = (K - 1) min(8, C) those of c², which is much the
same in all channels (measured: what one takes from seven others calls no healthy one off). Neither S² nor c² is taken
for less than that of n independent numbers of a bell, σ²/n and 2/(n - 1). r is the milder of both, as v may be kept
unbiased or biased. What is left out is how far the weights move meanwhile.
"""

from dataclasses import dataclass

import numpy as np

from bncore.doctor.findings.captured.steps import Steps
from bncore.doctor.findings.weights.seen import Floats, Mask
from bncore.epsilon import reciprocal
from bncore.findings.chance import beyond_chance, deviate, upper_tail
from bncore.findings.held import MOST_ERRORS, ROUNDINGS, hold_mean, hold_var
from bncore.findings.sampling_law import BORROWED

POOLED = 8  # channels that c² is of
SINGLE = 2.0**-23  # frameworks keep running statistics in float32


@dataclass(frozen=True, eq=False)
class HeldSteps:
    """Per channel (C,): standard errors, at least and up to 1,000, that its statistics are off by, not by chance."""

    errors: Floats
    off: Mask


def hold(steps: Steps, level: float) -> HeldSteps:
    """The running mean and variance of a norm, where it has both; something healthy is off with chance `level`."""
    errors, off = np.zeros(steps.channels), np.zeros(steps.channels, dtype=bool)
    if steps.running_mean is None or steps.running_var is None or not steps.sound.any():
        return HeldSteps(errors, off)
    mean, var = steps.running_mean[steps.sound], steps.running_var[steps.sound]
    if steps.batches > 1:
        far, chances = _of_mean(steps, mean, var)
        wide, others = _of_var(steps, var)
        chances = np.concatenate([chances, others])
        beyond = beyond_chance(chances, level).reshape(2, -1).any(axis=0)
        errors[steps.sound], off[steps.sound] = np.maximum(far, wide), beyond
    else:
        half = level / 2.0
        both = hold_mean(steps.law, mean, var, SINGLE, half), hold_var(steps.law, var, SINGLE, half)
        errors[steps.sound] = np.maximum(both[0].errors, both[1].errors)
        off[steps.sound] = both[0].off | both[1].off
    return HeldSteps(np.minimum(errors, MOST_ERRORS), off)


def _of_mean(steps: Steps, running: Floats, running_var: Floats) -> tuple[Floats, Floats]:
    """Errors and chances of the running mean, by the larger of both variances: few numbers may all be alike."""
    law, batches = steps.law, steps.batches
    share = np.maximum(law.share, 1.0 / steps.numbers)
    spread = share * np.maximum(law.var, running_var) * (1.0 + share / batches)  # of one batch's mean
    error = np.sqrt(spread * (1.0 / batches + 1.0 / steps.averaged))
    error = np.hypot(error, ROUNDINGS * SINGLE * np.maximum(np.abs(law.mean), np.abs(running)))
    errors = np.abs(law.mean - running) * reciprocal(error)
    freedom = np.full_like(errors, 2.0 / (2.0 + law.tails / batches))
    other = np.full_like(errors, _degrees(batches, len(errors)))
    return errors, upper_tail(deviate(np.square(errors), freedom, other))


def _of_var(steps: Steps, running: Floats) -> tuple[Floats, Floats]:
    """Errors and chances of the running variance; a channel that is constant here is not held: it may be a rare one."""
    law, batches = steps.law, steps.batches
    own = steps.variances[steps.sound].mean(axis=1)
    contrast = np.maximum(np.square(law.contrast), 2.0 / max(steps.numbers - 1.0, 1.0))
    freedom, known = 2.0 * batches / contrast, (batches - 1.0) * min(POOLED, len(own))
    other = 1.0 / (contrast / (2.0 * steps.averaged) + 1.0 / known)
    above = np.divide(own, running, out=np.where(own > 0, np.inf, 1.0), where=running > 0)
    below = above * (steps.numbers / max(steps.numbers - 1.0, 1.0))
    upper, lower = (deviate(ratio, freedom, other) for ratio in (above, below))
    chances = np.minimum(1.0, 2.0 * np.minimum(upper_tail(upper), upper_tail(-lower)))
    constant = np.sqrt(own) <= ROUNDINGS * SINGLE * np.abs(law.mean)
    distance = np.where(constant, 0.0, np.maximum(np.maximum(above - 1.0, 1.0 - below), 0.0))
    errors = distance / np.sqrt(contrast * (1.0 / batches + 1.0 / steps.averaged))
    return errors, np.where(constant, 1.0, chances)


def _degrees(batches: int, channels: int) -> float:
    """Of S², K - 1 of a channel's own and at most as many that it takes from the others."""
    own = batches - 1.0
    return own + min(BORROWED, own) * (channels > 1)
