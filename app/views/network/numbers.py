"""A network's numbers as an answer has them, and as a table prints what may be rounding."""

import math

import numpy as np

from app.figures.numbers import beside, finite
from bncore.network.measures.moments import Moments
from bncore.network.measures.survey import Surveyed


def moments_of(surveyed: Surveyed) -> dict[str, float | str | None]:
    """Mean, deviation and extremes of a joint's activations; null where a number is not finite."""
    m = surveyed.forward
    return {
        "mean": finite(m.mean), "mean_text": mean_text(m, unit_of(surveyed)), "sd": finite(m.sd), "min": finite(m.low),
        "max": finite(m.high),
    }  # fmt: skip


def unit_of(surveyed: Surveyed) -> float:
    """The unit in the last place of the numbers that a joint has."""
    return float(np.finfo(surveyed.joint.y.dtype).eps)


def mean_text(m: Moments, unit: float) -> str | None:
    """A mean beside the largest of the numbers that it is over; null where it is not finite."""
    return beside(m.mean, max(abs(m.low), abs(m.high)), unit) if math.isfinite(m.mean) else None


def moved_text(moved: float, unit: float) -> str | None:
    """A movement, which is in deviations, beside one of them; null where it is not finite."""
    return beside(moved, 1.0, unit) if math.isfinite(moved) else None
