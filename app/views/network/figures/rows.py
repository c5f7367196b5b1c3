"""A network's distributions as small multiples: a row a block, as outlines where they are few, as a map where not."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.figures.linked import bands
from app.figures.numbers import SINGLE, apart, beside, counted, three
from app.figures.outlines import ROW_HEIGHT, column_edges, edges_on, on_axis, placed, placed_edges, step_outlines
from app.figures.overview import OF_HIGHEST, percents, shades
from app.figures.rows import Figure, axis_layout
from app.figures.theme import MEANINGS, translucent
from app.figures.words import one_value, words_beside
from bncore.distributions.axis import Axis
from bncore.distributions.histogram import on
from bncore.distributions.summary import Floats
from bncore.network.measures.distributions import TOWER, Distribution, Row, Shapes, shapes_of

OUTLINES_UP_TO = 12  # blocks; more are told better by a map
COLUMNS = 120  # of a map: a row that is narrow on the axis still has several
HALF = 0.25  # of a row: where a block's two halves stand
CUT = "a bin that towers above the others is drawn cut off"
EMPTY: list[Any] = [None]  # a row of a map without numbers: what is missing in a row is a gap
AFTER_BEFORE = {
    "orientation": "h", "x": 1, "xanchor": "right", "y": 1.0, "yanchor": "bottom", "traceorder": "reversed",
}  # fmt: skip
COLOURS = {"z": "x", "norm": "y", "f": "activation", "sum": "readout"}
HOVER = (
    "block %{text}<br>mean %{customdata[0]:.3g}, deviation %{customdata[1]:.3g}<br>%{customdata[2]:.3g} to "
    "%{customdata[3]:.3g}<extra></extra>"
)


MARK_LINES = {"circle": {"width": 1, "color": "#ffffff"}, "circle-open": {"width": 1.5}}
Rows = tuple[Row, ...]


@dataclass(frozen=True)
class Panel:
    """A figure of distributions: the blocks that have a row, the texts around them; `note` is what must be known."""

    title: str
    value: str
    blocks: Sequence[int]
    note: str = ""


def distribution_figure(shown: Distribution, panel: Panel) -> Figure:
    """A row a block from the first at the top, with its mean.

    Rows that a disturbance moves are drawn twice: before (grey, dotted, or the upper half of a row) and after it. Those
    that it does not move look as they did.
    """
    layout = _layout(shown, panel)
    if shown.disturbed is None:
        return {"data": _shapes(shown, panel, shown.rows, "own"), "layout": layout}
    after = {row.block: row for row in shown.disturbed}
    moved = tuple(row for row in shown.disturbed if row.moved)
    stands = {block for block, row in after.items() if not row.moved}
    still = tuple(row for row in shown.rows if row.block in stands)
    before = tuple(row for row in shown.rows if row.block not in stands)
    layout |= {"showlegend": _few(panel), "legend": AFTER_BEFORE}
    layout["margin"] = layout["margin"] | {"t": 54}
    passes = {"after": moved, "before": before, "own": still}
    return {"data": [t for name, rows in passes.items() for t in _shapes(shown, panel, rows, name)], "layout": layout}


def _shapes(shown: Distribution, panel: Panel, rows: Rows, name: str) -> list[Figure]:
    """The traces of some rows: of one pass alone, or "before" or "after" where the disturbance moves them."""
    if not rows and name != "own":
        return []
    look = replace(LOOKS[name], colour=LOOKS[name].colour or colour_of(shown))
    shape = _outline(shown, rows, panel, look) if _few(panel) else _map(shown, rows, panel, look)
    return [shape, *_words(shown, rows), _means(shown.axis, rows, look)]


@dataclass(frozen=True)
class Look:
    """How the rows of a pass are drawn: name in the legend, half of a row of a map; the joint's own colour if ""."""

    name: str = ""
    colour: str = ""
    dash: str = "solid"
    opacity: float = 0.38
    half: float = 0.0
    symbol: str = "circle"


