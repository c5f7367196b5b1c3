"""Moments of parts made into those of the whole, exactly: workers of a cluster, or steps of a training.

    n = sum n_i      mean = sum n_i mean_i / n      var = (sum n_i var_i + sum n_i (mean_i - mean)^2) / n

The second sum is the variance between the parts, which an average of variances leaves out. Chan, Golub and LeVeque,
"Algorithms for computing the sample variance", The American Statistician 37 (1983), equations 2.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Float64, per_feature
from bncore.errors import BadParameter, EmptyBatch, VarianceOverflow


@dataclass(frozen=True, eq=False)
class Moments:
    """What `count` examples (times positions) have: `mean` and biased `var` of each channel, float64 (C,)."""

    count: int
    mean: Float64
    var: Float64

    @property
    def unbiased(self) -> Float64:
        """The variance divided by count - 1, (C,); not a number for a single example."""
        return self.var * (self.count / (self.count - 1)) if self.count > 1 else np.full_like(self.var, np.nan)


@dataclass(frozen=True, eq=False)
class Merged(Moments):
    """The moments of all parts together; `between` is the variance of the parts' means, (C,), a part of `var`."""

    between: Float64


def moments(count: int, mean: ArrayLike, var: ArrayLike) -> Moments:
    """Moments that are given, checked.

    Raises BadParameter (a count below 1, a negative variance), ShapeMismatch, BadDtype, NonFiniteInput.
    """
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise BadParameter(
            f"count is {count!r}; give how many examples the moments are of, 1 or more.", parameter="count"
        )
    channels = len(np.atleast_1d(np.asarray(mean, dtype=object)))
    means, variances = per_feature(mean, channels, "mean"), per_feature(var, channels, "var")
    if (variances < 0).any():
        worst = int(np.argmin(variances))
        raise BadParameter(f"var[{worst}] is {variances[worst]}; give variances of at least 0.", parameter="var")
    return Moments(count, means, variances)


def merged(parts: Sequence[Moments]) -> Merged:
    """The moments of all examples of the parts, each part weighed by its count.

    >>> whole = merged([moments(1, [1.0], [0.0]), moments(3, [5.0], [0.0])])
    >>> whole.count, whole.mean, whole.var, whole.between
    (4, array([4.]), array([3.]), array([3.]))

    Means are taken relative to the first part's, so that a shift common to all costs no digits. A NaN or an infinity
    stays what it is. Raises EmptyBatch (no part), VarianceOverflow.
    """
    if not parts:
        raise EmptyBatch("parts is empty; give the moments of one part or more.", parameter="parts")
    share = np.array([part.count for part in parts], dtype=np.float64)[:, np.newaxis]
    share /= share.sum()
    with np.errstate(over="ignore", invalid="ignore"):
        away = np.array([part.mean for part in parts]) - parts[0].mean
        shift = (share * away).sum(0)
        between = (share * (away - shift) ** 2).sum(0)
        var = (share * np.array([part.var for part in parts])).sum(0) + between
    given = all(np.isfinite(part.var).all() and np.isfinite(part.mean).all() for part in parts)
    if given and not np.isfinite(var).all():
        raise VarianceOverflow("parts have a variance together that float64 does not hold.", parameter="parts")
    return Merged(sum(part.count for part in parts), parts[0].mean + shift, var, between)
