"""The distributions of a large array's features over all of its examples, a row a feature."""

import numpy as np

from app.figures.linked import bands
from app.figures.outlines import on_axis, placed, step_outlines
from app.figures.rows import Figure, axis_layout, name_margin, room_below
from app.figures.theme import colour_of, translucent
from app.views.playground.everything import Everything
from app.views.playground.figures import SHOWN_AT_ONCE, Selection
from bncore.distributions.axis import Axis, axis_for
from bncore.distributions.histogram import heights
from bncore.distributions.summary import Floats
from bncore.stream.cells import Counts

MARK = 0.16  # height of a row's mean and whisker above its floor
HOVER = (
    "%{text}<br>mean %{customdata[0]:.3g}, deviation %{customdata[1]:.3g}<br>%{customdata[2]:.3g} to "
    "%{customdata[3]:.3g}<extra></extra>"
)


def everything_figure(everything: Everything, selection: Selection, like: Axis) -> Figure:
    """Histograms with mean and deviation, of the features shown or the first ones, on an axis of the kind of `like`."""
    rows = list(selection.rows or range(min(len(selection.names), SHOWN_AT_ONCE)))
    seen, binned = everything.streamed, everything.streamed.histogram()
    edges, counts = binned.edges[rows], binned.counts[rows]
    axis = axis_for(float(edges[:, 1].min()), float(edges[:, -2].max()), like.kind, like.linear_within)
    moments = np.array([seen.mean, seen.sigma, seen.low, seen.high]).T[rows]
    base = np.arange(len(rows) - 1, -1, -1, dtype=np.float64)
    names = [selection.drawn_names[row] for row in rows]
    constant = np.where(moments[:, 2] == moments[:, 3], moments[:, 0], np.nan)
    places = axis.position(np.clip(edges, axis.low, axis.high))
    outline = step_outlines(places, heights(counts, edges), base, placed(axis, on_axis(axis, constant)))
    data = [_shapes(*outline), *_marks(axis, moments, base + MARK, names)]
    return {"data": data, "layout": _layout(everything, axis, rows, names, _outside(counts[np.isnan(constant)]))}


def _outside(counts: Counts) -> int:
    """How many numbers of rows that are not one value lie beyond their fences."""
    return int(counts[:, 0].sum() + counts[:, -1].sum())


def _shapes(x: Floats, y: Floats) -> Figure:
    colour = colour_of("x")
    return {
        "type": "scatter", "mode": "lines", "name": "all examples", "x": x, "y": y, "fill": "toself",
        "fillcolor": translucent(colour, 0.38), "line": {"color": colour, "width": 1, "shape": "hv"},
        "hoverinfo": "skip", "showlegend": False, "meta": {"term": "x"},
    }  # fmt: skip


def _marks(axis: Axis, moments: Floats, height: Floats, names: list[str]) -> list[Figure]:
    """A line of one deviation to either side of each mean, parted by NaN, and a dot at the mean."""
    mean, sd = moments[:, 0], moments[:, 1]
    ends = np.clip(np.array([mean - sd, mean + sd, mean]), axis.low, axis.high)
    low, high, middle = placed(axis, axis.position(ends))
    look = {"color": colour_of("x"), "size": 6, "line": {"width": 1, "color": "#ffffff"}}
    return [
        {
            "type": "scatter", "mode": "lines", "name": "± one deviation",
            "x": np.array([low, high, np.full_like(low, np.nan)]).T.ravel(), "y": np.repeat(height, 3),
            "line": {"color": colour_of("x"), "width": 2}, "hoverinfo": "skip", "showlegend": False,
            "meta": {"term": "sd"},
        },
        {
            "type": "scatter", "mode": "markers", "name": "mean", "x": middle, "y": height, "marker": look,
            "text": names, "customdata": moments, "hovertemplate": HOVER, "showlegend": False, "meta": {"term": "mean"},
        },
    ]  # fmt: skip


def _layout(everything: Everything, axis: Axis, rows: list[int], names: list[str], outside: int) -> Figure:
    count, xaxis, examples = len(rows), axis_layout(axis, "x", narrow=True), everything.streamed.examples
    features = len(everything.streamed.mean)
    of = "every feature" if count == features else f"{count} of {features} features"
    drawn = (
        "" if count == features else f"{count} of {features} features; those that are ticked under Features are shown"
    )
    far = f"{outside:,} values far out are in the outermost bins, up to the end of the axis" if outside else ""
    note = "; ".join(part for part in (drawn, far) if part)
    return {
        "title": {"text": f"x: all {examples:,} examples"},
        "xaxis": xaxis,
        "yaxis": {
            "range": [-0.25, count], "tickvals": np.arange(count - 1, -1, -1) + 0.3, "ticktext": names,
            "title": {"text": "feature"}, "fixedrange": True, "zeroline": False, "showgrid": False,
        },
        "margin": {"l": name_margin(names), "r": 8, "t": 36, "b": room_below(xaxis)},
        "height": 42 + room_below(xaxis) + max(count, 3) * 27, "hovermode": "closest", "showlegend": False,
        "meta": {
            "summary": f"Histograms of {of} over all {examples:,} examples of {everything.name}. {note}".strip(),
            "note": note, "rows": "feature", "linked": bands("feature", rows, start=count - 0.15, step=-1.0),
        },
    }  # fmt: skip
