"""A network's distributions as small multiples: a row a block, as outlines where they are few, as a map where not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.figures.numbers import SINGLE, apart, beside, counted, three
from app.figures.overview import shades
from app.figures.rows import ROW_HEIGHT, Figure, axis_layout, placed, placed_edges, step_outlines
from app.figures.theme import MEANINGS, translucent
from bncore.axis import Axis
from bncore.network.distributions import BINS, Distribution, Row

OUTLINES_UP_TO = 12  # blocks; more are told better by a map
DARKEST = 15  # percent of a row's numbers in one bin, from which on the map gets no darker
TOWER = 2  # times the second-fullest bin is as high as the fullest one is drawn
HALF = 0.25  # of a row: where a block's two halves stand
EMPTY = [None]  # a row of a map without numbers: what is missing in a row is a gap
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

    Where there is a disturbed pass: before (grey, dotted, or the upper half of a row) and after it.
    """
    colour = colour_of(shown)
    if shown.disturbed is None:
        shapes = [_outline(shown, shown.rows, colour) if _few(panel) else _map(shown, shown.rows, panel, colour)]
        return {"data": [*shapes, _means(shown.axis, shown.rows, colour)], "layout": _layout(shown, panel)}
    draw = _outlines_of_both if _few(panel) else _maps_of_both
    means = [
        _means(shown.axis, shown.rows, MEANINGS["neutral"], symbol="circle-open"),
        _means(shown.axis, shown.disturbed, MEANINGS["disturbed"]),
    ]
    layout = _layout(shown, panel) | {"showlegend": _few(panel), "legend": AFTER_BEFORE}
    layout["margin"] = layout["margin"] | {"t": 54}
    return {"data": [*draw(shown, shown.disturbed, panel), *means], "layout": layout}


def _outlines_of_both(shown: Distribution, after: Rows, _panel: Panel) -> list[Figure]:
    return [
        _outline(shown, after, MEANINGS["disturbed"], name="after"),
        _outline(shown, shown.rows, MEANINGS["neutral"], name="before", dash="dot", opacity=0.12),
    ]


def _maps_of_both(shown: Distribution, after: Rows, panel: Panel) -> list[Figure]:
    return [
        _map(shown, shown.rows, panel, MEANINGS["neutral"], name="before", offset=-HALF),
        _map(shown, after, panel, MEANINGS["disturbed"], name="after", offset=HALF),
    ]


def colour_of(shown: Distribution) -> str:
    """Activations by their kind of joint, gradients warm."""
    return MEANINGS["gradient" if shown.side == "gradients" else COLOURS[shown.kind]]


def _few(panel: Panel) -> bool:
    return len(panel.blocks) <= OUTLINES_UP_TO


def _outline(
    shown: Distribution, rows: Rows, colour: str, *, name: str = "", dash: str = "solid", opacity: float = 0.38
) -> Figure:
    counts = np.array([_cut(row) for row in rows]).reshape(-1, BINS)
    bases = np.array([_floor(row.block) for row in rows])
    x, y = step_outlines(placed_edges(shown.axis, BINS), counts, bases)
    return {
        "type": "scatter", "mode": "lines", "name": name or shown.kind, "x": x, "y": y, "fill": "toself",
        "fillcolor": translucent(colour, opacity), "line": {"color": colour, "width": 1, "shape": "hv", "dash": dash},
        "hoverinfo": "skip", "showlegend": bool(name), "meta": {"term": name or shown.kind},
    }  # fmt: skip


def _cut(row: Row) -> list[int]:
    """The row's counts, and of a bin that towers above all others, as the zeros behind ReLU do, only so much."""
    counts: list[int] = row.counts[1:-1].tolist()
    highest = TOWER * sorted(counts)[-2]
    return [min(count, highest) for count in counts] if 0 < highest < max(counts) else counts


def _floor(block: int) -> float:
    """The height of a block's floor; the axis runs downwards, so that block 1 is at the top."""
    return -block - ROW_HEIGHT / 2


def _map(shown: Distribution, rows: Rows, panel: Panel, colour: str, *, name: str = "", offset: float = 0.0) -> Figure:
    """Percent of each block's numbers by bin; with an `offset` every other row is left to the map beside it."""
    share = {row.block: np.rint(100.0 * row.counts[1:-1] / row.moments.count).astype(int).tolist() for row in rows}
    lines: list[list[Any]] = [share.get(block, EMPTY) for block in panel.blocks]
    heights = [-float(block) for block in panel.blocks]
    if offset:
        lines = [line for own in lines for line in ((own, EMPTY) if offset < 0 else (EMPTY, own))]
        heights = [height + side for height in heights for side in (HALF, -HALF)]
    return {
        "type": "heatmap", "name": name or shown.kind, "z": lines, "x": placed_edges(shown.axis, BINS), "y": heights,
        "zmin": 0, "zmax": DARKEST, "colorscale": shades(colour), "showscale": False,
        "hovertemplate": "%{z} % of the block's numbers in this bin<extra></extra>",
        "meta": {"term": name or shown.kind},
    }  # fmt: skip


def _means(axis: Axis, all_rows: Rows, colour: str, symbol: str = "circle") -> Figure:
    """A dot at each mean that lies on the axis, which tells the row's numbers."""
    rows = [row for row in all_rows if axis.low <= row.moments.mean <= axis.high]
    means = np.array([row.moments.mean for row in rows])
    return {
        "type": "scatter", "mode": "markers", "name": "mean", "x": placed(axis, axis.position(means)),
        "y": [-row.block for row in rows], "text": [str(row.block) for row in rows],
        "customdata": [_numbers(row) for row in rows],
        "marker": {"symbol": symbol, "size": 6, "color": colour, "line": MARK_LINES[symbol]},
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
    note = "; ".join(part for part in (panel.note, _outside(shown), _cut_note(shown, panel)) if part)
    return {
        "title": {"text": panel.title},
        "xaxis": axis_layout(shown.axis, panel.value),
        "yaxis": {
            "range": [-last - 0.6, -first + 0.6], "tickvals": [-block for block in ticks],
            "ticktext": [str(block) for block in ticks], "title": {"text": "block"}, "fixedrange": True,
            "zeroline": False, "showgrid": False,
        },
        "margin": {"l": 46, "r": 8, "t": 36, "b": 42}, "height": 84 + height, "hovermode": "closest",
        "showlegend": False, "meta": {"summary": _summary(shown, panel), "note": note},
    }  # fmt: skip


def _cut_note(shown: Distribution, panel: Panel) -> str:
    rows = (*shown.rows, *(shown.disturbed or ()))
    cut = _few(panel) and any(_cut(row) != row.counts[1:-1].tolist() for row in rows)
    return "a bin that towers above the others is drawn cut off" if cut else ""


def _outside(shown: Distribution) -> str:
    return f"{counted(shown.outside, 'value')} outside the axis" if shown.outside else ""


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