LOOKS = {
    "own": Look(),
    "after": Look("after", MEANINGS["disturbed"], half=HALF),
    "before": Look("before", MEANINGS["neutral"], "dot", 0.12, -HALF, "circle-open"),
}


def colour_of(shown: Distribution) -> str:
    """Activations by their kind of joint, gradients warm."""
    return MEANINGS["gradient" if shown.side == "gradients" else COLOURS[shown.kind]]


def _few(panel: Panel) -> bool:
    return len(panel.blocks) <= OUTLINES_UP_TO


def _outline(shown: Distribution, rows: Rows, panel: Panel, look: Look) -> Figure:
    x, y = np.array([]), np.array([])
    if rows:
        shapes, bases = shapes_of(rows), np.array([_floor(row.block) for row in rows])
        marks = placed(shown.axis, on_axis(shown.axis, _constants(shapes)))
        x, y = step_outlines(edges_on(shown.axis, shapes.bins), shapes.heights, bases, marks)
    line = {"color": look.colour, "width": 1, "shape": "hv", "dash": look.dash}
    return {
        "type": "scatter", "mode": "lines", "name": look.name or panel.value, "x": x, "y": y, "fill": "toself",
        "fillcolor": translucent(look.colour, look.opacity), "line": line,
        "hoverinfo": "skip", "showlegend": bool(look.name), "meta": {"term": look.name or shown.kind},
    }  # fmt: skip


def _constants(shapes: Shapes) -> Floats:
    return np.where(shapes.bins.width == 0.0, shapes.bins.low, np.nan)


def _words(shown: Distribution, rows: Rows) -> list[Figure]:
    """What is said in rows without a shape."""
    words = [_word(row) for row in rows]
    if not any(words):
        return []
    places = np.clip([row.moments.mean for row in rows], shown.axis.low, shown.axis.high)
    heights = [_floor(row.block) + ROW_HEIGHT / 2 for row in rows]
    return [words_beside(shown.axis, places, np.array(heights), words, shown.kind)]


def _word(row: Row) -> str:
    if row.outside == row.moments.count:
        return "beyond the axis"
    return one_value(row.moments.low if row.moments.sd == 0.0 else math.nan, row.moments.count)


def _floor(block: int) -> float:
    """The height of a block's floor; the axis runs downwards, so that block 1 is at the top."""
    return -block - ROW_HEIGHT / 2


def _map(shown: Distribution, rows: Rows, panel: Panel, look: Look) -> Figure:
    """Densities in percent of each block's highest, towers cut off; two halves a row where there is a disturbance."""
    columns = column_edges(shown.axis, COLUMNS)
    densities = {row.block: _percents(row, columns) for row in rows}
    lines: list[list[Any]] = [densities.get(block, EMPTY) for block in panel.blocks]
    heights = [-float(block) for block in panel.blocks]
    if shown.disturbed is not None:
        upper, lower = look.half <= 0.0, look.half >= 0.0
        lines = [half for line in lines for half in (line if upper else EMPTY, line if lower else EMPTY)]
        heights = [height + side for height in heights for side in (HALF, -HALF)]
    return {
        "type": "heatmap", "name": look.name or panel.value, "z": lines, "x": placed_edges(shown.axis, COLUMNS),
        "y": heights, "zmin": 0, "zmax": 100, "colorscale": shades(look.colour), "showscale": False,
        "hovertemplate": f"{OF_HIGHEST}<extra></extra>", "meta": {"term": look.name or shown.kind},
    }  # fmt: skip


def _percents(row: Row, columns: Floats) -> list[int]:
    counts = on(row.bins, row.counts[None], columns)
    return [int(v) for v in percents(counts, columns, TOWER)[0]]


