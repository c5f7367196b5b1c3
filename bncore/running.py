"""Running statistics: what inference normalizes by.

    running_mean <- (1 - momentum) running_mean + momentum mean
    running_var  <- (1 - momentum) running_var  + momentum var

`momentum` weighs the new batch, as in PyTorch; Keras and Flax call 1 - momentum by that name. None, as PyTorch's None,
is 1/(n + 1) after n batches, which makes the mean of all batches; the first then replaces what stood there. PyTorch
stores the unbiased variance K/(K - 1) var, Keras 3 and Flax the biased one.
"""

from collections.abc import Callable
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Float64, choice, in_range, per_feature
from bncore.errors import BadParameter, UnbiasedOfOne


def _unbiased(var: Float64, count: int) -> Float64:
    if count < 2:
        detail = "the unbiased variance of one example divides by zero; give two or more, or running_variance='biased'."
        raise UnbiasedOfOne(detail, parameter="running_variance")
    return var * (count / (count - 1))


def _biased(var: Float64, _count: int) -> Float64:
    return var


MOST_TRACKED = 2**53


RUNNING_VARIANCES: dict[str, Callable[[Float64, int], Float64]] = {"unbiased": _unbiased, "biased": _biased}


def cold_start(features: int) -> tuple[Float64, Float64]:
    """What frameworks start from: running mean 0 and running variance 1, each (features,)."""
    return np.zeros(features), np.ones(features)


def running_pair(
    running_mean: ArrayLike | None, running_var: ArrayLike | None, features: int
) -> tuple[Float64, Float64] | None:
    """Both running statistics as float64 (features,), or None if neither is given.

    Raises BadParameter if only one is given or a variance is negative, and what `per_feature` raises.
    """
    if running_mean is None and running_var is None:
        return None
    if running_mean is None or running_var is None:
        missing, given = ("running_mean", "running_var")[:: 1 if running_mean is None else -1]
        raise BadParameter(f"{missing} is missing; give it with {given}, or neither.", parameter=missing)
    mean = per_feature(running_mean, features, "running_mean", 0)
    var = per_feature(running_var, features, "running_var", 1)
    if (var < 0).any():
        worst = int(np.argmin(var))
        detail = f"running_var[{worst}] is {var[worst]}; give variances of at least 0."
        raise BadParameter(detail, parameter="running_var")
    return mean, var


def updated(
    running: tuple[Float64, Float64], mean: Float64, var: Float64, *, count: int, momentum: float | None,
    running_variance: str, num_batches_tracked: int = 0,
) -> tuple[Float64, Float64]:  # fmt: skip
    """The running statistics after one batch of `count` examples with `mean` and biased `var`, float64 (features,).

    >>> updated(cold_start(1), np.array([4.0]), np.array([1.0]), count=2, momentum=0.5, running_variance="unbiased")
    (array([2.]), array([1.5]))

    `momentum` None is the cumulative average: all batches weigh the same, `num_batches_tracked` of them before this.

    Raises BadParameter (momentum outside [0, 1], an unknown convention), UnbiasedOfOne.
    """
    momentum = weight_of(momentum, num_batches_tracked)
    convention = RUNNING_VARIANCES[choice(running_variance, RUNNING_VARIANCES, "running_variance")]
    running_mean, running_var = running
    new_mean = (1 - momentum) * running_mean + momentum * mean
    return new_mean, (1 - momentum) * running_var + momentum * convention(var, count)


def weight_of(momentum: float | None, num_batches_tracked: int) -> float:
    """What a new batch weighs after so many.

    >>> weight_of(0.1, 7), weight_of(None, 0), weight_of(None, 3)
    (0.1, 1.0, 0.25)

    Raises BadParameter.
    """
    if not (isinstance(num_batches_tracked, Integral) and 0 <= num_batches_tracked <= MOST_TRACKED):
        detail = f"num_batches_tracked is {num_batches_tracked!r}; give how many batches there were, 0 or more."
        raise BadParameter(detail, parameter="num_batches_tracked")
    return 1 / (num_batches_tracked + 1) if momentum is None else in_range(momentum, 0, 1, "momentum")
