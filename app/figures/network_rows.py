"""A network's distributions as small multiples: a row a block, as outlines where they are few, as a map where not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.figures.numbers import counted, three
from app.figures.overview import shades
from app.figures.rows import ROW_HEIGHT, Figure, axis_layout, placed, placed_edges, step_outlines
from app.figures.theme import MEANINGS, translucent
from bncore.network.distributions import BINS, Distribution, Row

OUTLINES_UP_TO = 12  # blocks; more are told better by a map
DARKEST = 15  # percent of a row's numbers in one bin, from which on the map gets no darker
TOWER = 2  # times the second-fullest bin is as high as the fullest one is drawn
HALF = 0.25  # of a row: where a block's two halves stand
COLOURS = {"z": "x", "norm": "y", "f": "activation", "sum": "readout"}
HOVER = (
    "block %{text}<br>mean %{customdata[0]:.3g}, deviation %{customdata[1]:.3g}<br>%{customdata[2]:.3g} to "
    "%{customdata[3]:.3g}<extra></extra>"
)


@dataclass(frozen=True)
class Panel:
    """A figure of distributions: the blocks that have a row, the texts around them; `note` is what must be known."""

    title: str
    value: str
    blocks: Sequence[int]
    note: str = ""


def distribution_figure(shown: Distribution, panel: Panel) -> Figure:
    """A row a block from the first at the top, with its mean."""
    colour = colour_of(shown)
    shapes = [_outline(shown, colour)] if _few(panel) else [_map(shown, panel, colour)]
    return {"data": [*shapes, _means(shown, colour)], "layout": _layout(shown, panel)}


def before_after_figure(before: Distribution, after: Distribution, panel: Panel) -> Figure:
    """Every block's distribution before (grey, dotted or the upper half of its row) and after."""
    if _few(panel):
        shapes = [
            _outline(after, MEANINGS["disturbed"], name="after"),
            _outline(before, MEANINGS["neutral"], name="before", dash="dot", opacity=0.12),
        ]
    else:
        shapes = [
            _map(before, panel, MEANINGS["neutral"], name="before", offset=-HALF),
            _map(after, panel, MEANINGS["disturbed"], name="after", offset=HALF),
        ]
    layout = _layout(after, panel)
    layout["showlegend"] = _few(panel)
    layout["legend"] = {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.0, "yanchor": "bottom"}
    layout["margin"] = layout["margin"] | {"t": 54}
    layout["meta"]["summary"] = _summary(after, panel, before)
    return {"data": [*shapes, _means(after, MEANINGS["disturbed"])], "layout": layout}


def colour_of(shown: Distribution) -> str:
    """Activations by their kind of joint, gradients warm."""
    return MEANINGS["gradient" if shown.side == "gradients" else COLOURS[shown.kind]]


def _few(panel: Panel) -> bool:
    return len(panel.blocks) <= OUTLINES_UP_TO


def _outline(shown: Distribution, colour: str, *, name: str = "", dash: str = "solid", opacity: float = 0.38) -> Figure:
    counts = np.array([_cut(row) for row in shown.rows]).reshape(-1, BINS)
    bases = np.array([_floor(row.block) for row in shown.rows])
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


def _map(shown: Distribution, panel: Panel, colour: str, *, name: str = "", offset: float = 0.0) -> Figure:
    """Percent of each block's numbers by bin; with an `offset` every other row is left to the map beside it."""
    share = {
        row.block: np.rint(100.0 * row.counts[1:-1] / row.moments.count).astype(int).tolist() for row in shown.rows
    }
    empty = [None] * BINS
    rows: list[list[Any]] = [share.get(block, empty) for block in panel.blocks]
    heights = [-float(block) for block in panel.blocks]
    if offset:
        rows = [line for row in rows for line in ((row, empty) if offset < 0 else (empty, row))]
        heights = [height + side for height in heights for side in (HALF, -HALF)]
    return {
        "type": "heatmap", "name": name or shown.kind, "z": rows, "x": placed_edges(shown.axis, BINS), "y": heights,
        "zmin": 0, "zmax": DARKEST, "colorscale": shades(colour), "showscale": False,
        "hovertemplate": "%{z} % of the block's numbers in this bin<extra></extra>",
        "meta": {"term": name or shown.kind},
    }  # fmt: skip


def _means(shown: Distribution, colour: str) -> Figure:
    """A dot at each mean that lies on the axis, which tells the row's numbers."""
    axis, rows = shown.axis, [row for row in shown.rows if shown.axis.low <= row.moments.mean <= shown.axis.high]
    means = np.array([row.moments.mean for row in rows])
    return {
        "type": "scatter", "mode": "markers", "name": "mean", "x": placed(axis, axis.position(means)),
        "y": [-row.block for row in rows], "text": [str(row.block) for row in rows],
        "customdata": [_numbers(row) for row in rows],
        "marker": {"size": 6, "color": colour, "line": {"width": 1, "color": "#ffffff"}},
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
    cut = _few(panel) and any(_cut(row) != row.counts[1:-1].tolist() for row in shown.rows)
    return "a bin that towers above the others is drawn cut off" if cut else ""


def _outside(shown: Distribution) -> str:
    return f"{counted(shown.outside, 'value')} outside the axis" if shown.outside else ""


def _summary(shown: Distribution, panel: Panel, before: Distribution | None = None) -> str:
    """The figure in words, for those who cannot see it."""
    told = f"{panel.title}: a histogram for each of {counted(len(shown.rows), 'block')}"
    if not shown.rows:
        return f"{told}; {panel.note or 'none has finite numbers'}."
    first, last = shown.rows[0], shown.rows[-1]
    text = (
        f"{told}. Deviation {three(first.moments.sd)} in block {first.block}, {three(last.moments.sd)} in block "
        f"{last.block}; means {three(first.moments.mean)} and {three(last.moments.mean)}."
    )
    if before is not None and before.rows:
        text += (
            f" Before the disturbance the deviations were {three(before.rows[0].moments.sd)} and "
            f"{three(before.rows[-1].moments.sd)}."
        )
    return f"{text} {panel.note}." if panel.note else text
