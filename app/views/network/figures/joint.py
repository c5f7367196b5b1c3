"""The opened joint of a network: its distribution in each column, and before and after a disturbance."""

from collections.abc import Sequence

import numpy as np

from app.figures.numbers import three
from app.figures.outlines import edges_on, on_axis, placed
from app.figures.rows import Figure, axis_layout
from app.figures.theme import MEANINGS, translucent
from app.views.network.figures.depth import COLOURS, DASHES, LEGEND, MARGIN
from app.views.network.figures.rows import AFTER_BEFORE, CUT, outside_text
from app.views.network.words.seen import COLUMN_WORDS
from bncore.distributions.summary import Floats
from bncore.network.measures.distributions import Distribution, Row, shapes_of

UNMOVED = "unmoved"
HEIGHT = 430  # with its note as high as the controls of the disturbance beside it
BETWEEN = 0.12  # of the height, free between the columns of a disturbed joint
OF_HIGHEST = "density, % of its highest"


def joint_figure(columns: Sequence[Distribution], value: str, title: str, diverged: str) -> Figure:
    """An outline a column on one axis; where there is a disturbance the columns one above the other, still on it."""
    stacked = any(d.disturbed is not None for d in columns)
    layout: Figure = {
        "title": {"text": title}, "xaxis": axis_layout(columns[0].axis, value) | {"nticks": 5},
        "margin": MARGIN, "height": HEIGHT, "hovermode": "closest", "showlegend": True, "legend": LEGEND,
        "meta": {
            "summary": f"{title}: {'; '.join(_told(d) for d in columns)}.",
            "note": "; ".join(part for part in (diverged, _outside(columns, stacked), _cut(columns)) if part),
        },
    }  # fmt: skip
    if not stacked:
        return {"data": [_column(d) for d in columns], "layout": layout | {"yaxis": _shares(OF_HIGHEST)}}
    traces: list[Figure] = []
    for place, d in enumerate(columns, 1):
        traces += _both(d, place, {trace["name"] for trace in traces})
    anchored = {**layout["xaxis"], "anchor": _axis(len(columns), "y")}
    return {"data": traces, "layout": {**layout, **_stack(columns), "xaxis": anchored, "legend": AFTER_BEFORE}}


def _stack(columns: Sequence[Distribution]) -> Figure:
    """An axis a column, the first one on top, over the horizontal axis that all share."""
    high = (1.0 - BETWEEN * (len(columns) - 1)) / len(columns)
    floors = [(len(columns) - place) * (high + BETWEEN) for place in range(1, len(columns) + 1)]
    axes = {
        _axis(place, "yaxis"): _shares(f"{COLUMN_WORDS[d.column]}: density, %")
        | {"domain": [floor, min(floor + high, 1.0)], "matches": "y", "nticks": 4}
        for place, (d, floor) in enumerate(zip(columns, floors, strict=True), 1)
    }
    del axes["yaxis"]["matches"]
    return axes


def _axis(place: int, name: str) -> str:
    return name if place == 1 else f"{name}{place}"


def _shares(title: str) -> Figure:
    return {"title": {"text": title}, "fixedrange": True, "rangemode": "tozero"}


def _column(d: Distribution) -> Figure:
    return _outline(d, d.rows, COLUMN_WORDS[d.column], COLOURS[d.column], DASHES[d.column], d.column)


def _both(d: Distribution, place: int, shown: set[str]) -> list[Figure]:
    """A column before (dotted) and after the disturbance, or once where that does not move it."""
    passes = {
        "after": (d.disturbed or (), MEANINGS["disturbed"], "solid"),
        "before": (d.rows, MEANINGS["neutral"], "dot"),
    }
    if d.rows and d.disturbed and not d.disturbed[0].moved:
        name, look = f"{COLUMN_WORDS[d.column]}, {UNMOVED}", (COLOURS[d.column], DASHES[d.column])
        return [_outline(d, d.rows, name, *look, d.column) | {"yaxis": _axis(place, "y")}]
    return [
        _outline(d, rows, name, colour, dash, name)
        | {"yaxis": _axis(place, "y"), "showlegend": name not in shown, "legendgroup": name}
        for name, (rows, colour, dash) in passes.items()
    ]


def _outline(d: Distribution, rows: tuple[Row, ...], name: str, colour: str, dash: str, term: str) -> Figure:
    x, y = _points(d, rows)
    return {
        "type": "scatter", "mode": "lines", "name": name, "x": x, "y": y,
        "line": {"color": colour, "width": 2, "shape": "hv", "dash": dash}, "fill": "tozeroy",
        "fillcolor": translucent(colour, 0.2), "hovertemplate": "%{y:.3g} %<extra></extra>", "meta": {"term": term},
    }  # fmt: skip


def _points(d: Distribution, rows: tuple[Row, ...]) -> tuple[Floats, Floats]:
    """The outline of one row in percent; a line where it is one value, nothing where it has none on the axis."""
    if not rows:
        return np.array([]), np.array([])
    shapes = shapes_of(rows)
    edges, heights = edges_on(d.axis, shapes.bins)[0], shapes.heights[0]
    wide = np.diff(edges) > 0.0
    if shapes.bins.width[0] == 0.0:
        at = placed(d.axis, on_axis(d.axis, shapes.bins.low))
        return (np.repeat(at, 2), np.array([0.0, 100.0])) if not np.isnan(at[0]) else (at[:0], at[:0])
    x = np.concatenate([edges[:1], edges[:-1][wide], edges[-1:]])
    return x, np.concatenate([[0.0], 100.0 * heights[wide], [0.0]]).round(2)


def _outside(columns: Sequence[Distribution], stacked: bool) -> str:
    """How many values the axis leaves out, short enough for the room that the page keeps; "" if none."""
    if not stacked:
        return "; ".join(filter(None, (outside_text(*d.outside, f"{COLUMN_WORDS[d.column]} ") for d in columns)))
    counts = [f"{COLUMN_WORDS[d.column]} {d.outside[0]:,} and {d.outside[1] or 0:,}" for d in columns if any(d.outside)]
    return f"values outside the axis, before and after: {', '.join(counts)}" if counts else ""


def _cut(columns: Sequence[Distribution]) -> str:
    rows = [row for d in columns for row in (*d.rows, *(d.disturbed or ()))]
    return CUT if rows and shapes_of(rows).cut.any() else ""


def _told(d: Distribution) -> str:
    before = f"{COLUMN_WORDS[d.column]} {_numbers(d.rows)}"
    return before if d.disturbed is None else f"{before}, disturbed {_numbers(d.disturbed)}"


def _numbers(rows: tuple[Row, ...]) -> str:
    if not rows:
        return "no finite numbers"
    m = rows[0].moments
    return f"mean {three(m.mean)}, deviation {three(m.sd)}, {three(m.low)} to {three(m.high)}"
