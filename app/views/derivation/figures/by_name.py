"""The derivation's figures: the paths of dx, the Jacobian, and what moving one example does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures.linked import bands, matrix
from app.figures.matrix import diverging, entry_text
from app.figures.notation import drawn_text, symbol
from app.figures.numbers import beside, counted, three, was_and_is
from app.figures.theme import MEANINGS
from bncore.derivation.moved import Moved

Figure = dict[str, Any]
Floats = NDArray[np.float64]
PATHS = {"dx_direct": "direct", "dx_mean": "mean", "dx_variance": "variance"}
PATTERNS = {"dx_direct": "", "dx_mean": "/", "dx_variance": "x"}
FADED = 0.25  # opacity of the paths that the naive gradient forgets
HEIGHT = 330
ROOMY = 5  # examples up to which the entries of the map are written larger
MARGIN = {"l": 58, "r": 12, "t": 36, "b": 46}


@dataclass(frozen=True)
class Paths:
    """One feature's gradient at every example, (K,) each."""

    dx: Floats
    dx_direct: Floats
    dx_mean: Floats
    dx_variance: Floats


@dataclass(frozen=True)
class Slopes:
    """One feature's dy_k/dx_j, `total` (K, K): `factor`, gamma/s, times `bracket`."""

    total: Floats
    bracket: Floats
    factor: float


@dataclass(frozen=True)
class Cell:
    """What the figures are of: the cell's feature and example, the output that is looked at, how it is told."""

    name: str
    notation: str
    example: int
    output: int
    naive: bool = False

    def symbol(self, name: str) -> str:
        return symbol(name, self.notation)

    @property
    def drawn_name(self) -> str:
        return drawn_text(self.name)


def figures(paths: Paths, slopes: Slopes, moved: Moved, cell: Cell) -> dict[str, Figure]:
    """All figures of the derivation, by name."""
    return {
        "paths": paths_figure(paths, cell), "jacobian": jacobian_figure(slopes, cell),
        "moved": moved_figure(moved, cell),
    }  # fmt: skip


def paths_figure(paths: Paths, cell: Cell) -> Figure:
    """Direct, mean and variance path as stacked bars an example, and their sum, dx, as a mark."""
    dx = cell.symbol("dx")
    examples = list(range(len(paths.dx)))
    traces = [_bars(name, getattr(paths, name), examples, cell) for name in PATHS]
    traces.append(_marks(dx, "dx", paths.dx, examples, "diamond"))
    if cell.naive:
        traces.append(_marks("naive", "dx_direct", paths.dx_direct, examples, "x-thin-open"))
    size = float(max(np.abs(getattr(paths, name)).max() for name in PATHS))
    told = "; ".join(f"example {j}: {beside(float(value), size)}" for j, value in enumerate(paths.dx))
    note = f"the naive gradient is the direct path alone: its {dx} is at the crosses" if cell.naive else ""
    layout = {
        "title": {"text": f"{dx} by path, for {cell.drawn_name}"},
        "xaxis": _examples_axis(examples, "example"),
        "yaxis": {"title": {"text": f"parts of {dx}"}, "zeroline": True, "fixedrange": True},
        "barmode": "relative", "bargap": 0.35, "margin": MARGIN, "height": HEIGHT, "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "meta": {
            "summary": f"Stacked bars of the three paths into {dx} for {cell.name}, and their sum as a mark. {told}.",
            "note": note, "linked": bands("example", examples, axis="x", start=-0.5, step=1.0),
        },
    }  # fmt: skip
    return {"data": traces, "layout": layout}


def _bars(name: str, values: Floats, examples: list[int], cell: Cell) -> Figure:
    forgotten = cell.naive and name != "dx_direct"
    return {
        "type": "bar", "name": cell.symbol(name), "x": examples, "y": values,
        "marker": {"color": MEANINGS[PATHS[name]], "pattern": {"shape": PATTERNS[name]}},
        "opacity": FADED if forgotten else 1.0,
        "hovertemplate": f"example %{{x}}, {cell.symbol(name)}: %{{y:.3g}}<extra></extra>", "meta": {"term": name},
    }  # fmt: skip


def _marks(title: str, term: str, values: Floats, examples: list[int], shape: str) -> Figure:
    outline = {"width": 2, "color": "#ffffff"} if shape == "diamond" else {"width": 3}
    return {
        "type": "scatter", "mode": "markers", "name": title, "x": examples, "y": values,
        "marker": {"symbol": shape, "size": 12, "color": MEANINGS["gradient"], "line": outline},
        "hovertemplate": f"example %{{x}}, {title}: %{{y:.3g}}<extra></extra>", "meta": {"term": term},
    }  # fmt: skip


def _examples_axis(examples: Sequence[int], title: str) -> Figure:
    return {
        "title": {"text": title}, "tickvals": list(examples), "ticktext": [str(j) for j in examples],
        "range": [-0.5, len(examples) - 0.5], "zeroline": False, "showgrid": False, "fixedrange": True,
    }  # fmt: skip


