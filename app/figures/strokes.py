"""Low rows of few values as strokes: one a value, where it lies along the axis, piled up where they would be one."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.figures.dots import PANEL
from app.figures.outlines import DIGITS, on_axis, placed
from app.figures.theme import colour_of
from bncore.distributions.axis import Axis
from bncore.distributions.summary import Floats
from bncore.distributions.swarm import levels

WIDTH = 2.5  # pixels of a stroke: on a dark ground a thinner one is hardly seen
APART = 2.5  # pixels from one stroke to the next on the narrowest panel
FOOT, ROOF = 0.4, -0.4  # of a row, from its middle; the first row is at the top
TALLEST = 0.3  # of a row
LEAST = 1 / 175  # of all rows together: two pixels
FILLED = 0.75  # of a stroke's share of its pile: the rest keeps it from the one above
Figure = dict[str, Any]


def stroke_trace(axis: Axis, values: Floats, stage: str, examples: Sequence[int], example: str) -> Figure:
    """The strokes of rows of values (R, M), as one line with gaps; `examples` (M,) are their numbers.

    Those of a high pile are shorter, and overlap before they are too short to be seen. What lies beyond the axis has no
    stroke, as NaN has none. The rows lie at 0 … R - 1, downwards.
    """
    low, high = axis.limits()
    places = placed(axis, on_axis(axis, values))
    level = levels(places, (high - low) * APART / PANEL)
    most = level.max(axis=1, keepdims=True)
    share = np.minimum((FOOT - ROOF) / (most + 1), TALLEST)
    height = np.maximum(FILLED * share, LEAST * len(places))
    step = np.minimum(share, (FOOT - ROOF - height) / np.maximum(most, 1))
    foot = np.arange(len(places))[:, None] + FOOT - level * step
    gap = np.full_like(places, np.nan)
    numbers = np.broadcast_to(np.asarray(examples, dtype=np.float64), places.shape)
    drawn = ~np.isnan(places)
    return {
        "type": "scatter", "mode": "lines", "name": "examples", "x": _line(drawn, places, places, gap),
        "y": _line(drawn, foot, foot - height, gap).round(DIGITS),
        "customdata": _line(drawn, numbers, numbers, gap), "connectgaps": False,
        "line": {"color": colour_of(stage), "width": WIDTH}, "showlegend": False,
        "hovertemplate": f"{example} %{{customdata}}<extra></extra>", "meta": {"term": "example", "of": example},
    }  # fmt: skip


def _line(drawn: np.ndarray[Any, np.dtype[np.bool_]], start: Floats, end: Floats, gap: Floats) -> Floats:
    """Start, end and gap of each stroke that is drawn, one after the other."""
    line: Floats = np.stack([start, end, gap], axis=-1)[drawn].ravel()
    return line
