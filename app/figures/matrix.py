"""A matrix of examples × examples as a map: its colours on either side of 0, and its entries as short texts."""

import math
from typing import Any

from app.figures.numbers import three
from app.figures.theme import MEANINGS, translucent


def entry_text(value: float, most: float) -> str:
    """An entry on the map, with the decimals of the largest one at three digits; what is rounded away is not plainly 0.

    >>> entry_text(-1.771, 4.13), entry_text(0.0485, 0.41), entry_text(-0.001, 4.13), entry_text(0.0, 4.13)
    ('−1.77', '0.049', '0.00', '0')
    """
    decimals = 2 - math.floor(math.log10(most)) if math.isfinite(most) else 9
    if value == 0 or not 0 <= decimals <= 4:
        return three(value)
    text = f"{value:.{decimals}f}"
    return text.replace("-", "−") if float(text) else text.removeprefix("-")


def diverging() -> list[list[Any]]:
    """From blue over nothing to orange, never so strong that the text of either colour scheme could not be read."""
    low, high = MEANINGS["x_hat"], MEANINGS["gradient"]
    return [
        [0, translucent(low, 0.75)], [0.25, translucent(low, 0.4)], [0.5, translucent(MEANINGS["neutral"], 0.08)],
        [0.75, translucent(high, 0.4)], [1, translucent(high, 0.75)],
    ]  # fmt: skip