def jacobian_figure(slopes: Slopes, cell: Cell) -> Figure:
    """dy_k/dx_j of one feature over gamma/s, so that the identity is 1 and the mean's part 1/K in every feature: orange
    is up, blue down, on a scale that is symmetric about 0."""
    total, count = slopes.bracket, len(slopes.bracket)
    y, x, gamma = cell.symbol("y"), cell.symbol("x"), cell.symbol("gamma")
    most = float(np.abs(total).max()) or 1.0
    texts = [entry_text(float(value), most) for value in total.ravel()]
    times = f"{gamma}/s = {three(slopes.factor)}"
    heatmap = {
        "type": "heatmap", "z": total, "customdata": slopes.total, "zmin": -most, "zmax": most,
        "colorscale": diverging(), "xgap": 2, "ygap": 2,
        "colorbar": {"thickness": 10, "title": {"text": f"· {gamma}/s"}, "outlinewidth": 0, "len": 1},
        "hovertemplate": f"{y} of example %{{y}} by {x} of example %{{x}}:<br>{gamma}/s · %{{z:.3g}} = "
        "%{customdata:.3g}<extra></extra>",
        "meta": {"term": "slope"},
    }  # fmt: skip
    written = {
        "type": "scatter", "mode": "text", "name": "entries", "x": list(range(count)) * count,
        "y": [k for k in range(count) for _ in range(count)], "text": texts,
        "textfont": {"size": 10 if count > ROOMY else 11},
        "hoverinfo": "skip", "showlegend": False, "meta": {"term": "slope"},
    }  # fmt: skip
    own = float(total[cell.example, cell.example])
    layout = {
        "title": {"text": f"∂{y}/∂{x} between the examples, over {gamma}/s, for {cell.drawn_name}"},
        "xaxis": _examples_axis(range(count), f"{x} of example j (moved)"),
        "yaxis": _examples_axis(range(count), f"{y} of example k") | {"range": [count - 0.5, -0.5]},
        "shapes": [_frame(cell.example, cell.output)],
        "margin": MARGIN, "height": HEIGHT + 20,
        "meta": {
            "summary": f"Heatmap of how each example's {y} moves with each example's {x}, for {cell.name}, as "
            f"multiples of {times}. Every row and every column sums to 0. On its own {y}, example {cell.example} acts "
            f"with {beside(own, 1.0)} times that.",
            "note": f"each entry times {times} is ∂{y}/∂{x}", "linked": matrix("example", count),
        },
    }  # fmt: skip
    return {"data": [heatmap, written], "layout": layout}


def _frame(example: int, output: int) -> Figure:
    """A frame around the entry that is looked at."""
    return {
        "type": "rect", "x0": example - 0.5, "x1": example + 0.5, "y0": output - 0.5, "y1": output + 0.5,
        "line": {"color": MEANINGS["y"], "width": 3},
    }  # fmt: skip


def moved_figure(moved: Moved, cell: Cell) -> Figure:
    """Every output before and after one example moved, and where the Jacobian's straight line puts it."""
    y, limits = cell.symbol("y"), _with_room(*moved.limits)
    examples = list(range(len(moved.before)))
    outside = int(((moved.predicted < limits[0]) | (moved.predicted > limits[1])).sum())
    ways = {
        "x": [j for j in examples for _ in range(3)],
        "y": [v for pair in zip(moved.before.tolist(), moved.after.tolist(), strict=True) for v in (*pair, None)],
    }
    colour, before = MEANINGS["y"], MEANINGS["neutral"]
    traces = [
        {
            "type": "scatter", "mode": "lines", "name": "way", **ways, "line": {"color": colour, "width": 3},
            "hoverinfo": "skip", "showlegend": False, "meta": {"term": "y"},
        },
        _outputs("before", moved.before, examples, {"symbol": "circle-open", "size": 10, "color": before}),
        _outputs("after, exactly", moved.after, examples, {"symbol": "circle", "size": 10, "color": colour}),
        _outputs(
            "as the Jacobian predicts", moved.predicted, examples,
            {"symbol": "line-ew-open", "size": 18, "color": MEANINGS["gradient"], "line": {"width": 3}},
        ),
    ]  # fmt: skip
    told = "; ".join(
        f"example {k} {was_and_is(float(a), float(b))}"
        for k, (a, b) in enumerate(zip(moved.before, moved.after, strict=True))
    )
    layout = {
        "title": {"text": f"{y} before and after example {moved.example} moved, for {cell.drawn_name}"},
        "xaxis": _examples_axis(examples, "example"),
        "yaxis": {"title": {"text": y}, "zeroline": True, "fixedrange": True, "range": list(limits)},
        "margin": MARGIN, "height": HEIGHT + 20, "showlegend": True, "hovermode": "closest",
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "meta": {
            "summary": f"{y} of every example as example {moved.example} of {cell.name} moves by {three(moved.by)}. "
            f"{told}.",
            "note": f"{counted(outside, 'prediction')} outside the axis" if outside else "",
            "linked": bands("example", examples, axis="x", start=-0.5, step=1.0),
        },
    }  # fmt: skip
    return {"data": traces, "layout": layout}


def _with_room(low: float, high: float) -> tuple[float, float]:
    """An axis that holds every y there can be, so that it stays put while an example moves."""
    room = 0.1 * (high - low) or 1.0
    return low - room, high + room


def _outputs(title: str, values: Floats, examples: list[int], marker: Figure) -> Figure:
    return {
        "type": "scatter", "mode": "markers", "name": title, "x": examples, "y": values, "marker": marker,
        "hovertemplate": f"example %{{x}}, {title}: %{{y:.3g}}<extra></extra>", "meta": {"term": "y"},
    }  # fmt: skip
