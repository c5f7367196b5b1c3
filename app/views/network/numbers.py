"""A network's numbers as an answer has them."""

from app.figures.numbers import finite
from bncore.network.measures.moments import Moments


def moments_of(m: Moments) -> dict[str, float | None]:
    """Mean, deviation and extremes; null where a number is not finite."""
    return {"mean": finite(m.mean), "sd": finite(m.sd), "min": finite(m.low), "max": finite(m.high)}
