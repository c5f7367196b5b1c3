"""Rows of few values as dots: where one lies along the axis is its value, how high it lies keeps dots apart."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from app.figures.outlines import DIGITS
from app.figures.theme import colour_of
from bncore.distributions.axis import Axis
from bncore.distributions.summary import Floats
from bncore.distributions.swarm import levels

DOTS_UP_TO = 64  # values in a row; more are a histogram
LARGE_UP_TO = 24  # values in a row whose dots are large
PANEL = 161.8  # pixels of an axis on the narrowest panel
Figure = dict[str, Any]


@dataclass(frozen=True)
class Room:
    """What a row has for its dots, in rows: the lowest one's height above the row's `base`, the `step` to the next one,
    and the height of the `highest`; a stack that would be higher has smaller steps. `size` of a dot in pixels.
    """

    base: float
    step: float
    highest: float
    size: float


LARGE, SMALL = Room(0.2, 0.15, 0.87, 4.0), Room(0.19, 0.12, 0.88, 3.0)


def room_of(numbers: int) -> Room:
    """The room of a row of so many dots: more are smaller."""
    return LARGE if numbers <= LARGE_UP_TO else SMALL


def dot_heights(axis: Axis, places: Floats, room: Room) -> Floats:
    """How high above its row's base each dot (R, M) lies."""
    low, high = axis.limits()
    level = levels(places, (high - low) * room.size / PANEL)
    most = np.maximum(level.max(axis=1, keepdims=True), 1)
    above: Floats = room.base + level * np.minimum(room.step, (room.highest - room.base) / most)
    return above


def dot_trace(places: Floats, heights: Floats, stage: str, example: str, room: Room) -> Figure:
    """The dots at `places` (R, M), NaN where there is none, each with the number of its example."""
    drawn = ~np.isnan(places)
    numbers = np.broadcast_to(np.arange(places.shape[1]), places.shape)
    return {
        "type": "scatter", "mode": "markers", "name": "examples", "x": places[drawn],
        "y": heights[drawn].round(DIGITS), "customdata": numbers[drawn],
        "marker": {"size": room.size, "color": colour_of(stage), "opacity": 0.85},
        "hovertemplate": f"{example} %{{customdata}}<extra></extra>", "showlegend": False,
        "meta": {"term": "example", "of": example},
    }  # fmt: skip
