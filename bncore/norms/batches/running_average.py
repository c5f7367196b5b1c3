"""What is averaged from batch to batch beside the mean: the variance, as by frameworks, or the deviation, as by papers.

    "variance"     running_var <- (1 - a) running_var + a var                   a = momentum
    "deviation"    s <- (1 - a) s + a s_B,   running_var what has this s        s, s_B the denominators

Either way `running_var` is a variance, and inference divides by its denominator. The deviation that Ioffe 2017 and
Hoffer et al. 2017 average, each in algorithm 1, is sqrt(var + eps) of the biased variance: "deviation" with
running_variance "biased" is their rule. Of batches that differ it is the smaller one (Jensen's inequality).
"""

from collections.abc import Callable

import numpy as np

from bncore.arguments import Float64, choice
from bncore.epsilon import reciprocal
from bncore.running import RUNNING_VARIANCES, updated, weight_of

Running = tuple[Float64, Float64]


def _mean_variance(running_var: Float64, var: Float64, momentum: float, _eps: float) -> Float64:
    return (1 - momentum) * running_var + momentum * var


def _mean_deviation(running_var: Float64, var: Float64, momentum: float, eps: float) -> Float64:
    """The square of (1 - a) sqrt(running_var + eps) + a sqrt(var + eps), less eps, as a sum of positive parts.

    The mixed part sqrt(running_var + eps) sqrt(var + eps) - eps is multiplied out, because eps may be all of it.
    """
    product = np.sqrt(running_var + eps) * np.sqrt(var + eps)
    inverse = reciprocal(product + eps)
    mixed = running_var * (var * inverse) + eps * (running_var * inverse + var * inverse)
    return (1 - momentum) ** 2 * running_var + momentum**2 * var + 2 * momentum * (1 - momentum) * mixed


RUNNING_AVERAGES: dict[str, Callable[[Float64, Float64, float, float], Float64]] = {
    "variance": _mean_variance,
    "deviation": _mean_deviation,
}


def averaged(
    running: Running, mean: Float64, var: Float64, *, count: int, momentum: float | None, running_variance: str,
    running_average: str, eps: float, eps_placement: str, num_batches_tracked: int = 0,
) -> Running:  # fmt: skip
    """The running statistics after one batch of `count` cells a channel with `mean` and biased `var`, (C,).

    >>> running = np.zeros(1), np.array([4.0])
    >>> rule = {"count": 8, "momentum": 0.5, "running_variance": "biased", "eps": 0.0, "eps_placement": "variance"}
    >>> averaged(running, np.ones(1), np.array([16.0]), running_average="deviation", **rule)
    (array([0.5]), array([9.]))

    Raises BadParameter and UnbiasedOfOne as `bncore.running.updated` does.
    """
    average = RUNNING_AVERAGES[choice(running_average, RUNNING_AVERAGES, "running_average")]
    momentum = weight_of(momentum, num_batches_tracked)
    moved, _ = updated(running, mean, var, count=count, momentum=momentum, running_variance=running_variance)
    inside = eps if eps_placement == "variance" else 0.0  # beside the deviation it is in every part of the average
    return moved, average(running[1], RUNNING_VARIANCES[running_variance](var, count), momentum, inside)
