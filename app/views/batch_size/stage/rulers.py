"""The stage's rulers. None of them depends on the batch size, so that they stay where they are while it is turned."""

from typing import Any

import numpy as np

from app.figures.numbers import significant
from app.views.batch_size.query import LARGEST_MOVE
from app.views.batch_size.stage.compute import Staged
from bncore.batch_size.dealing.dots import Dots
from bncore.distributions.axis import LARGEST, Axis, axis_for, fence, nice_ceiling

COLUMNS = 75  # of the piles, to either side of 0
ABREAST = 90  # dots of the population that fit side by side
REACH, BEYOND = 2.5, 1.5  # of normalized values: at least so far, and so far beyond the followed example's own
OF_STRIP = 4.0  # normalized values of a strip: a little more than any of sixteen examples can have, √15


def of_dots(dots: Dots) -> Axis:
    """The feature: all dots, but for those so far out that they would flatten the others."""
    low, high = fence(dots.x[None])[:, 0]
    return axis_for(float(low), float(high), "linear")


def of_x_hat(z: float) -> Axis:
    """Normalized values, 0 in the middle."""
    most = nice_ceiling(max(REACH, min(abs(z), LARGEST / 10) + BEYOND))
    return Axis("linear", -most, most)


def of_moves(of: Staged) -> Axis:
    """The feature, as far as a drag can take one of the dots."""
    ruler, reach = of_dots(of.dots), LARGEST_MOVE * of.move.unit
    return axis_for(ruler.low - reach, ruler.high + reach, "linear")


def of_strip() -> Axis:
    """Normalized values of the small batch."""
    return Axis("linear", -OF_STRIP, OF_STRIP)


def written(axis: Axis, title: str) -> dict[str, Any]:
    """A ruler as plain data: what it runs from and to, and its ticks with their texts."""
    power = f" (10^{axis.exponent})" if axis.exponent else ""
    return {
        "title": title + power, "range": [axis.low, axis.high],
        "ticks": [[*significant([value], 6), text] for value, text in axis.ticks()],
    }  # fmt: skip


def outside(values: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", axis: Axis) -> int:
    """How many of the values lie beyond the ruler."""
    return int(np.count_nonzero((values < axis.low) | (values > axis.high)))
