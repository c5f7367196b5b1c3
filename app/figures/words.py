"""Words in rows that have no shape."""

import math
from collections.abc import Sequence
from typing import Any

from app.figures.outlines import placed
from bncore.distributions.axis import Axis
from bncore.distributions.summary import Floats

GAP = "\u2002"  # between a mark and its word
Figure = dict[str, Any]


def one_value(value: float, numbers: int) -> str:
    """What a row of one value is called, "" for NaN, which is of several.

    >>> one_value(0.0, 3), one_value(2.0, 3), one_value(2.0, 1), one_value(float("nan"), 9)
    ('zero', 'constant', 'one value', '')
    """
    if math.isnan(value):
        return ""
    return "zero" if value == 0.0 else "constant" if numbers > 1 else "one value"


def words_beside(axis: Axis, values: Floats, heights: Floats, words: Sequence[str], term: str) -> Figure:
    """Words, where there are any, beside values on an axis, on the side that has room."""
    rows = [row for row, word in enumerate(words) if word]
    places = placed(axis, axis.position(values))[rows]
    left = (places > sum(axis.limits()) / 2.0).tolist()
    return {
        "type": "scatter", "mode": "text", "name": "words", "x": places, "y": heights[rows],
        "text": [
            f"{words[row]}{GAP}" if on_left else f"{GAP}{words[row]}" for row, on_left in zip(rows, left, strict=True)
        ],
        "textposition": ["middle left" if on_left else "middle right" for on_left in left],
        "hoverinfo": "skip", "showlegend": False, "meta": {"term": term},
    }  # fmt: skip
