"""The running statistics' figures: their path from the cold start, and one batch in both modes."""

import math

import numpy as np

from app.figures.numbers import stated, three
from app.figures.theme import MEANINGS, translucent
from app.views.batch_size.figures.axes import level
from app.views.batch_size.figures.estimates import Figure, Focus, layout_of, short
from app.views.batch_size.words.missing import of_the_population
from bncore.batch_size.running import Gap, Path
from bncore.batch_size.theory import NINETY


def running_figure(path: Path, which: str, focus: Focus, true: float) -> Figure:
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
    shapes = [level(true)] if math.isfinite(true) else []
    if which == "mean" and math.isfinite(path.mean_sd):
        shapes += [_strip(true, path.mean_sd)] if path.momentum is not None else _funnel(true, path)
    title = f"Running {which} of {focus.drawn_name}, {_weighed(path.momentum)}, K = {path.size}"
    last = {name: float(values[-1]) for name, (values, _, _) in lines.items()}
    told = "; ".join(f"{name} {three(value)}" for name, value in last.items())
    return {
        "data": traces,
        "layout": layout_of(
            title, {"title": {"text": "step"}, "fixedrange": True, "zeroline": False},
            {"title": {"text": f"{which} (line: the population's)" if shapes else which}}, shapes,
            f"{title}. From a cold start; after {steps[-1]} steps {told}; {of_the_population(true)}.",
        ),
    }  # fmt: skip


def _strip(middle: float, sd: float) -> Figure:
    """Where the running mean lies 90 % of the time, once the start is forgotten."""
    return {
        "type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": middle - NINETY * sd, "y1": middle + NINETY * sd,
        "fillcolor": translucent(MEANINGS["neutral"], 0.16), "line": {"width": 0},
    }  # fmt: skip


def _funnel(middle: float, path: Path) -> list[Figure]:
    """Where the mean of all batches lies 90 % of the time, after the first and each further one."""
    steps = range(1, len(path.mean))
    above = [(step, middle + NINETY * path.mean_sd_after(step)) for step in steps]
    below = [(step, 2 * middle - high) for step, high in reversed(above)]
    outline = " L ".join(f"{step},{height:.6g}" for step, height in (*above, *below))
    drawn = {"type": "path", "path": f"M {outline} Z", "fillcolor": translucent(MEANINGS["neutral"], 0.16)}
    return [drawn | {"line": {"width": 0}}] if len(above) > 1 else []


def gap_figure(gap: Gap, focus: Focus) -> Figure:
    """One batch in both modes: training against inference, on the diagonal where they agree."""
    x_hat = focus.symbol("x_hat")
    kept = slice(256)
    train, inference = short(gap.train[kept]), short(gap.inference[kept])
    low, high = min(*train, *inference), max(*train, *inference)
    title = f"One batch of {focus.size} in both modes, {focus.drawn_name}"
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
        "layout": layout_of(
            title, {"title": {"text": f"{x_hat} in training"}, "fixedrange": True},
            {"title": {"text": f"{x_hat} in inference"}}, [],
            f"{title}: they differ by {three(gap.typical)} typically and {three(gap.largest)} at most.",
        ),
    }  # fmt: skip


def _weighed(momentum: float | None) -> str:
    return "all batches alike" if momentum is None else f"momentum {stated(momentum)}"