def _means(axis: Axis, all_rows: Rows, look: Look) -> Figure:
    """A dot at each mean that lies on the axis, which tells the row's numbers."""
    rows = [row for row in all_rows if axis.low <= row.moments.mean <= axis.high]
    means = np.array([row.moments.mean for row in rows])
    return {
        "type": "scatter", "mode": "markers", "name": "mean", "x": placed(axis, axis.position(means)),
        "y": [-row.block for row in rows], "text": [str(row.block) for row in rows],
        "customdata": [_numbers(row) for row in rows],
        "marker": {"symbol": look.symbol, "size": 6, "color": look.colour, "line": MARK_LINES[look.symbol]},
        "hovertemplate": HOVER, "showlegend": False, "meta": {"term": "mean"},
    }  # fmt: skip


def _numbers(row: Row) -> list[float]:
    m = row.moments
    return [float(f"{value:.4g}") for value in (m.mean, m.sd, m.low, m.high)]


def _layout(shown: Distribution, panel: Panel) -> Figure:
    first, last = panel.blocks[0], panel.blocks[-1]
    every = 1 if _few(panel) else max(1, -(-len(panel.blocks) // 10))
    ticks = [block for block in panel.blocks if (block - first) % every == 0]
    height = 27 * max(len(panel.blocks), 3) if _few(panel) else min(9 * len(panel.blocks) + 110, 460)
    note = "; ".join(part for part in (panel.note, outside_text(*shown.outside), _cut_note(shown, panel)) if part)
    return {
        "title": {"text": panel.title},
        "xaxis": axis_layout(shown.axis, panel.value),
        "yaxis": {
            "range": [-last - 0.6, -first + 0.6], "tickvals": [-block for block in ticks],
            "ticktext": [str(block) for block in ticks], "title": {"text": "block"}, "fixedrange": True,
            "zeroline": False, "showgrid": False,
        },
        "margin": {"l": 46, "r": 8, "t": 36, "b": 42}, "height": 84 + height, "hovermode": "closest",
        "showlegend": False,
        "meta": {
            "summary": _summary(shown, panel), "note": note,
            "linked": bands("block", panel.blocks, start=0.5 - first, step=-1.0),
        },
    }  # fmt: skip


def _cut_note(shown: Distribution, panel: Panel) -> str:
    rows = (*shown.rows, *(shown.disturbed or ()))
    return CUT if _few(panel) and rows and shapes_of(rows).cut.any() else ""


def outside_text(before: int, after: int | None, subject: str = "") -> str:
    """How many values the axis leaves out, of each pass by itself; "" if none.

    >>> outside_text(0, None), outside_text(2, None), outside_text(1, 28)
    ('', '2 values outside the axis', '1 value outside the axis before the disturbance, 28 after it')
    """
    if not before and not after:
        return ""
    told = f"{subject}{counted(before, 'value')} outside the axis"
    return told if after is None else f"{told} before the disturbance, {after:,} after it"


def _summary(shown: Distribution, panel: Panel) -> str:
    """The figure in words, for those who cannot see it."""
    told = f"{panel.title}: a histogram for each of {counted(len(shown.rows), 'block')}"
    if not shown.rows:
        return f"{told}; {panel.note or 'none has finite numbers'}."
    text = f"{told}. {_deviations(shown.rows)}; {_means_told(shown.rows)}."
    if shown.disturbed:
        text += f" Disturbed: {_deviations(shown.disturbed).lower()}."
    return f"{text} {panel.note}." if panel.note else text


def _deviations(rows: Rows) -> str:
    """The first and the last block's, with the digits that differ."""
    first, last = rows[0], rows[-1]
    if first is last:
        return f"Deviation {three(first.moments.sd)} in block {first.block}"
    texts = apart(first.moments.sd, last.moments.sd, SINGLE)
    return f"Deviation {texts[0]} in block {first.block}, {texts[1]} in block {last.block}"


def _means_told(rows: Rows) -> str:
    first, last = (beside(row.moments.mean, row.moments.sd, SINGLE) for row in (rows[0], rows[-1]))
    return f"mean {first}" if rows[0] is rows[-1] else f"means {first} and {last}"
