"""Figures of the estimates: the sampling distributions of mean and deviation over the batch size."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures.batch_size_missing import LACKS, of_the_population
from app.figures.notation import drawn_text, symbol
from app.figures.numbers import significant, three
from app.figures.theme import MEANINGS, translucent
from bncore.axis import tick_text
from bncore.batch_size.estimates import Estimates, Spread
from bncore.batch_size.theory import Expected

Figure = dict[str, Any]
Floats = NDArray[np.float64]
MARGIN = {"l": 62, "r": 14, "t": 54, "b": 46}
LEGEND = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}
HEIGHT = 340
NINETY = 1.645  # deviations to either side of a bell's middle, between which 90 % of it lie
TICKS = (2, 8, 32, 256)
DIGITS = 5
MEDIAN = 2  # its place among `QUANTILES`


@dataclass(frozen=True)
class Shown:
    """What the figures are of: the feature's name and place, the size looked at, the symbols."""

    name: str
    at: int
    size: int
    notation: str

    def symbol(self, name: str) -> str:
        """A symbol in the notation in force."""
        return symbol(name, self.notation)

    @property
    def drawn_name(self) -> str:
        """The name as Plotly must be given it."""
        return drawn_text(self.name)


def short(values: Any) -> list[float]:
    """Numbers as a figure needs them."""
    return significant(np.asarray(values, dtype=np.float64).tolist(), DIGITS)


def size_axis(sizes: Sequence[int]) -> Figure:
    """The batch's size, logarithmic, with the marked sizes as ticks."""
    last = sizes[-1]
    ticks = [tick for tick in TICKS if sizes[0] <= tick <= last]
    if all(last > 1.5 * tick or last == tick for tick in ticks):
        ticks = sorted({*ticks, last})
    low, high = math.log10(sizes[0]), math.log10(last)
    room = 0.03 * (high - low) or 0.1
    return {
        "type": "log", "title": {"text": "batch size K"}, "tickvals": ticks, "ticktext": [f"{t:,}" for t in ticks],
        "tickangle": 0,
        "range": [low - room, high + room], "fixedrange": True, "zeroline": False,
    }  # fmt: skip


def size_mark(size: int) -> Figure:
    """A line at the size looked at."""
    return {
        "type": "line", "x0": size, "x1": size, "y0": 0, "y1": 1, "yref": "paper",
        "line": {"color": MEANINGS["neutral"], "width": 2, "dash": "dot"},
    }  # fmt: skip


def bands(sizes: Sequence[int], quantiles: Floats, colour: str, what: str, term: str) -> list[Figure]:
    """Where 90 % and where half of the draws lie, as two bands; `quantiles` (5, S)."""
    drawn: list[Figure] = []
    for low, high, opacity, share in ((0, 4, 0.16, "90 %"), (1, 3, 0.3, "half")):
        edge: Figure = {
            "type": "scatter",
            "mode": "lines",
            "x": list(sizes),
            "line": {"width": 0, "color": colour},
            "hoverinfo": "skip",
        }
        drawn.append(
            edge | {"y": short(quantiles[low]), "name": f"{share}, lower", "showlegend": False, "meta": {"term": term}}
        )
        drawn.append(
            edge
            | {
                "y": short(quantiles[high]), "name": f"{share} of {what}", "fill": "tonexty",
                "fillcolor": translucent(colour, opacity), "meta": {"term": term},
            }
        )  # fmt: skip
    return drawn


def estimate_figure(found: Estimates, which: str, shown: Shown) -> Figure:
    """The sampling distribution of the batch's mean or deviation over K, theory as lines."""
    spread, expected, colour = _of(found, which)
    at, sizes = shown.at, found.sizes
    sign = f"batch {which}"
    title = f"Batch {which} of {shown.drawn_name}, {found.draws:,} batches of each size"
    traces = bands(sizes, spread.quantiles[:, :, at], colour, "the batches", which)
    traces.append(_middle(found, spread, at, sign) | {"line": {"color": colour, "width": 2}, "meta": {"term": which}})
    traces += _theory(sizes, expected, at)
    true = float((found.population.mean if which == "mean" else found.population.sd)[at])
    line = [level(true)] if math.isfinite(true) else []
    row = sizes.index(shown.size)
    told = ", ".join(three(float(v)) for v in spread.quantiles[[0, 2, 4], row, at])
    return {
        "data": traces,
        "layout": layout_of(
            title, size_axis(sizes), {"title": {"text": f"{sign} (line: the population's)" if line else sign},
            "range": _range(spread, at, true)}, [size_mark(shown.size), *line],
            f"{title}. At K = {shown.size} the 5 %, 50 % and 95 % points are {told}; {of_the_population(true)}.",
        ),
    }  # fmt: skip


def _of(found: Estimates, which: str) -> tuple[Spread, Expected, str]:
    if which == "mean":
        return found.mean, found.expected_mean, MEANINGS["mean"]
    return found.deviation, found.expected_deviation, MEANINGS["variance"]


def _middle(found: Estimates, spread: Spread, at: int, sign: str) -> Figure:
    """The average, and the median where estimates have no mean that an average of them could come close to."""
    median = found.population.missing(at) == "mean"
    return {
        "type": "scatter", "mode": "lines+markers", "name": "median" if median else "average", "x": list(found.sizes),
        "y": short((spread.quantiles[MEDIAN] if median else spread.average)[:, at]), "marker": {"size": 6},
        "hovertemplate": f"K = %{{x}}: {sign} = %{{y:.3g}} {'in the middle' if median else 'on average'}"
        "<extra></extra>",
    }  # fmt: skip


