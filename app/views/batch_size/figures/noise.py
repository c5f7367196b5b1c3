"""Figures of the noise: an example's normalized value over the size, kinds of noise side by side, what pairs share."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures.numbers import counted, three
from app.figures.outlines import edges_on, on_axis, placed
from app.figures.rows import Figure, axis_layout
from app.figures.theme import MEANINGS, translucent
from app.views.batch_size.figures.axes import held, size_axis, size_mark
from app.views.batch_size.figures.estimates import (
    HEIGHT,
    LEGEND,
    MARGIN,
    Focus,
    bands,
    short,
    theory_lines,
    theory_traces,
)
from app.views.batch_size.words.seen import KIND_WORDS
from bncore.batch_size.noise.example import Shape
from bncore.batch_size.noise.pairs import Pairs
from bncore.batch_size.theory import NINETY
from bncore.distributions.histogram import Histogram
from bncore.distributions.summary import Summary

Floats = NDArray[np.float64]
COLOURS = {"batch_norm": "x_hat", "dropout": "dropout", "multiplicative": "perturbed", "additive": "perturbed"}
DASHES = {"batch_norm": "solid", "dropout": "dash", "multiplicative": "dot", "additive": "dot"}
MARKS = {"batch_norm": "circle", "dropout": "x-thin-open", "multiplicative": "diamond-open", "additive": "diamond-open"}


def sizes_figure(
    sizes: Sequence[int], spread: Summary, expected: Floats, z: float, example: int, focus: Focus
) -> Figure:
    """The example's normalized value in batches of every size."""
    x_hat = focus.symbol("x_hat")
    title = f"{x_hat} of example {example} among random companions"
    traces = bands(sizes, spread.quantiles, MEANINGS["x_hat"], "the batches", "x_hat")
    bound = np.sqrt(np.array(sizes) - 1.0)
    theory = theory_lines(*(np.clip(end, -bound, bound) for end in _ends(z, expected)))
    traces += theory_traces(sizes, theory)
    for sign, name in ((1, "bound ±√(K − 1)"), (-1, "lower bound")):
        traces.append(
            {
                "type": "scatter", "mode": "lines", "name": name, "x": list(sizes),
                "y": short(sign * bound),
                "line": {"color": MEANINGS["neutral"], "width": 1, "dash": "dot"}, "showlegend": sign > 0,
                "hoverinfo": "skip", "meta": {"term": "bound"},
            }
        )  # fmt: skip
    limits, note = held([*spread.quantiles[0], *spread.quantiles[4]], theory, sizes)
    at = list(sizes).index(focus.size) if focus.size in sizes else 0
    told = ", ".join(three(float(v)) for v in spread.quantiles[[0, 2, 4], at])
    return _figure(
        traces, title, size_axis(sizes), {"title": {"text": x_hat}, "range": limits},
        f"{title}, over the batch size. In batches of {sizes[at]} the 5 %, 50 % and 95 % points are {told}; without "
        f"noise {three(z)}.",
        shapes=[size_mark(focus.size)], note=note,
    )  # fmt: skip


def _ends(z: float, expected: Floats) -> tuple[Floats, Floats]:
    """Between which 90 % of a bell of these variances about z lie."""
    reach = NINETY * np.sqrt(np.maximum(expected, 0.0))
    return z - reach, z + reach


def shapes_figure(
    histograms: Mapping[str, Histogram], shapes: Mapping[str, Shape], z: float, example: int, focus: Focus
) -> Figure:
    """The same example's value under each kind of noise, on one axis."""
    x_hat = focus.symbol("x_hat")
    axis = next(iter(histograms.values())).axis
    tallest = max(float(histogram.densities.max()) for histogram in histograms.values()) or 1.0
    traces = [_outline(name, histogram, shapes[name], tallest) for name, histogram in histograms.items()]
    outside = {name: histogram.outside for name, histogram in histograms.items() if histogram.outside}
    title = f"Three kinds of noise on example {example}, {focus.drawn_name}"
    told = "; ".join(f"{KIND_WORDS[name]} {_shape_text(of)}" for name, of in shapes.items())
    level = {
        "type": "line", "yref": "paper", "x0": z, "x1": z, "y0": 0, "y1": 1,
        "line": {"color": MEANINGS["neutral"], "width": 1},
    }  # fmt: skip
    return _figure(
        traces, title, dict(axis_layout(axis, f"value (line: {x_hat} without noise)")),
        {"title": {"text": "density of the draws, per unit"}, "rangemode": "tozero"}, f"{title}: {told}.",
        shapes=[level],
        note="; ".join(f"{KIND_WORDS[n]}: {counted(c, 'value')} outside the axis" for n, c in outside.items()),
    )  # fmt: skip


