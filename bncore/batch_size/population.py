"""Where batches come from, as the sampling sees it: finitely many examples, or a source without an end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from bncore.arguments import Float64

SHUFFLED_WHOLE = 4  # times the batch: up to this many examples are shuffled whole, of more only the batch is picked


@dataclass(frozen=True, eq=False)
class Moments:
    """Mean, deviation, skewness and excess kurtosis ρ of each feature, (D,); not-a-number where there is none.

        skewness = <z^3>        ρ = <z^4> - 3        z = (x - mean) / sd

    Of a finite population they are exact, and `sd` is the biased one (divided by N). A constant feature has neither
    skewness nor ρ.
    """

    mean: Float64
    sd: Float64
    skewness: Float64
    excess: Float64

    def take(self, features: Sequence[int]) -> "Moments":
        """Those of some of the features."""
        here = list(features)
        return Moments(self.mean[here], self.sd[here], self.skewness[here], self.excess[here])

    def at(self, feature: int) -> "Moments":
        """Those of one feature, (1,)."""
        return self.take([feature])

    def missing(self, feature: int) -> str:
        """The first of mean, deviation and kurtosis that a feature's distribution does not have, "" if it has all.

        >>> Moments(*np.array([[0.0], [np.nan], [np.nan], [np.nan]])).missing(0)
        'deviation'
        """
        if self.sd[feature] == 0:
            return ""
        named = {"mean": self.mean, "deviation": self.sd, "kurtosis": self.excess}
        return next((name for name, value in named.items() if np.isnan(value[feature])), "")


class Population(Protocol):
    """What batches are drawn from."""

    @property
    def total(self) -> int | None:
        """N, of which a batch is drawn without replacement; None if there is no end."""

    @property
    def nested(self) -> bool:
        """Whether the first examples of a batch are a smaller batch, as good as any."""

    @property
    def moments(self) -> Moments:
        """Of the population, (D,)."""

    def draw(self, count: int, size: int, rng: np.random.Generator) -> Float64:
        """`count` batches of `size` examples: features first, (D, count, size)."""


def moments(x: Float64) -> Moments:
    """The moments of each feature of (N, D), all N examples together.

    >>> of_x = moments(np.array([[-1.0], [1.0], [-1.0], [1.0]]))
    >>> of_x.sd, of_x.excess
    (array([1.]), array([-2.]))
    """
    mean = np.clip(x.mean(axis=0), x.min(axis=0), x.max(axis=0))  # a constant's mean is that constant, unrounded
    centred = x - mean
    largest = np.abs(centred).max(axis=0)
    unit = np.where(largest > 0, largest, 1.0)
    centred /= unit
    spread = np.sqrt((centred**2).mean(axis=0))
    standard = np.divide(centred, spread, out=np.full_like(centred, np.nan), where=spread > 0)
    cubed = standard**3
    return Moments(mean, spread * unit, cubed.mean(axis=0), (cubed * standard).mean(axis=0) - 3.0)


def excess_of_sums(weights: Float64, sd: Float64, excess: Float64) -> Float64:
    """The excess kurtosis ρ (D,) of sums of independent features, of deviation `sd` and excess kurtosis `excess` (d,),
    by `weights` (d, D): fourth cumulants add up as variances do. Not-a-number for a sum of nothing.

        ρ_i = sum_j W_ji^4 sd_j^4 ρ_j / (sum_j W_ji^2 sd_j^2)^2
    """
    var = (weights * sd[:, None]) ** 2
    total = var.sum(axis=0)
    share = np.divide(var, total, out=np.full_like(var, np.nan), where=total > 0)
    summed: Float64 = (share**2 * excess[:, None]).sum(axis=0)
    return summed


@dataclass(frozen=True, eq=False)
class Finite:
    """The examples `x` (N, D), float64; a batch is drawn without replacement and has N examples at most."""

    x: Float64
    moments: Moments = field(init=False)
    _columns: Float64 = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "moments", moments(self.x))
        object.__setattr__(self, "_columns", np.ascontiguousarray(self.x.T))

    @property
    def total(self) -> int:
        return len(self.x)

    @property
    def nested(self) -> bool:
        return True

    def draw(self, count: int, size: int, rng: np.random.Generator) -> Float64:
        return self._columns.take(self.rows(count, size, rng), axis=1)

    def rows(self, count: int, size: int, rng: np.random.Generator) -> np.ndarray[tuple[int, int], np.dtype[np.intp]]:
        """Which examples each batch has, (count, size): the first ones of a random order of all."""
        if self.total > SHUFFLED_WHOLE * size:
            return np.array([rng.choice(self.total, size, replace=False) for _ in range(count)])
        orders = np.broadcast_to(np.arange(self.total), (count, self.total))
        return rng.permuted(orders, axis=1)[:, :size]

    def without(self, rows: np.ndarray[tuple[int], np.dtype[np.intp]]) -> "Finite":
        """The population of all other examples."""
        return Finite(np.delete(self.x, rows, axis=0))


@dataclass(frozen=True, eq=False)
class Endless:
    """Batches of a source that has no end. `drawn(size, rng)` is a batch (size, D); `moments` are the source's.

    Of `independent` examples many batches are cut out of one; else each is drawn on its own, and is not `nested`.
    """

    drawn: Callable[[int, np.random.Generator], Float64]
    moments: Moments
    independent: bool = True

    @property
    def total(self) -> None:
        return None

    @property
    def nested(self) -> bool:
        return self.independent

    def draw(self, count: int, size: int, rng: np.random.Generator) -> Float64:
        if self.independent:
            x = self.drawn(count * size, rng)
            return np.ascontiguousarray(x.T).reshape(x.shape[1], count, size)
        return np.array([self.drawn(size, rng).T for _ in range(count)]).transpose(1, 0, 2)