def _theory(sizes: Sequence[int], expected: Expected, at: int) -> list[Figure]:
    average, sd = expected.average[:, at], expected.sd[:, at]
    if not np.isfinite(sd).any():
        return []
    lines = []
    for sign, name in ((-1, "theory ± 1.64 sd"), (1, "")):
        lines.append(
            {
                "type": "scatter", "mode": "lines", "name": name or "theory, upper", "x": list(sizes),
                "y": short(average + sign * NINETY * sd),
                "line": {"color": MEANINGS["theory"], "width": 2, "dash": "dash"},
                "showlegend": bool(name), "hovertemplate": "K = %{x}: theory %{y:.3g}<extra></extra>",
                "meta": {"term": "theory"},
            }
        )  # fmt: skip
    return lines


def level(value: float) -> Figure:
    return {
        "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value,
        "line": {"color": MEANINGS["neutral"], "width": 1},
    }  # fmt: skip


def _range(spread: Spread, at: int, true: float) -> list[float]:
    """From the lowest to the highest band, with room: theory may leave it."""
    known = [
        float(v) for v in (spread.quantiles[0, :, at].min(), spread.quantiles[4, :, at].max(), true) if math.isfinite(v)
    ]
    low, high = min(known), max(known)
    room = 0.08 * (high - low) or abs(high) or 1.0
    return [low - room, high + room]


def noise_figure(found: Estimates, shown: Shown) -> Figure:
    """How far mean and deviation spread, in deviations of the population, on two logarithmic axes."""
    at, sizes = shown.at, found.sizes
    scale, shift = found.noise()
    sigma = float(found.population.sd[at])
    traces = []
    for name, values, error, expected, colour, mark, term in (
        ("shift: mean's spread / σ", shift, found.mean.sd_error, found.expected_mean.sd, "mean", "circle", "shift"),
        ("scale: deviation's spread / σ", scale, found.deviation.sd_error, found.expected_deviation.sd, "variance",
         "square", "scale"),
    ):  # fmt: skip
        colour = MEANINGS[colour]
        unit = sigma if sigma > 0 else math.nan
        traces.append(_measured(sizes, values[:, at], error[:, at] / unit, name, colour, mark, term))
        traces.append(
            {
                "type": "scatter", "mode": "lines", "name": f"theory of the {term}", "x": list(sizes),
                "y": _above(expected[:, at] / unit),
                "line": {"color": colour, "width": 2, "dash": "dash"},
                "hovertemplate": "K = %{x}: theory %{y:.3g}<extra></extra>",
                "meta": {"term": "theory"},
            }
        )  # fmt: skip
    title = f"Noise in shift and scale, {shown.drawn_name}"
    row = sizes.index(shown.size)
    told = f"At K = {shown.size} shift {three(float(shift[row, at]))}, scale {three(float(scale[row, at]))}."
    note = ""
    if math.isnan(sigma):
        note = f"nothing to show: the distribution has {LACKS[found.population.missing(at)]} to measure the noise in"
        told = f"{note[0].upper()}{note[1:]}."
    return {
        "data": traces,
        "layout": layout_of(
            title, size_axis(sizes), log_axis("in deviations σ", [value for trace in traces for value in trace["y"]]),
            [size_mark(shown.size)],
            f"{title}, both axes logarithmic. {told}", note,
        ),
    }  # fmt: skip


def log_axis(title: str, values: Iterable[float | None]) -> Figure:
    """A logarithmic axis with ticks at 1, 2 and 5 of each decade that the values reach; beyond three, at 1 alone."""
    decades = sorted(math.floor(math.log10(value)) for value in values if value is not None and 0 < value < math.inf)
    steps = (1, 2, 5) if decades and decades[-1] - decades[0] < 3 else (1,)
    ticks = [step * 10.0**k for k in range(decades[0], decades[-1] + 2) for step in steps] if decades else []
    return {"type": "log", "title": {"text": title}, "tickvals": ticks, "ticktext": [tick_text(tick) for tick in ticks]}


def _above(values: Floats) -> list[float]:
    """What a logarithmic axis can show."""
    return short(np.where(values > 1e-12, values, np.nan))


def _measured(
    sizes: Sequence[int], values: Floats, error: Floats, name: str, colour: str, mark: str, term: str
) -> Figure:
    return {
        "type": "scatter", "mode": "markers", "name": name, "x": list(sizes), "y": _above(values),
        "marker": {"color": colour, "size": 8, "symbol": mark},
        "error_y": {"type": "data", "array": short(5 * error), "color": colour, "thickness": 1.5, "width": 3},
        "hovertemplate": "K = %{x}: %{y:.3g} ± %{error_y.array:.2g} (5 standard errors)<extra></extra>",
        "meta": {"term": term},
    }  # fmt: skip


def layout_of(title: str, xaxis: Figure, yaxis: Figure, shapes: list[Figure], summary: str, note: str = "") -> Figure:
    return {
        "title": {"text": title}, "xaxis": xaxis, "yaxis": {"fixedrange": True, "zeroline": False} | yaxis,
        "shapes": shapes,
        "margin": MARGIN, "height": HEIGHT, "showlegend": True, "legend": LEGEND, "hovermode": "closest",
        "meta": {"summary": summary, "note": note},
    }  # fmt: skip
