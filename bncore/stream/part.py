"""Moments of a part of a batch, and how those of two parts become those of both.

    n = n_a + n_b        delta = mean_b - mean_a
    mean = mean_a + delta n_b / n        M2 = M2_a + M2_b + delta^2 n_a n_b / n

Chan, Golub and LeVeque, "Algorithms for computing the sample variance", The American Statistician 37 (1983), equation
2.1. What each sum loses by rounding is carried along, so that the error does not grow with the number of parts.
"""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.errors import BadParameter, VarianceOverflow
from bncore.exact.lift import LEAST
from bncore.statistics import Statistics, two_sum


@dataclass(frozen=True, eq=False)
class Part:
    """Moments of `count` numbers a feature, float64 (D,): the mean is `mean` + `rest`, the sum of squared deviations
    `squares` + `squares_rest`; `low` and `high` are the extremes.
    """

    count: int
    mean: Float64
    rest: Float64
    squares: Float64
    squares_rest: Float64
    low: Float64
    high: Float64

    def statistics(self) -> Statistics:
        """Mean and biased variance. Raises VarianceOverflow and BadParameter where squares leave float64."""
        var = np.maximum(self.squares + self.squares_rest, 0.0) / self.count
        if not np.isfinite(var).all():
            raise VarianceOverflow(_told(int(np.argmin(np.isfinite(var))), "more", "divide"), parameter="x")
        small = (var < LEAST) & (self.low < self.high)
        if small.any():
            raise BadParameter(_told(int(np.argmax(small)), "less", "multiply"), parameter="x")
        return Statistics(self.mean, var, self.rest, self.count)


def _told(feature: int, how: str, do: str) -> str:
    beyond = f"x varies {how} in feature {feature} than squares in float64 can tell, part by part"
    return f"{beyond}; {do} it by a constant first."


@np.errstate(over="ignore", invalid="ignore")  # looked at when all is joined, and then named
def part_of(counts: Float64, pieces: Float64, low: Float64, high: Float64) -> Part:
    """Of the moments of pieces, (P, 3, D) of mean, variance and what the mean's rounding left; and their counts, (P,).

    Relative to the first piece's mean, whose digits are in the way otherwise. A row a feature: NumPy adds up rows in
    pairs.
    """
    means, variances, rests = np.ascontiguousarray(pieces.transpose(1, 2, 0))
    count = counts.sum()
    apart = (means - means[:, :1]) + (rests - rests[:, :1])
    shift = (apart * counts).sum(1) / count
    apart -= shift[:, np.newaxis]
    left = (apart * counts).sum(1) / count
    squares = (variances * counts).sum(1) + (apart * apart * counts).sum(1) - left * left * count
    mean, lost = two_sum(means[:, 0], shift)
    mean, rest = two_sum(mean, lost + (rests[:, 0] + left))
    return Part(int(count), mean, rest, squares, np.zeros_like(mean), low, high)


@np.errstate(over="ignore", invalid="ignore")  # looked at when all is joined, and then named
def joined(a: Part, b: Part) -> Part:
    """Of both parts together."""
    count = a.count + b.count
    delta = (b.mean - a.mean) + (b.rest - a.rest)
    mean, lost = two_sum(a.mean, delta * (b.count / count))
    mean, rest = two_sum(mean, a.rest + lost)
    squares, lost_within = two_sum(a.squares, b.squares)
    squares, lost_between = two_sum(squares, delta * delta * (a.count * (b.count / count)))
    squares_rest = a.squares_rest + b.squares_rest + (lost_within + lost_between)
    return Part(count, mean, rest, squares, squares_rest, np.minimum(a.low, b.low), np.maximum(a.high, b.high))
