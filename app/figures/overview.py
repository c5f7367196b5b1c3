"""Many features at once: a map of feature × bin, from which features are picked."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from app.figures.linked import bands
from app.figures.outlines import column_edges, placed_edges
from app.figures.rows import axis_layout, name_margin, room_below
from app.figures.theme import colour_of, translucent
from bncore.distributions.histogram import cut, heights
from bncore.distributions.summary import Floats
from bncore.playground.stages import Stage

MOST_ROWS = 64
COLUMNS = 40
OF_HIGHEST = "density %{z} % of the row's highest"
Figure = dict[str, Any]


def overview_panel(stage: Stage, names: Sequence[str], title: str, value: str) -> Figure:
    """A row a feature, darker where more of its examples lie; above 64 features a row pools several neighbours."""
    axis = stage.histogram.axis
    columns = column_edges(axis, COLUMNS)
    counts, labels = pooled(stage.histogram.on(columns), names)
    colour = colour_of(stage.name)
    heatmap = {
        "type": "heatmap", "z": percents(counts, columns), "x": placed_edges(axis, COLUMNS),
        "y": np.arange(len(labels)), "zmin": 0, "zmax": 100, "colorscale": shades(colour), "showscale": False,
        "hovertemplate": f"%{{y}}: {OF_HIGHEST}<extra></extra>",
        "meta": {"term": stage.name, "pooled": -(-len(names) // len(labels))},
    }  # fmt: skip
    return {"data": [heatmap], "layout": _layout(stage, labels, len(names), title, value)}


def percents(counts: Floats, columns: Floats, tower: float = math.inf) -> np.ndarray[Any, Any]:
    """Counts (R, C) between columns (C + 1,) as densities per unit of data, in percent of each row's highest.

    A highest one above `tower` times the second is cut off.
    """
    shares = heights(counts, np.broadcast_to(columns, (len(counts), len(columns))))
    drawn = shares if tower == math.inf else cut(shares, tower)[0]
    return (100.0 * drawn).round().astype(np.int64)


def shades(colour: str) -> list[list[Any]]:
    """From nothing to the colour, quickly at first, so that a bin with few of the values can still be seen."""
    return [
        [at, translucent(colour, opacity)] for at, opacity in ((0, 0), (0.02, 0.15), (0.15, 0.5), (0.5, 0.8), (1, 1))
    ]


def pooled(counts: np.ndarray[Any, Any], names: Sequence[str]) -> tuple[np.ndarray[Any, Any], list[str]]:
    """At most 64 rows: neighbouring features added up, and what each row is called."""
    features = len(names)
    if features <= MOST_ROWS:
        return counts, list(names)
    per_row = -(-features // MOST_ROWS)
    starts = np.arange(0, features, per_row)
    labels = [f"{names[start]} … {names[min(start + per_row, features) - 1]}" for start in starts.tolist()]
    return np.add.reduceat(counts, starts, axis=0), labels


def _layout(stage: Stage, labels: Sequence[str], features: int, title: str, value: str) -> Figure:
    count = len(labels)
    each = -(-features // count)
    every = max(1, -(-count // 16))
    at = list(range(0, count, every))
    xaxis = axis_layout(stage.histogram.axis, value, narrow=True)
    return {
        "title": {"text": title},
        "xaxis": xaxis,
        "yaxis": {
            "range": [count - 0.5, -0.5], "tickvals": at, "ticktext": [labels[i] for i in at],
            "title": {"text": "feature"}, "fixedrange": True, "zeroline": False, "showgrid": False,
        },
        "margin": {"l": name_margin(labels), "r": 8, "t": 36, "b": room_below(xaxis)},
        "height": 440,
        "hovermode": "closest",
        "showlegend": False,
        "meta": {"linked": bands("feature", range(0, features, each), start=-0.5, step=1.0, each=each)},
    }  # fmt: skip
