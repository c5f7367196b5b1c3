"""What a layer holds of each channel, laid out as dots on a ruler for each of its numbers."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bncore.distributions.axis import Axis, axis_for
from bncore.distributions.swarm import levels
from bncore.doctor import Norm
from bncore.doctor.affine import eps_of
from bncore.doctor.model import Array
from bncore.doctor.report import scales_of

Floats = NDArray[np.float64]
ABREAST = 80  # dots that fit side by side
FAR = 10.0  # distances of the quartiles from the median, from which on a dot flattens the others
NARROW = 1e-12  # of the largest: quartiles that are nearer are one number
MOST_DRAWN = 4096  # channels, the first ones


@dataclass(frozen=True, eq=False)
class Strip:
    """A number of every channel, (C,), on `axis`; each of those that are drawn on its level from 0.

    Some are not finite, and some lie beyond the axis, so that they do not flatten the others.
    """

    name: str
    values: Floats
    axis: Axis
    levels: NDArray[np.intp]

    @property
    def lost(self) -> int:
        """How many are not finite."""
        return int(np.count_nonzero(~np.isfinite(self.values)))

    @property
    def beyond(self) -> int:
        """How many lie beyond the axis."""
        return int(np.count_nonzero((self.values < self.axis.low) | (self.values > self.axis.high)))


def strips_of(norm: Norm) -> tuple[Strip, ...]:
    """The strips of what a layer has, in the order in which a value passes them."""
    return tuple(_strip(name, values) for name, values in _numbers(norm) if len(values))


def _numbers(norm: Norm) -> Iterator[tuple[str, Floats]]:
    if norm.mean is not None:
        yield "mean", _wide(norm.mean)
    if norm.variance is not None:
        with np.errstate(invalid="ignore"):  # the root of a negative variance is not a number, which is told
            yield "deviation", np.sqrt(_wide(norm.variance) + eps_of(norm))
    if norm.gamma is not None:
        yield "gamma", _wide(norm.gamma)
    if norm.beta is not None:
        yield "beta", _wide(norm.beta)
    if (whole := scales_of(norm)) is not None:
        yield "scale", whole.scale
        yield "shift", whole.shift


def _wide(array: Array) -> Floats:
    return np.asarray(array, dtype=np.float64)


def _strip(name: str, values: Floats) -> Strip:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return Strip(name, values, Axis("linear", -1.0, 1.0), np.zeros(len(values[:MOST_DRAWN]), dtype=np.intp))
    low, high = _limits(finite)
    axis = axis_for(min(low, 0.0), max(high, 0.0), "linear")
    within = np.isfinite(values) & (values >= axis.low) & (values <= axis.high)
    places = np.where(within, values, np.nan)
    return Strip(name, values, axis, levels(places[None, :MOST_DRAWN], (axis.high - axis.low) / ABREAST)[0])


def _limits(finite: Floats) -> tuple[float, float]:
    """Of all numbers but those so far out that they would flatten the others."""
    first, middle, third = np.quantile(finite, (0.25, 0.5, 0.75))
    reach = FAR * max(float(third - first), NARROW * float(np.abs(finite).max()))
    near = finite[np.abs(finite - middle) <= reach]
    return float(near.min()), float(near.max())
