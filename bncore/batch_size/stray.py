"""How far a batch takes the normalized values of its own examples from those by the population's statistics.

    x_hat = (x - mean_B) / s_B    in training            z = (x - mean) / s    in inference

    x_hat - z = (x - mean_B) (1/s_B - 1/s) - (mean_B - mean) / s

The first part sums to 0 over the batch and the second is one number for it, so that over the batch's examples

    <(x_hat - z)^2> = var_B (1/s_B - 1/s)^2 + (mean_B - mean)^2 / s^2

exactly, eps in s_B and s. An example of a random batch is a random example among random companions: the average over
batches is that over examples and companions. A batch stretches differences of normalized values by s / s_B.
"""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.batch_size.noise.example import Epsilon
from bncore.batch_size.population import Moments
from bncore.batch_size.sampling import Sums
from bncore.epsilon import EPS_PLACEMENTS, reciprocal

EQUAL = 1e-14  # a variance, as a share of the mean square about the population's mean, that is rounding
LEAST = 1e-12  # a stray that is not rounding
UNIT = 0.995  # what three digits cannot tell from 1
POINTS = (0.05, 0.5, 0.95)
"""The shares whose points `Stretch.points` has."""


@dataclass(frozen=True, eq=False)
class Stretch:
    """s / s_B over the batches that are not all equal, (S, D): the average, the deviation (divided by their number),
    and the `points` (3, S, D) below which the shares `POINTS` of them lie; not-a-number where all batches are equal.

    Of a continuous distribution and at eps = 0 the average exists from K = 3 on and the deviation from K = 4 on: small
    deviations of a batch are as likely as d^(K - 2).
    """

    average: Float64
    sd: Float64
    points: Float64


@dataclass(frozen=True, eq=False)
class Stray:
    """Over R random batches, per size and feature, (S, D); not-a-number where the population has no deviation.

    `shift` and `scale` are the root mean squares of the two parts of x_hat - z, through the batch's mean and
    through its deviation. In the share `equal` of the batches all examples are equal, and every x_hat is 0. Of two
    examples both normalized values have the size sigma_B / s_B: `size` is its middle (median), and `unit` the share of
    the batches where it is 1 to three digits.
    """

    shift: Float64
    scale: Float64
    stretch: Stretch
    equal: Float64
    size: Float64
    unit: Float64

    @property
    def whole(self) -> Float64:
        """The root mean square of x_hat - z."""
        return np.asarray(np.hypot(self.shift, self.scale))


def stray(drawn: Sums, at: Moments, epsilon: Epsilon) -> Stray:
    """What the drawn batches do to the normalized values of a population with the moments `at` (D,)."""
    squares = drawn.squares / np.array(drawn.sizes)
    mean, var = drawn.mean(), drawn.var()
    var[var <= EQUAL * squares] = 0.0
    each = [_of_one(mean[i].T, np.sort(var[i].T, axis=1), float(at.sd[i]), epsilon) for i in range(len(mean))]
    parts = [np.stack(part, axis=-1) for part in zip(*each, strict=True)]
    return Stray(parts[0], parts[1], Stretch(*parts[2:5]), *parts[5:])


@np.errstate(over="ignore")  # of draws of equal numbers, which the stretch leaves out
def _of_one(mean: Float64, var: Float64, sd: float, epsilon: Epsilon) -> tuple[Float64, ...]:
    """The fields of one feature, (S,) each: `mean` (S, R) less the population's, `var` (S, R) rising, and its `sd`."""
    scale_of = EPS_PLACEMENTS[epsilon.eps_placement].scale
    s = scale_of(np.array([sd**2]), epsilon.eps)
    inverse = np.where(np.isnan(s), np.nan, reciprocal(s))
    inverse_b, sd_b = reciprocal(scale_of(var, epsilon.eps)), np.sqrt(var)
    kept = sd_b * inverse_b
    equal = (var == 0).sum(axis=1)
    draws = var.shape[1]
    return (
        _root_mean_square(mean * inverse),
        _root_mean_square(kept - sd_b * inverse),
        *_stretch(s * inverse_b, equal),
        equal / draws,
        np.median(kept, axis=1),
        (kept >= UNIT).mean(axis=1),
    )


def _stretch(falling: Float64, equal: np.ndarray[tuple[int], np.dtype[np.intp]]) -> tuple[Float64, Float64, Float64]:
    """Average, deviation and points of the rows of `falling` (S, R), in order; the first `equal` are left out."""
    draws = falling.shape[1]
    counted = np.arange(draws) >= equal[:, None]
    count = draws - equal
    known = np.where(count > 0, 1.0, np.nan)
    average = np.where(counted, falling, 0.0).sum(axis=1) / np.maximum(count, 1) * known
    off = np.where(counted, falling - average[:, None], 0.0)
    sd = np.sqrt(np.square(off).sum(axis=1) / np.maximum(count, 1)) * known
    place = np.minimum(equal + (1.0 - np.array(POINTS)[:, None]) * np.maximum(count - 1, 0), draws - 1)
    below = place.astype(np.intp)
    rows = np.arange(len(falling))
    lower, upper = falling[rows, below], falling[rows, np.minimum(below + 1, draws - 1)]
    return average, sd, (lower + (upper - lower) * (place - below)) * known


def _root_mean_square(values: Float64) -> Float64:
    """Of each row (S, R); 0 where it is rounding."""
    size = np.sqrt(np.square(values).mean(axis=1))
    return np.where(size < LEAST, 0.0, size)
