"""What changes with depth, both columns in one figure: curves and the movement."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.figures.linked import bands
from app.figures.numbers import SINGLE, apart, beside, is_rounding
from app.figures.rows import Figure, axis_layout
from app.figures.theme import MEANINGS
from app.views.network.words.seen import COLUMN_WORDS
from bncore.distributions.axis import Axis, tick_text
from bncore.network.measures.curves import Curve

COLOURS = {"without": MEANINGS["without_bn"], "with": MEANINGS["with_bn"]}
DASHES = {"without": "dash", "with": "solid"}
BANDS = {"without": "4px,3px", "with": "solid"}  # of the disturbed passes
MARKERS = {"without": "circle-open", "with": "square"}
MARGIN = {"l": 58, "r": 12, "t": 54, "b": 42}
LEGEND = {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.0, "yanchor": "bottom"}
Values = Sequence[float | None]


def curve_figure(
    curve: Curve, title: str, value: str, note: str = "", sizes: Curve | None = None, unit: float = SINGLE
) -> Figure:
    """A line a column over the blocks, and one of its disturbed pass; a logarithmic axis says so in its title.

    A value that is rounding beside that of `sizes`, if given, is told to be so; `unit` as for `is_rounding`.
    """
    rows = [(column, values, "") for column, values in curve.values.items()]
    rows += [(column, values, ", disturbed") for column, values in curve.disturbed.items()]
    traces = [_line(column, values, behind=behind, axis=curve.axis) for column, values, behind in rows]
    yaxis = _axis(curve, value)
    title_of_axis = yaxis["title"]["text"]
    scales: list[Values] = (
        [*sizes.values.values(), *sizes.disturbed.values()] if sizes else [[None] * len(row[1]) for row in rows]
    )
    if sizes:
        traces = [_in_words(trace, row[1], scale, unit) for trace, row, scale in zip(traces, rows, scales, strict=True)]
    told = "; ".join(
        _told(column, values, behind, scale, unit) for (column, values, behind), scale in zip(rows, scales, strict=True)
    )
    depth = max(map(len, curve.values.values()))
    layout = {
        "title": {"text": title}, "xaxis": depth_axis(depth), "yaxis": yaxis,
        "margin": MARGIN, "height": 300, "hovermode": "x unified", "showlegend": True, "legend": LEGEND,
        "meta": {"summary": f"{title}, {title_of_axis}: {told}.", "note": note, "linked": blocks(depth)},
    }  # fmt: skip
    return {"data": traces, "layout": layout}


def percent_figure(curve: Curve, title: str, value: str, note: str = "") -> Figure:
    """As `curve_figure`, of shares in percent."""
    before, after = (
        {name: [v if v is None else 100.0 * v for v in values] for name, values in rows.items()}
        for rows in (curve.values, curve.disturbed)
    )
    figure = curve_figure(Curve(curve.name, before, after, False), title, value, note)
    figure["layout"]["yaxis"]["range"] = [-3, 103]
    return figure


def depth_axis(depth: int, first: int = 1) -> Figure:
    """The horizontal axis of blocks."""
    return {"title": {"text": "block"}, "range": [first - 0.5, depth + 0.5], "fixedrange": True, "zeroline": False,
            "dtick": max(1, -(-(depth - first + 1) // 12)), "tick0": first}  # fmt: skip


def blocks(last: int, first: int = 1) -> Any:
    """What is lit where a block of that axis is pointed at."""
    return bands("block", range(first, last + 1), axis="x", start=first - 0.5, step=1.0)


def _axis(curve: Curve, value: str) -> Figure:
    if curve.axis is not None:
        return axis_layout(curve.axis, value) | {"zeroline": True}
    own = {"title": {"text": f"{value} (log)" if curve.log else value}, "fixedrange": True}
    scale = _decades(curve) if curve.log else {"zeroline": True, "exponentformat": "power"}
    return own | scale


def _decades(curve: Curve) -> Figure:
    """A logarithmic axis with ticks at powers of ten, which Plotly would write larger than other numbers."""
    rows = [*curve.values.values(), *curve.disturbed.values()]
    sizes = [math.log10(value) for row in rows for value in row if value] or [0.0]
    every = max(1, math.ceil((max(sizes) - min(sizes)) / 6.0))
    first, last = math.floor(min(sizes) / every), math.ceil(max(sizes) / every)
    ticks = [float(f"1e{every * k}") for k in range(first, last + 1)]
    return {"type": "log", "tickvals": ticks, "ticktext": [tick_text(tick) for tick in ticks], "zeroline": False}


def _line(column: str, values: Values, *, first: int = 1, behind: str = "", axis: Axis | None = None) -> Figure:
    """`behind` the column's name tells a disturbed pass: a wide band under the lines that is not in the legend.

    Hovering tells the values, wherever an `axis` puts them.
    """
    colour = MEANINGS["disturbed"] if behind else COLOURS[column]
    numbers = [_short(value) for value in values]
    known = np.array([np.nan if value is None else value for value in values])
    places = numbers if axis is None else [_short(p) for p in axis.position(known).tolist()]
    return {
        "type": "scatter", "mode": "lines" if behind else "lines+markers", "name": f"{COLUMN_WORDS[column]}{behind}",
        "x": list(range(first, first + len(values))), "y": places, "customdata": numbers,
        "line": {"color": colour, "dash": BANDS[column] if behind else DASHES[column],
                 "width": 6 if behind else 2},
        "marker": {"symbol": MARKERS[column], "size": 6, "color": colour},
        "opacity": 0.45 if behind else 1.0, "zorder": 0 if behind else 1, "cliponaxis": False,
        "hovertemplate": "%{customdata:.3g}", "showlegend": not behind,
        "meta": {"term": "after" if behind else column},
    }  # fmt: skip


def _in_words(trace: Figure, values: Values, sizes: Values, unit: float) -> Figure:
    """The line, whose numbers are told beside their sizes where one hovers and in the table."""
    pairs = zip(values, sizes, strict=True)
    texts = ["not known" if v is None else beside(v, v if size is None else size, unit) for v, size in pairs]
    return trace | {"text": texts, "hovertemplate": "%{text}"}


def _short(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(f"{value:.5g}")


def _told(column: str, values: Values, behind: str, sizes: Values, unit: float) -> str:
    """The first and the last value that there is; `sizes` are what each is held against, None for itself."""
    known = [
        (block, value, value if size is None else size)
        for block, (value, size) in enumerate(zip(values, sizes, strict=True), 1) if value is not None
    ]  # fmt: skip
    name = f"{COLUMN_WORDS[column]}{behind}"
    if not known:
        return f"{name} nothing to draw"
    (first, start, at_start), (last, end, at_end) = known[0], known[-1]
    rounding = is_rounding(start, at_start, unit) or is_rounding(end, at_end, unit)
    texts = (beside(start, at_start, unit), beside(end, at_end, unit)) if rounding else apart(start, end, unit)
    return f"{name} {texts[0]} in block {first}, {texts[1]} in block {last}"


def moved_figure(values: Mapping[str, Values], first: int, title: str, value: str, unit: float = SINGLE) -> Figure:
    """How far each block from the disturbed one onwards moved, in deviations, a line a column; `unit` as above."""
    traces = [_in_words(_line(column, row, first=first), row, [1.0] * len(row), unit) for column, row in values.items()]
    told = "; ".join(f"{COLUMN_WORDS[t['meta']['term']]} {t['text'][0]}, {t['text'][-1]}" for t in traces)
    last = first + max(map(len, values.values())) - 1
    layout = {
        "title": {"text": title}, "xaxis": depth_axis(last, first),
        "yaxis": {"title": {"text": value}, "fixedrange": True, "rangemode": "tozero", "zeroline": True},
        "margin": MARGIN, "height": 300, "hovermode": "x unified", "showlegend": True, "legend": LEGEND,
        "meta": {"summary": f"{title}, first and last block: {told}.", "note": "", "linked": blocks(last, first)},
    }  # fmt: skip
    return {"data": traces, "layout": layout}
