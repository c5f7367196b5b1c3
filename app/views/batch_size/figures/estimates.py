"""Figures of the estimates: the sampling distributions of mean and deviation over the batch size."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures.notation import drawn_text, symbol
from app.figures.numbers import significant, three
from app.figures.theme import MEANINGS, translucent
from app.views.batch_size.figures.axes import held, level, log_axis, size_axis, size_mark
from app.views.batch_size.words.missing import LACKS, of_the_population
from bncore.batch_size.estimates import Estimates, Spread
from bncore.batch_size.theory import Expected

Figure = dict[str, Any]
Floats = NDArray[np.float64]
MARGIN = {"l": 62, "r": 14, "t": 54, "b": 46}
LEGEND = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}
HEIGHT = 340
DIGITS = 5
LEAST = 1e-12  # noise that is not rounding
MEASURED = "in deviations σ (bars: 5 standard errors)"
MEDIAN = 2  # its place among `QUANTILES`


@dataclass(frozen=True)
class Focus:
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


def estimate_figure(estimates: Estimates, which: str, focus: Focus) -> Figure:
    """The sampling distribution of the batch's mean or deviation over K, theory as lines."""
    spread, expected, colour = _of(estimates, which)
    at, sizes = focus.at, estimates.sizes
    sign = f"batch {which}"
    title = f"Batch {which} of {focus.drawn_name}, {estimates.draws:,} batches of each size"
    traces = bands(sizes, spread.quantiles[:, :, at], colour, "the batches", which)
    traces.append(
        _middle(estimates, spread, at, sign) | {"line": {"color": colour, "width": 2}, "meta": {"term": which}}
    )
    theory = theory_lines(*expected.ends(at))
    traces += theory_traces(sizes, theory)
    true = float((estimates.population.mean if which == "mean" else estimates.population.sd)[at])
    line = [level(true)] if math.isfinite(true) else []
    middle = traces[4]
    limits, note = held(
        [*spread.quantiles[0, :, at], *spread.quantiles[4, :, at], true],
        theory | {f"the {middle['name']}": np.array(middle["y"])}, sizes,
    )  # fmt: skip
    row = sizes.index(focus.size)
    told = ", ".join(three(float(v)) for v in spread.quantiles[[0, 2, 4], row, at])
    return {
        "data": traces,
        "layout": layout_of(
            title, size_axis(sizes),
            {"title": {"text": f"{sign} (line: the population's)" if line else sign}, "range": limits},
            [size_mark(focus.size), *line],
            f"{title}. At K = {focus.size} the 5 %, 50 % and 95 % points are {told}; {of_the_population(true)}.", note,
        ),
    }  # fmt: skip


def _of(estimates: Estimates, which: str) -> tuple[Spread, Expected, str]:
    if which == "mean":
        return estimates.mean, estimates.expected_mean, MEANINGS["mean"]
    return estimates.deviation, estimates.expected_deviation, MEANINGS["variance"]


def _middle(estimates: Estimates, spread: Spread, at: int, sign: str) -> Figure:
    """The average, and the median where estimates have no mean that an average of them could come close to."""
    median = estimates.population.missing(at) == "mean"
    return {
        "type": "scatter", "mode": "lines+markers", "name": "median" if median else "average",
        "x": list(estimates.sizes),
        "y": short((spread.quantiles[MEDIAN] if median else spread.average)[:, at]), "marker": {"size": 6},
        "hovertemplate": f"K = %{{x}}: {sign} = %{{y:.3g}} {'in the middle' if median else 'on average'}"
        "<extra></extra>",
    }  # fmt: skip


def theory_lines(low: Floats, high: Floats) -> dict[str, Floats]:
    """The ends of what theory expects of 90 % of the draws, (S,) each; none where it expects nothing."""
    if not np.isfinite(low).any():
        return {}
    return {"theory's lower line": low, "theory's upper line": high}


def theory_traces(sizes: Sequence[int], lines: Mapping[str, Floats]) -> list[Figure]:
    """The lines of `theory_lines`, under one name in the legend."""
    return [
        {
            "type": "scatter", "mode": "lines", "name": name, "x": list(sizes), "y": short(line),
            "line": {"color": MEANINGS["theory"], "width": 2, "dash": "dash"}, "showlegend": name != "theory, upper",
            "hovertemplate": "K = %{x}: theory %{y:.3g}<extra></extra>", "meta": {"term": "theory"},
        }
        for name, line in zip(("theory, 90 %", "theory, upper"), lines.values(), strict=False)
    ]  # fmt: skip


def noise_figure(estimates: Estimates, focus: Focus) -> Figure:
    """How far mean and deviation spread, in deviations of the population, on two logarithmic axes."""
    at, sizes = focus.at, estimates.sizes
    scale, shift = estimates.noise()
    sigma = float(estimates.population.sd[at])
    traces = []
    for of, values, error, expected, colour, mark, term in (
        ("mean", shift, estimates.mean.sd_error, estimates.expected_mean.sd, "mean", "circle", "shift"),
        (
            "deviation",
            scale,
            estimates.deviation.sd_error,
            estimates.expected_deviation.sd,
            "variance",
            "square",
            "scale",
        ),
    ):
        colour = MEANINGS[colour]
        unit = sigma if sigma > 0 else math.nan
        traces.append(_measured(sizes, values[:, at], error[:, at] / unit, f"{of}'s spread / σ", colour, mark, term))
        traces.append(
            {
                "type": "scatter", "mode": "lines", "name": f"theory, {of}", "x": list(sizes),
                "y": _above(expected[:, at] / unit),
                "line": {"color": colour, "width": 2, "dash": "dash"},
                "hovertemplate": "K = %{x}: theory %{y:.3g}<extra></extra>",
                "meta": {"term": "theory"},
            }
        )  # fmt: skip
    title = f"Spread of mean and deviation, {focus.drawn_name}"
    row = sizes.index(focus.size)
    spread_mean, spread_deviation = (three(float(spread[row, at])) for spread in (shift, scale))
    told = f"At K = {focus.size} the mean's {spread_mean}, the deviation's {spread_deviation}."
    note = _why_empty(estimates, at) or _without_noise(estimates, {"shift": shift[:, at], "scale": scale[:, at]})
    if _why_empty(estimates, at):
        told = f"{note[0].upper()}{note[1:]}."
    return {
        "data": traces,
        "layout": layout_of(
            title, size_axis(sizes), log_axis(MEASURED, [value for trace in traces for value in trace["y"]]),
            [size_mark(focus.size)],
            f"{title}, both axes logarithmic. {told}", note,
        ),
    }  # fmt: skip


def _why_empty(estimates: Estimates, at: int) -> str:
    """Why there is no noise in deviations of the population at all."""
    if math.isnan(estimates.population.sd[at]):
        return (
            f"nothing to show: the distribution has {LACKS[estimates.population.missing(at)]} to measure the noise in"
        )
    return "nothing to show: the feature is the same for every example" if estimates.population.sd[at] == 0 else ""


def _without_noise(estimates: Estimates, noise: Mapping[str, Floats]) -> str:
    """The sizes whose noise is 0, and so not on a logarithmic axis."""
    none = [size for size, *each in zip(estimates.sizes, *noise.values(), strict=True) if max(each) < LEAST]
    if not none:
        return ""
    whole = ", all the examples" if none == [estimates.total] else ""
    return f"no noise at K = {', '.join(map(str, none))}{whole}: 0 has no place on a logarithmic axis"


def _above(values: Floats) -> list[float]:
    """What a logarithmic axis can show."""
    return short(np.where(values > LEAST, values, np.nan))


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
