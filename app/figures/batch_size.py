"""Figures of the estimates: sampling distributions over the batch size, and the running statistics."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures.notation import drawn_text, symbol
from app.figures.numbers import significant, three
from app.figures.theme import MEANINGS, translucent
from bncore.batch_size.estimates import Estimates, Spread
from bncore.batch_size.running import Gap, Path
from bncore.batch_size.theory import Expected

Figure = dict[str, Any]
Floats = NDArray[np.float64]
MARGIN = {"l": 62, "r": 14, "t": 54, "b": 46}
LEGEND = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}
HEIGHT = 340
NINETY = 1.645  # deviations to either side of a bell's middle, between which 90 % of it lie
TICKS = (2, 8, 32, 256)
DIGITS = 5


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
    traces.append(
        {
            "type": "scatter", "mode": "lines+markers", "name": "average", "x": list(sizes),
            "y": short(spread.average[:, at]),
            "line": {"color": colour, "width": 2}, "marker": {"size": 6},
            "hovertemplate": f"K = %{{x}}: {sign} = %{{y:.3g}} on average<extra></extra>", "meta": {"term": which},
        }
    )  # fmt: skip
    traces += _theory(sizes, expected, at)
    true = float((found.population.mean if which == "mean" else found.population.sd)[at])
    shapes = [size_mark(shown.size)]
    if math.isfinite(true):
        shapes.append(_level(true))
    row = sizes.index(shown.size)
    told = ", ".join(three(float(v)) for v in spread.quantiles[[0, 2, 4], row, at])
    return {
        "data": traces,
        "layout": _layout(
            title, size_axis(sizes), {"title": {"text": f"{sign} (line: the population's)"},
            "range": _range(spread, at, true)}, shapes,
            f"{title}. At K = {shown.size} the 5 %, 50 % and 95 % points are {told}; the population's is "
            f"{three(true)}.",
        ),
    }  # fmt: skip


def _of(found: Estimates, which: str) -> tuple[Spread, Expected, str]:
    if which == "mean":
        return found.mean, found.expected_mean, MEANINGS["mean"]
    return found.deviation, found.expected_deviation, MEANINGS["variance"]


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


def _level(value: float) -> Figure:
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
    return {
        "data": traces,
        "layout": _layout(
            title, size_axis(sizes), {"type": "log", "title": {"text": "in deviations σ"}, "dtick": "D2"},
            [size_mark(shown.size)],
            f"{title}, both axes logarithmic. At K = {shown.size} shift {three(float(shift[row, at]))}, scale "
            f"{three(float(scale[row, at]))}.",
        ),
    }  # fmt: skip


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


def running_figure(path: Path, which: str, shown: Shown, true: float) -> Figure:
    """The running mean, or the running deviation under both conventions, step by step."""
    steps = list(range(len(path.mean)))
    if which == "mean":
        lines = {"running mean": (path.mean, MEANINGS["mean"], "solid")}
    else:
        dashes = {"unbiased": "solid", "biased": "dash"}
        lines = {
            f"running deviation, {name}": (np.sqrt(path.var[name]), MEANINGS["variance"], dashes[name])
            for name in dashes if name in path.var
        }  # fmt: skip
    traces = [
        {
            "type": "scatter", "mode": "lines", "name": name, "x": steps, "y": short(values),
            "line": {"color": colour, "width": 2, "dash": dash}, "hovertemplate": "step %{x}: %{y:.3g}<extra></extra>",
            "meta": {"term": "running"},
        }
        for name, (values, colour, dash) in lines.items()
    ]  # fmt: skip
    shapes = [_level(true)] if math.isfinite(true) else []
    if which == "mean" and math.isfinite(path.mean_sd):
        shapes.append(_strip(true, path.mean_sd))
    title = f"Running {which} of {shown.drawn_name}, momentum {path.momentum:g}, K = {path.size}"
    last = {name: float(values[-1]) for name, (values, _, _) in lines.items()}
    told = "; ".join(f"{name} {three(value)}" for name, value in last.items())
    return {
        "data": traces,
        "layout": _layout(
            title, {"title": {"text": "step"}, "fixedrange": True, "zeroline": False},
            {"title": {"text": f"{which} (line: the population's)"}}, shapes,
            f"{title}. From a cold start; after {steps[-1]} steps {told}; the population's is {three(true)}.",
        ),
    }  # fmt: skip


def _strip(middle: float, sd: float) -> Figure:
    """Where the running mean lies 90 % of the time, once the start is forgotten."""
    return {
        "type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": middle - NINETY * sd, "y1": middle + NINETY * sd,
        "fillcolor": translucent(MEANINGS["neutral"], 0.16), "line": {"width": 0},
    }  # fmt: skip


def gap_figure(gap: Gap, shown: Shown) -> Figure:
    """One batch in both modes: training against inference, on the diagonal where they agree."""
    x_hat = shown.symbol("x_hat")
    kept = slice(256)
    train, inference = short(gap.train[kept]), short(gap.inference[kept])
    low, high = min(*train, *inference), max(*train, *inference)
    title = f"One batch of {shown.size} in both modes, {shown.drawn_name}"
    return {
        "data": [
            {
                "type": "scatter", "mode": "lines", "name": "no gap", "x": [low, high], "y": [low, high],
                "line": {"color": MEANINGS["neutral"], "width": 1, "dash": "dash"}, "hoverinfo": "skip",
                "meta": {"term": "gap"},
            },
            {
                "type": "scatter", "mode": "markers", "name": "examples", "x": train, "y": inference,
                "marker": {"color": MEANINGS["x_hat"], "size": 8, "opacity": 0.8},
                "hovertemplate": "training %{x:.3g}, inference %{y:.3g}<extra></extra>", "meta": {"term": "gap"},
            },
        ],
        "layout": _layout(
            title, {"title": {"text": f"{x_hat} in training"}, "fixedrange": True},
            {"title": {"text": f"{x_hat} in inference"}}, [],
            f"{title}: they differ by {three(gap.typical)} typically and {three(gap.largest)} at most.",
        ),
    }  # fmt: skip


def _layout(title: str, xaxis: Figure, yaxis: Figure, shapes: list[Figure], summary: str, note: str = "") -> Figure:
    return {
        "title": {"text": title}, "xaxis": xaxis, "yaxis": {"fixedrange": True, "zeroline": False} | yaxis,
        "shapes": shapes,
        "margin": MARGIN, "height": HEIGHT, "showlegend": True, "legend": LEGEND, "hovermode": "closest",
        "meta": {"summary": summary, "note": note},
    }  # fmt: skip
