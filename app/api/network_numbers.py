"""A network's numbers as an answer has them."""

import math

from bncore.network.moments import Moments


def finite(value: float) -> float | None:
    """A number as an answer has it: what is not finite is null."""
    return value if math.isfinite(value) else None


def moments_of(m: Moments) -> dict[str, float | None]:
    """Mean, deviation and extremes; null where a number is not finite."""
    return {"mean": finite(m.mean), "sd": finite(m.sd), "min": finite(m.low), "max": finite(m.high)}
