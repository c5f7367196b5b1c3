"""Figures of the dependence: the strip plots in which an example is dragged, the Jacobian, the outlier, the classes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.figures.linked import bands, matrix
from app.figures.matrix import diverging, entry_text
from app.figures.notation import drawn_text
from app.figures.numbers import apart, three
from app.figures.rows import Figure
from app.figures.theme import MEANINGS
from app.views.batch_size.figures.estimates import HEIGHT, LEGEND, MARGIN, Focus, short
from bncore.batch_size.classifier import Verdicts
from bncore.batch_size.dependence import Dependence
from bncore.batch_size.outlier import Squeeze

Floats = NDArray[np.float64]
STRIP = 330
MAP = 320
ROOMY = 5  # examples up to which the Jacobian's entries are written
DASHES = ("solid", "dash", "dot", "dashdot")
PARTS = {
    "total": "in all", "identity": "identity", "mean": "through the mean (stronger colours)",
    "variance": "through the variance (stronger colours)",
}  # fmt: skip


def strips(moved: Dependence, limits: dict[str, tuple[float, float]], focus: Focus) -> dict[str, Figure]:
    """The input, and its normalized value in both modes, before and after; both modes share their axis."""
    x, x_hat = focus.symbol("x"), focus.symbol("x_hat")
    name = focus.drawn_name
    return {
        "strip_x": _strip(moved, moved.x, moved.moved, limits["x"], f"Drag an example: {x}, {name}", x, "x"),
        "strip_train": _strip(
            moved, moved.before.train, moved.after.train, limits["x_hat"],
            f"Training: {x_hat} by the batch's own statistics", x_hat, "x_hat"
        ),
        "strip_inference": _strip(
            moved, moved.before.inference, moved.after.inference, limits["x_hat"],
            f"Inference: {x_hat} by the population's statistics", x_hat, "x_hat",
        ),
    }  # fmt: skip


def _strip(
    moved: Dependence, before: Floats, after: Floats, limits: tuple[float, float], title: str, value: str, meaning: str
) -> Figure:
    examples = list(range(len(before)))
    colour = MEANINGS[meaning]
    ways = {
        "x": [j for j in examples for _ in range(3)],
        "y": [v for pair in zip(short(before), short(after), strict=True) for v in (*pair, None)],
    }
    traces = [
        {
            "type": "scatter", "mode": "lines", "name": "way", **ways, "line": {"color": colour, "width": 3},
            "hoverinfo": "skip",
            "showlegend": False, "meta": {"term": meaning},
        },
        _marks("before", before, examples, {"symbol": "circle-open", "size": 10, "color": MEANINGS["neutral"]},
        meaning),
        _marks(
            "now", after, examples,
            {"symbol": ["diamond" if j == moved.example else "circle" for j in examples], "size": 11,
            "color": colour}, meaning,
        ),
    ]  # fmt: skip
    low, high = limits
    outside = [f"example {k} is outside the axis, at {three(v)}" for k, v in enumerate(after) if not low <= v <= high]
    told = "; ".join(
        f"example {k}: {a} to {b}"
        for k, (a, b) in enumerate(apart(*pair) for pair in zip(before.tolist(), after.tolist(), strict=True))
    )
    return {
        "data": traces,
        "layout": {
            "title": {"text": title},
            "xaxis": {
                "title": {"text": "example"}, "tickvals": examples, "range": [-0.6, len(examples) - 0.4],
                "zeroline": False,
                "showgrid": False, "fixedrange": True,
            },
            "yaxis": {"title": {"text": value}, "range": [low, high], "zeroline": True, "fixedrange": True},
            "margin": MARGIN, "height": STRIP, "showlegend": True, "legend": LEGEND, "hovermode": "closest",
            "meta": {"summary": f"{title}, before and after example {moved.example} moved. {told}.",
                     "note": "; ".join(outside),
                     "linked": bands("example", examples, axis="x", start=-0.5, step=1.0)},
        },
    }  # fmt: skip


def _marks(title: str, values: Floats, examples: list[int], marker: Figure, term: str) -> Figure:
    return {
        "type": "scatter", "mode": "markers", "name": title, "x": examples, "y": short(values), "marker": marker,
        "hovertemplate": f"example %{{x}}, {title}: %{{y:.3g}}<extra></extra>", "meta": {"term": term},
    }  # fmt: skip


def jacobians(moved: Dependence, focus: Focus) -> dict[str, Figure]:
    """The Jacobian times s and its three parts; the weak ones, through the statistics, share stronger colours."""
    factored = moved.factored
    drawn: dict[str, Figure] = {}
    for together in (("total", "identity"), ("mean", "variance")):
        most = float(max(np.abs(getattr(factored, part)).max() for part in together)) or 1.0
        drawn |= {f"jacobian_{part}": _jacobian(moved, getattr(factored, part), part, most, focus) for part in together}
    return drawn


def _jacobian(moved: Dependence, z: Floats, part: str, most: float, focus: Focus) -> Figure:
    count = len(z)
    x, x_hat = focus.symbol("x"), focus.symbol("x_hat")
    whole = part == "total"
    traces: list[Figure] = [
        {
            "type": "heatmap", "z": [short(row) for row in z], "zmin": -most, "zmax": most, "colorscale": diverging(),
            "xgap": 1,
            "ygap": 1, "showscale": whole, "meta": {"term": part},
            "colorbar": {"thickness": 10, "outlinewidth": 0, "len": 1},
            "hovertemplate": f"{x_hat} of example %{{y}} by {x} of example %{{x}}, times s: %{{z:.3g}}<extra></extra>",
        }
    ]  # fmt: skip
    if whole and count <= ROOMY:
        traces.append(
            {
                "type": "scatter", "mode": "text", "name": "entries", "x": list(range(count)) * count,
                "y": [k for k in range(count) for _ in range(count)],
                "text": [entry_text(float(v), most) for v in z.ravel()],
                "textfont": {"size": 10}, "hoverinfo": "skip", "showlegend": False, "meta": {"term": part},
            }
        )  # fmt: skip
    title = (
        f"s ∂{x_hat}/∂{x}, {PARTS[part]}, s = {three(moved.scale)}"
        if whole
        else f"{PARTS[part][:1].upper()}{PARTS[part][1:]}"
    )
    ends: Figure = {"tickvals": list(range(count)), "zeroline": False, "showgrid": False, "fixedrange": True}
    j = moved.example
    frame = {
        "type": "rect", "x0": j - 0.5, "x1": j + 0.5, "y0": -0.5, "y1": count - 0.5,
        "line": {"color": MEANINGS["x_hat"], "width": 2},
    }  # fmt: skip
    return {
        "data": traces,
        "layout": {
            "title": {"text": title},
            "xaxis": ends | {"title": {"text": f"{x} of example j (moved)"}, "range": [-0.5, count - 0.5]},
            "yaxis": ends | {"title": {"text": f"{x_hat} of example k"}, "range": [count - 0.5, -0.5]},
            "shapes": [frame], "margin": MARGIN | {"t": 36}, "height": MAP, "showlegend": False,
            "meta": {
                "summary": f"Heatmap, {title}: {count} × {count}, from {three(float(z.min()))} to "
                f"{three(float(z.max()))}. The column of example {j}, which is moved, is framed.",
                "note": "", "linked": matrix("example", count),
            },
        },
    }  # fmt: skip


def outlier_figures(curves: Sequence[Squeeze], focus: Focus) -> dict[str, Figure]:
    """The others' spread, and the outlier's own value, over its distance; none without curves."""
    if not curves:
        return {}
    x_hat = focus.symbol("x_hat")
    spread: list[Figure] = []
    own: list[Figure] = []
    for i, curve in enumerate(curves):
        line = {"color": MEANINGS["x_hat"], "width": 2, "dash": DASHES[i % 4]}
        named: Figure = {
            "type": "scatter",
            "mode": "lines",
            "name": f"K = {curve.size}",
            "x": short(curve.distance[1:]),
            "line": line,
        }
        hover = "<extra></extra>"
        spread.append(
            named
            | {
                "y": short(curve.spread[1:]),
                "hovertemplate": f"t = %{{x:.3g}}: %{{y:.3g}}{hover}",
                "meta": {"term": "spread"},
            }
        )
        own.append(
            named
            | {
                "y": short(curve.own[1:]),
                "hovertemplate": f"t = %{{x:.3g}}: %{{y:.3g}}{hover}",
                "meta": {"term": "own"},
            }
        )
        own.append(
            {
                "type": "scatter", "mode": "lines", "name": f"√(K − 1) = {three(curve.bound)}", "showlegend": False,
                "x": short(curve.distance[[1, -1]]), "y": [curve.bound] * 2,
                "line": {"color": MEANINGS["neutral"], "width": 1, "dash": "dot"},
                "hovertemplate": f"bound √(K − 1) = %{{y:.3g}} of K = {curve.size}{hover}", "meta": {"term": "bound"},
            }
        )  # fmt: skip
    told = "; ".join(f"K = {c.size}: {three(float(c.spread[0]))} to {three(float(c.spread[-1]))}" for c in curves)
    tops = "; ".join(f"K = {c.size}: {three(float(c.own[-1]))} of at most {three(c.bound)}" for c in curves)
    return {
        "outlier_spread": _curves(spread, f"The others' spread of {x_hat}", f"deviation of the others' {x_hat}", told),
        "outlier_own": _curves(
            own, f"The outlier's own {x_hat}, and its bound √(K − 1)", f"|{x_hat}| of the outlier", tops
        ),
    }


def _curves(traces: list[Figure], title: str, value: str, told: str) -> Figure:
    return {
        "data": traces,
        "layout": {
            "title": {"text": title},
            "xaxis": {"type": "log", "title": {"text": "distance t, in deviations of the others"},
            "fixedrange": True,
                      "dtick": 1},
            "yaxis": {"type": "log", "title": {"text": value}, "fixedrange": True, "dtick": 1},
            "margin": MARGIN, "height": HEIGHT, "showlegend": True, "legend": LEGEND, "hovermode": "closest",
            "meta": {"summary": f"{title}, over its distance. {told}.", "note": ""},
        },
    }  # fmt: skip


def classes_figure(verdicts: Verdicts, names: Sequence[str]) -> Figure:
    """In how many of the batches each class won."""
    shares = [100.0 * int(count) / verdicts.draws for count in verdicts.counts]
    own = verdicts.inference.answer
    title = f"One example in {verdicts.draws} batches of {verdicts.size}"
    bars = {
        "type": "bar", "name": "batches", "x": [drawn_text(name) for name in names], "y": short(shares),
        "marker": {
            "color": [MEANINGS["x_hat" if i == own else "neutral"] for i in range(len(names))],
            "pattern": {"shape": ["" if i == own else "/" for i in range(len(names))]},
        },
        "hovertemplate": "%{x}: %{y:.3g} % of the batches<extra></extra>", "meta": {"term": "classes"},
    }  # fmt: skip
    told = "; ".join(f"{name} {three(share)} %" for name, share in zip(names, shares, strict=True))
    return {
        "data": [bars],
        "layout": {
            "title": {"text": title}, "xaxis": {"title": {"text": "class that the classifier gives it"},
            "fixedrange": True},
            "yaxis": {"title": {"text": "% of the batches"}, "range": [0, 104], "fixedrange": True},
            "margin": MARGIN | {"t": 36},
            "height": 280, "showlegend": False, "bargap": 0.4,
            "meta": {"summary": f"{title}: {told}. By itself it is {names[own]}.", "note": ""},
        },
    }  # fmt: skip
