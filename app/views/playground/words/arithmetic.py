"""What the statistics of this batch would be in another arithmetic: a sentence that has its conditions."""

import math

from app.figures.numbers import counted, three
from app.views.playground.figures import Selection
from bncore.doctor.precision import ARITHMETICS
from bncore.playground.arithmetic import InArithmetic

SEEN = 0.01
"""Of a deviation: what x̂ may be off by and look the same."""

EXACT = (
    "All numbers here are computed in float64. Choose what else mean and variance of this batch might be computed in."
)


MEANT = "Only the statistics are rounded: x̂ is made of them and the exact input in float64, as in training."


def arithmetic_caption(other: InArithmetic | None, selection: Selection) -> str:
    """What becomes of x̂ in training; of the feature that is off most."""
    if other is None:
        return EXACT
    how, name, off = ARITHMETICS[other.name].told, selection.names[other.worst], other.off[other.worst]
    return f"{_told(other, how, name, off)} {MEANT}"


def _told(other: InArithmetic, how: str, name: str, off: float) -> str:
    if off <= SEEN:
        return f"With mean and variance computed {how}, no x̂ of this batch would be off by more than {three(off)}."
    var, true = three(other.other_var), three(other.exact_var)
    started = f"Computed {how}, the variance of {name} would be {var} instead of {true}"
    if not math.isfinite(off):
        return f"{started}, and its x̂ no number. {_others(other)}"
    return f"{started}, and its x̂ off by up to {three(off)}. {_others(other)}"


def _others(other: InArithmetic) -> str:
    seen = int((other.off > SEEN).sum())
    return f"{counted(seen, 'feature')} of {len(other.off)} would be off by more than {SEEN}."