def _shape_text(shape: Shape) -> str:
    """A shape in numbers; what does not vary has a mean and no more."""
    told = f"mean {three(shape.mean)}, variance {three(shape.var)}"
    if shape.var == 0:
        return told
    return f"{told}, skewness {three(shape.skewness)}, excess kurtosis {three(shape.excess)}"


def _outline(name: str, histogram: Histogram, told: Shape, tallest: float) -> Figure:
    x, y = _points(histogram, tallest)
    colour = MEANINGS[COLOURS[name]]
    return {
        "type": "scatter", "mode": "lines", "name": f"{KIND_WORDS[name]}, variance {three(told.var)}", "x": x,
        "y": short(y), "line": {"color": colour, "width": 2, "shape": "hv", "dash": DASHES[name]}, "fill": "tozeroy",
        "fillcolor": translucent(colour, 0.14), "hovertemplate": "%{y:.3g} per unit<extra></extra>",
        "meta": {"term": name},
    }  # fmt: skip


def _points(histogram: Histogram, tallest: float) -> tuple[Floats, Floats]:
    """The outline of a row; of one value a line as high as the `tallest` of the others."""
    if histogram.constant[0]:
        at = placed(histogram.axis, on_axis(histogram.axis, histogram.bins.low))
        return np.repeat(at, 2), np.array([0.0, tallest])
    edges = edges_on(histogram.axis, histogram.bins)[0]
    wide = np.diff(edges) > 0.0
    x = np.concatenate([edges[:1], edges[:-1][wide], edges[-1:]])
    return x, np.concatenate([[0.0], histogram.densities[0][wide], [0.0]])


def pairs_figure(pairs: Mapping[str, Pairs], members: Sequence[int], total: int | None, focus: Focus) -> Figure:
    """The correlation of two examples' noise against the product of their values; `members` are their numbers, `total`
    is how many examples the population has.
    """
    x_hat = focus.symbol("x_hat")
    traces = []
    for name, of_kind in pairs.items():
        colour = MEANINGS[COLOURS[name]]
        who = [[members[a], members[b]] for a, b in zip(of_kind.first.tolist(), of_kind.second.tolist(), strict=True)]
        traces.append(
            {
                "type": "scatter", "mode": "markers", "name": f"{KIND_WORDS[name]}, measured",
                "x": short(of_kind.product),
                "y": short(of_kind.measured), "customdata": who,
                "marker": {"color": colour, "symbol": MARKS[name], "size": 8},
                "hovertemplate": "examples %{customdata[0]} and %{customdata[1]}: %{y:.3g}<extra></extra>",
                "meta": {"term": name},
            }
        )  # fmt: skip
        if name == "batch_norm":
            traces.append(
                {
                    "type": "scatter", "mode": "markers", "name": "theory of batch norm", "x": short(of_kind.product),
                    "y": short(of_kind.expected), "marker": {"color": MEANINGS["theory"], "symbol": "line-ew-open",
                    "size": 14,
                    "line": {"width": 2}}, "hovertemplate": "theory: %{y:.3g}<extra></extra>",
                    "meta": {"term": "theory"},
                }
            )  # fmt: skip
    title = f"How far two examples of a batch share their noise, K = {focus.size}"
    of_kind = next(iter(pairs.values()))
    known = [v for v in of_kind.measured.tolist() if v == v]
    told = f"batch norm's from {three(min(known))} to {three(max(known))}" if known else "no noise to share"
    return _figure(
        traces, title, {"title": {"text": f"{x_hat} of one × {x_hat} of the other"}, "fixedrange": True},
        {"title": {"text": "correlation of their noise"}, "range": [-1.08, 1.08], "zeroline": True},
        f"{title}: {counted(len(of_kind.product), 'pair')}, {told}.",
        note="" if known else _without_noise(focus.size, total),
    )  # fmt: skip


def _without_noise(size: int, total: int | None) -> str:
    """Why batch norm's noise of pairs is not there."""
    if size == 2:
        return "no noise of batch norm: a pair is all of a batch of two, and has no companions"
    if size == total:
        return "no noise of batch norm: no other companions are left to draw, and the batch is always the same"
    return "no noise of batch norm: the batches are all alike"


def _figure(
    traces: list[Figure], title: str, xaxis: Figure, yaxis: Figure, summary: str, *, shapes: list[Figure] | None = None,
    note: str = "",
) -> Figure:  # fmt: skip
    layout: dict[str, Any] = {
        "title": {"text": title}, "xaxis": xaxis, "yaxis": {"fixedrange": True, "zeroline": False} | yaxis,
        "shapes": shapes or [], "margin": MARGIN, "height": HEIGHT + 20, "showlegend": True, "legend": LEGEND,
        "hovermode": "closest", "meta": {"summary": summary, "note": note},
    }  # fmt: skip
    return {"data": traces, "layout": layout}
