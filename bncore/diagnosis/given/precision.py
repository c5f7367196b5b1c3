"""The types in which tensors are stored: how each rounds its own values, and which one a tensor's numbers tell."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Array, Float64

FEWEST_BITS = 6
"""Numbers of fewer binary digits are the same in every type: 0, 2 or 0.75 do not say in which they were computed."""

CHANCE = 1e-2
"""Numbers that are near those of a type with no more than this chance were stored in it."""


@dataclass(frozen=True)
class Precision:
    """`eps` is the step above 1, `least` the smallest number above 0; `to` rounds float64 numbers to the type."""

    name: str
    eps: float
    least: float
    to: Callable[[Float64], Float64]

    @property
    def half(self) -> bool:
        """Whether it takes 16 bits: sane code then computes in float32 and rounds inputs and results."""
        return self.eps > FLOAT32.eps

    def own(self, values: Float64) -> Float64:
        """The most that rounding each value to the type moves it: half a step at its size."""
        return np.asarray(np.maximum(0.5 * self.eps * np.abs(values), 0.5 * self.least))


def _through(dtype: str) -> Callable[[Float64], Float64]:
    def to(values: Float64) -> Float64:
        with np.errstate(over="ignore", under="ignore"):
            return np.asarray(values, np.float64).astype(dtype).astype(np.float64)

    return to


def _to_bfloat16(values: Float64) -> Float64:
    """The upper 16 bits of float32, rounded half to even."""
    with np.errstate(over="ignore", under="ignore"):
        bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    upper = (bits + (0x7FFF + ((bits >> 16) & 1)).astype(np.uint32)) & np.uint32(0xFFFF0000)
    return upper.view(np.float32).astype(np.float64).reshape(np.shape(values))


FLOAT64 = Precision("float64", 2.0**-52, 2.0**-1074, lambda values: np.asarray(values, np.float64))
FLOAT32 = Precision("float32", 2.0**-23, 2.0**-149, _through("float32"))
FLOAT16 = Precision("float16", 2.0**-10, 2.0**-24, _through("float16"))
BFLOAT16 = Precision("bfloat16", 2.0**-7, 2.0**-133, _to_bfloat16)
PRECISIONS = {precision.name: precision for precision in (FLOAT64, FLOAT32, FLOAT16, BFLOAT16)}


def told(values: Array, units: float | Float64 = 0.0) -> tuple[Precision | None, bool]:
    """The coarsest type that every number may have been stored in, `units` being what printing may hide of each.

    And whether that is sure: few numbers of few digits are near those of a coarse type by chance. None where the
    numbers are whole, or so short that they say nothing of it.

    >>> told(np.array([0.1]))[0].name, told(np.array([0.1]).astype("float16").astype("float64"))[0].name
    ('float64', 'float16')
    >>> told(np.array([0.0, 2.0, -0.75])), told(np.array([0.348, 1.27]), 0.005)[1]
    ((None, True), False)
    """
    exact = values.astype(np.float64)
    if not np.isfinite(exact).all() or (exact == np.round(exact)).all():
        return None, True
    for precision in (BFLOAT16, FLOAT16, FLOAT32):
        stored = precision.to(exact)
        if (np.abs(stored - exact) <= units).all():
            sure = float(np.prod(np.minimum(1.0, units / precision.own(exact)))) <= CHANCE
            return (precision, sure) if _longest(stored) >= FEWEST_BITS else (None, True)
    return FLOAT64, True


def _longest(values: Float64) -> int:
    """Binary digits of the number with the most of them, up to `FEWEST_BITS`."""
    mantissas = np.frexp(values)[0] * 2.0 ** (FEWEST_BITS - 1)
    return 0 if (mantissas == np.round(mantissas)).all() else FEWEST_BITS


def precision_of(answer: Array) -> Precision | None:
    """The type of an array, or the coarser one that its numbers tell: halves may have been widened on their way."""
    precision, _ = told(answer)
    if answer.dtype == np.float64:
        return precision
    return coarsest([precision, PRECISIONS[answer.dtype.name]])


def coarsest(precisions: Iterable[Precision | None]) -> Precision:
    """The type of those that do not tell theirs: one person's tensors are computed in one type."""
    known = [precision for precision in precisions if precision is not None]
    return max(known, key=lambda precision: precision.eps, default=FLOAT64)
