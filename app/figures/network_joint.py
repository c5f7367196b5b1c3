"""The opened joint of a network: its distribution in each column, and before and after a disturbance."""

from collections.abc import Sequence

import numpy as np

from app.figures.network_depth import COLOURS, DASHES, LEGEND, MARGIN
from app.figures.network_rows import AFTER_BEFORE
from app.figures.network_words import COLUMN_WORDS
from app.figures.numbers import counted, three
from app.figures.rows import Figure, axis_layout, placed_edges
from app.figures.theme import MEANINGS, translucent
from bncore.network.distributions import BINS, Distribution, Row

HEIGHT = 450  # as high as the controls of the disturbance beside it
BETWEEN = 0.12  # of the height, free between the columns of a disturbed joint
OF_A_BIN = "% of the numbers in a bin"


def joint_figure(columns: Sequence[Distribution], value: str, title: str, diverged: str) -> Figure:
    """An outline a column on one axis; where there is a disturbance the columns one above the other, still on it."""
    stacked = any(d.disturbed is not None for d in columns)
    outside = [f"{COLUMN_WORDS[d.column]} {counted(d.outside, 'value')} outside the axis" for d in columns if d.outside]
    layout: Figure = {
        "title": {"text": title}, "xaxis": axis_layout(columns[0].axis, value) | {"nticks": 5},
        "margin": MARGIN, "height": HEIGHT, "hovermode": "closest", "showlegend": True, "legend": LEGEND,
        "meta": {
            "summary": f"{title}: {'; '.join(_told(d) for d in columns)}.",
            "note": "; ".join(part for part in (diverged, *outside) if part),
        },
    }  # fmt: skip
    if not stacked:
        return {"data": [_column(d) for d in columns], "layout": layout | {"yaxis": _shares(OF_A_BIN)}}
    traces = [trace for place, d in enumerate(columns, 1) for trace in _both(d, place)]
    anchored = {**layout["xaxis"], "anchor": _axis(len(columns), "y")}
    return {"data": traces, "layout": {**layout, **_stack(columns), "xaxis": anchored, "legend": AFTER_BEFORE}}


def _stack(columns: Sequence[Distribution]) -> Figure:
    """An axis a column, the first one on top, over the horizontal axis that all share."""
    high = (1.0 - BETWEEN * (len(columns) - 1)) / len(columns)
    floors = [(len(columns) - place) * (high + BETWEEN) for place in range(1, len(columns) + 1)]
    axes = {
        _axis(place, "yaxis"): _shares(f"{COLUMN_WORDS[d.column]}, %")
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


def _both(d: Distribution, place: int) -> list[Figure]:
    """A column before (dotted) and after the disturbance; the legend has them once."""
    passes = {
        "after": (d.disturbed or (), MEANINGS["disturbed"], "solid"),
        "before": (d.rows, MEANINGS["neutral"], "dot"),
    }
    return [
        _outline(d, rows, name, colour, dash, name)
        | {"yaxis": _axis(place, "y"), "showlegend": place == 1, "legendgroup": name}
        for name, (rows, colour, dash) in passes.items()
    ]


def _outline(d: Distribution, rows: tuple[Row, ...], name: str, colour: str, dash: str, term: str) -> Figure:
    edges = placed_edges(d.axis, BINS)
    share = [100.0 * row.counts[1:-1] / row.moments.count for row in rows]
    y = np.concatenate([*share, [0.0]]).round(3) if share else np.array([])
    return {
        "type": "scatter", "mode": "lines", "name": name, "x": edges[: len(y)], "y": y,
        "line": {"color": colour, "width": 2, "shape": "hv", "dash": dash}, "fill": "tozeroy",
        "fillcolor": translucent(colour, 0.2), "hovertemplate": "%{y:.3g} %<extra></extra>", "meta": {"term": term},
    }  # fmt: skip


def _told(d: Distribution) -> str:
    before = f"{COLUMN_WORDS[d.column]} {_numbers(d.rows)}"
    return before if d.disturbed is None else f"{before}, disturbed {_numbers(d.disturbed)}"


def _numbers(rows: tuple[Row, ...]) -> str:
    if not rows:
        return "no finite numbers"
    m = rows[0].moments
    return f"mean {three(m.mean)}, deviation {three(m.sd)}, {three(m.low)} to {three(m.high)}"
