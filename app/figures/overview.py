"""Many features at once, from which features are picked: a map of feature × bin, or strokes where values are few."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from app.figures.dots import DOTS_UP_TO
from app.figures.linked import bands
from app.figures.outlines import column_edges, placed_edges
from app.figures.rows import axis_layout, name_margin, room_below
from app.figures.strokes import stroke_trace
from app.figures.theme import colour_of, translucent
from bncore.distributions.histogram import cut, heights
from bncore.distributions.summary import Floats
from bncore.playground.stages import Stage

MOST_ROWS = 64
HEIGHT, AROUND, ROW = 440, 80, 8  # pixels of a figure, those around its rows, and of a row that strokes are seen in
COLUMNS = 40
STROKES_UP_TO = 4 * DOTS_UP_TO  # values in a row that pools features; the pixels of a narrow panel hold no more
OF_HIGHEST = "density %{z} % of the row's highest"
Figure = dict[str, Any]


def overview_panel(stage: Stage, names: Sequence[str], title: str, value: str, example: str = "example") -> Figure:
    """A row a feature; above 64 features a row pools several neighbours.

    A row is darker where more of its examples lie; of a small batch, each `example` is a stroke.
    """
    labels = row_labels(names)
    data = _strokes(stage, labels, example) if stroked(stage) else [_map(stage, names)]
    return {"data": data, "layout": _layout(stage, labels, len(names), title, value)}


def stroked(stage: Stage) -> bool:
    """Whether each value is a stroke of its own."""
    features, numbers = len(stage.values), len(stage.values[0])
    return numbers <= DOTS_UP_TO and numbers * per_row(features) <= STROKES_UP_TO


def _map(stage: Stage, names: Sequence[str]) -> Figure:
    axis = stage.histogram.axis
    columns = column_edges(axis, COLUMNS)
    counts, labels = pooled(stage.histogram.on(columns), names)
    shown = {
        "z": percents(counts, columns), "x": placed_edges(axis, COLUMNS), "zmin": 0, "zmax": 100,
        "colorscale": shades(colour_of(stage.name)), "text": [[label] * COLUMNS for label in labels],
        "hovertemplate": f"%{{text}}: {OF_HIGHEST}<extra></extra>",
    }  # fmt: skip
    return _rows(stage) | shown


def _strokes(stage: Stage, labels: Sequence[str], example: str) -> list[Figure]:
    """The strokes, and under them rows without a colour, which are picked beside them too."""
    features, numbers = stage.values.shape
    each, rows = per_row(features), len(labels)
    values = np.full((rows * each, numbers), np.nan)
    values[:features] = stage.values
    if stage.rounding is not None:
        values[:features][stage.rounding] = 0.0
    counts = np.full(rows, each * numbers)
    counts[-1] -= (rows * each - features) * numbers
    shown = {
        "z": counts[:, None], "x": list(stage.histogram.axis.limits()), "opacity": 0.0, "text": [[n] for n in labels],
        "hovertemplate": "%{text}: %{z} values<extra></extra>",
    }  # fmt: skip
    examples = np.tile(np.arange(numbers), each)
    strokes = stroke_trace(stage.histogram.axis, values.reshape(rows, -1), stage.name, examples.tolist(), example)
    return [_rows(stage) | shown, strokes]


def _rows(stage: Stage) -> Figure:
    """What the page picks features by: row r is a feature, or neighbours that are pooled."""
    each = per_row(len(stage.values))
    return {
        "type": "heatmap", "y": np.arange(-(-len(stage.values) // each)), "showscale": False,
        "meta": {"term": stage.name, "pooled": each},
    }  # fmt: skip


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


def per_row(features: int) -> int:
    """How many neighbouring features a row stands for, so that there are at most 64 rows."""
    return -(-features // MOST_ROWS)


def row_labels(names: Sequence[str]) -> list[str]:
    """What each row is called: by its feature, or by the first and the last of its neighbours.

    >>> row_labels(["a", "b"]), row_labels([str(i) for i in range(65)])[-1]
    (['a', 'b'], '64')
    """
    each = per_row(len(names))
    rows = (names[start : start + each] for start in range(0, len(names), each))
    return [row[0] if len(row) == 1 else f"{row[0]} … {row[-1]}" for row in rows]


def pooled(counts: np.ndarray[Any, Any], names: Sequence[str]) -> tuple[np.ndarray[Any, Any], list[str]]:
    """At most 64 rows: neighbouring features added up, and what each row is called."""
    starts = np.arange(0, len(names), per_row(len(names)))
    return np.add.reduceat(counts, starts, axis=0), row_labels(names)


def _layout(stage: Stage, labels: Sequence[str], features: int, title: str, value: str) -> Figure:
    count = len(labels)
    each = per_row(features)
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
        "height": max(HEIGHT, AROUND + ROW * count) if stroked(stage) else HEIGHT,
        "hovermode": "closest",
        "showlegend": False,
        "meta": {"linked": bands("feature", range(0, features, each), start=-0.5, step=1.0, each=each)},
    }  # fmt: skip
