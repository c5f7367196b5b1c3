"""The derivation's answer: the view as plain data, with the formulas that a page fills."""

import math
from typing import Any

import numpy as np

from app.figures.notation import SYMBOLS, UNIT
from app.figures.numbers import counted
from app.query.small_batch import SmallBatch, SmallBatchFields
from app.query.title import source_title
from app.views.derivation import formulas as mathml
from app.views.derivation.compute import JacobianView, View
from app.views.derivation.figures.by_name import Paths, Shown, Slopes, figures, jacobian_figure
from app.views.derivation.figures.graph import colour, places
from app.views.derivation.words import jacobian as jacobian_words
from app.views.derivation.words import seen as words
from bncore.derivation.nodes import Local, Node, Undefined
from bncore.derivation.routes import Route
from bncore.exact.lift import SMALLEST
from bncore.statistics import statistics

PATHS = ("dx", "dx_direct", "dx_mean", "dx_variance")
PARTS = ("identity", "mean", "variance", "total")
DRAG = 20  # steps of a dragged cell to a deviation, at least


@np.errstate(over="ignore", invalid="ignore")  # a distance between numbers near the largest one leaves as null
def answer_of(view: View) -> dict[str, Any]:
    """The answer of `GET /derivation`."""
    query, steps = view.query, view.steps
    paths = _paths(view)
    shown = _shown(view)
    return {
        "batch": _batch(query, view.batch),
        "dy": steps.nodes["dy"].value,
        "gamma": steps.forward.gamma,
        "beta": steps.forward.beta,
        "flags": [words.flag_text(flag, query.notation) for flag in steps.forward.flags],
        "conventions": words.conventions(steps.forward, query.notation),
        "headline": words.headline(
            {name: float(values[view.example]) for name, values in paths.items()},
            _place(view),
            steps.forward.count,
            query.notation,
        ),
        "captions": {
            "summed": words.summed_text(steps.forward, view.feature, query.notation),
            "jacobian": jacobian_words.tied_text(view.bracket, view.factor, query.notation),
        },
        "symbols": SYMBOLS[query.notation],
        "terms": words.terms(query.notation, query.eps_placement),
        "cell": {"example": view.example, "feature": view.feature, "output": query.output, "name": shown.name},
        "step": _step(view),
        "nodes": [_node(view, node) for node in steps.nodes.values()],
        "summed": _summed(view),
        "paths": paths,
        "laws": _laws(view, paths),
        "printed": _printed(view),
        "routes": {name: _route(route) for name, route in view.routes.items()},
        "naive": _naive(view),
        "jacobian": _jacobian(view, view.feature, shown.name) | _entry(view),
        "moved": _moved(view),
        "query": query.stated(),
        "figures": figures(Paths(**paths), _slopes(view), view.moved, shown),
    }


def jacobian_answer_of(view: JacobianView) -> dict[str, Any]:
    """The answer of `GET /jacobian`."""
    query = view.query
    shown = Shown(view.batch.feature_names[query.feature], query.notation, 0, 0)
    return {
        "batch": _batch(query, view.batch),
        "jacobian": _jacobian(view, query.feature, shown.name),
        "query": query.stated(),
        "figures": {"jacobian": jacobian_figure(_slopes(view), shown)},
    }


def _slopes(view: View | JacobianView) -> Slopes:
    return Slopes(view.jacobian.total, view.bracket.total, view.factor)


def _shown(view: View) -> Shown:
    name = view.batch.feature_names[view.feature]
    return Shown(name, view.query.notation, view.example, view.query.output, view.query.naive == "on")


def _place(view: View) -> str:
    return f"example {view.example} of {view.batch.feature_names[view.feature]}"


def _batch(query: SmallBatchFields, batch: SmallBatch) -> dict[str, Any]:
    examples, features = batch.x.shape
    title = source_title(query)
    return {
        "title": title,
        "text": f"{title}: {counted(examples, 'example')} × {counted(features, UNIT[query.notation])}",
        "shape": [examples, features],
        "examples": batch.taken,
        "total": batch.total,
        "feature_names": list(batch.feature_names),
        "labels": batch.labels,
        "label_names": list(batch.label_names),
        "given": sorted(batch.given),
        "warnings": list(batch.warnings),
        "values": batch.x,
        "drag_steps": [drag_step(float(sd), float(size)) for sd, size in zip(*_sizes(batch.x), strict=True)],
    }


def _sizes(x: np.ndarray[Any, Any]) -> tuple[Any, Any]:
    return statistics(x).sigma, np.abs(x).max(axis=0)


def drag_step(deviation: float, largest: float) -> float:
    """By how much a dragged cell moves at a time: a power of ten well below the feature's deviation.

    >>> drag_step(1.6, 5.0), drag_step(11.2, 40.0), drag_step(0.0, 7.0), drag_step(0.0, 0.0)
    (0.01, 0.1, 0.1, 0.01)
    >>> drag_step(2.5e-324, 5e-324)
    5e-324
    """
    size = max((deviation or largest or 1.0) / DRAG, SMALLEST)
    return max(float(f"1e{math.floor(math.log10(size))}"), SMALLEST)


def _step(view: View) -> str:
    """The node in force: beside the variance there is no node of the deviation, and its neighbour stands in."""
    name = str(view.query.step)
    return name if name in view.steps.nodes else {"sigma": "var", "dsigma": "dscale"}[name]


def _node(view: View, node: Node) -> dict[str, Any]:
    query, steps = view.query, view.steps
    notation, axes = query.notation, np.ndim(node.value)
    over = "j" if node.name in mathml.SUMMING else ""
    column, row = places(query.eps_placement)[node.name]
    return {
        "name": node.name,
        "side": node.side,
        "symbol": words.node_symbol(node.name, notation),
        "title": words.NODES[node.name].title,
        "meaning": words.meaning(node.name, notation, query.eps_placement),
        "parents": node.parents,
        "column": column,
        "row": row,
        "colour": colour(node.name, node.side),
        "formula": node.formula,
        "mathml": mathml.symbols(node.formula[notation], notation, over=over),
        "numbers": mathml.numbers(node.name, axes, query.eps_placement, steps.forward.count),
        "value": node.value,
        "none": _none(view, node.undefined),
        "local": [_local(view, local) for local in node.local],
        "upstream": node.upstream,
        "arriving": None if node.upstream is None else words.arriving(node, notation),
    }


def _none(view: View, undefined: Undefined | None) -> dict[str, Any] | None:
    """Where there is no such number, what stands in its place, and why it counts as 0."""
    if undefined is None:
        return None
    scale, notation = view.steps.forward.scale, view.query.notation
    return {
        "features": undefined.features,
        "value": words.none_text(undefined.divisor),
        "why": {str(i): words.none_reason(undefined.divisor, float(scale[i]), notation) for i in undefined.features},
    }


def _local(view: View, local: Local) -> dict[str, Any]:
    notation = view.query.notation
    return {
        "parent": local.parent,
        "symbol": words.node_symbol(local.parent, notation),
        "formula": local.formula,
        "mathml": mathml.symbols(local.formula[notation], notation),
        "value": local.value,
        "none": _none(view, local.undefined),
    }


def _paths(view: View) -> dict[str, Any]:
    return {name: view.steps.nodes[name].value[:, view.feature] for name in PATHS}


def _summed(view: View) -> dict[str, Any]:
    """dL/dx of the cell as the sum over k of what each output hands back."""
    notation, placement, j = view.query.notation, view.query.eps_placement, view.example
    found = view.jacobian
    count = len(found.total)
    return {
        "mathml": mathml.summed(notation, placement),
        "numbers": mathml.summed_numbers(count),
        "delta": np.eye(count, dtype=int)[j],
        "dy": view.steps.nodes["dy"].value[:, view.feature],
        "identity": found.identity[:, j],
        "mean": found.mean[:, j],
        "variance": found.variance[:, j],
        "slope": found.total[:, j],
        "bracket": {part: getattr(view.bracket, part)[:, j] for part in PARTS},
        "factor": view.factor,
        "product": view.added[:, j],
        "total": view.added[:, j].sum(),
    }


def _laws(view: View, paths: dict[str, Any]) -> list[dict[str, str]]:
    at, dx = view.feature, paths["dx"]
    sums = (float(dx.sum()), float(np.abs(dx).sum()), float(np.abs(paths["dx_direct"]).sum()))
    overlap = float((dx * view.steps.forward.x_hat[:, at]).sum())
    return words.laws(
        sums, (overlap, float(view.expected_overlap[at])), view.query.eps, view.batch.feature_names[at],
        view.query.notation,
    )  # fmt: skip


def _printed(view: View) -> dict[str, Any]:
    printed, place = view.steps.printed, (view.example, view.feature)
    here = None if view.feature in printed.features else float(printed.dx[place])
    exact, direct = (float(view.steps.nodes[name].value[place]) for name in ("dx", "dx_direct"))
    return {
        "mathml": mathml.printed(view.query.notation),
        "dx": printed.dx,
        "here": here,
        "max_abs_error": printed.max_abs_error,
        "max_rel_error": printed.max_rel_error,
        "features_without": printed.features,
        "text": words.printed_text(printed, here, exact, direct, view.query.notation),
    }


def _route(route: Route) -> dict[str, Any]:
    return {
        "analytic": route.analytic,
        "staged": route.staged,
        "numeric": route.numeric.value,
        "numeric_bound": route.numeric.bound,
        "numeric_step": route.numeric.step,
        "staged_error": route.staged_error,
        "numeric_error": route.numeric_error,
        "largest": {
            "staged_error": route.staged_error.max(),
            "numeric_error": route.numeric_error.max(),
            "numeric_bound": route.numeric.bound.max(),
        },
    }


def _naive(view: View) -> dict[str, Any]:
    found, at = view.naive, view.feature
    return {
        "on": view.query.naive == "on",
        "dx": found.dx,
        "total": found.total,
        "undone": found.undone,
        "angle": found.angle,
        "error": found.error,
        "forgotten": ["mean", "var", "sigma", "scale", "dscale", "dsigma", "dvar", "dmean", "dx_mean", "dx_variance"],
        "text": words.naive_text(found, at, view.batch.feature_names[at], view.query.eps, view.query.notation),
    }


def _jacobian(view: View | JacobianView, feature: int, name: str) -> dict[str, Any]:
    across, notation = view.blocks, view.query.notation
    return {
        "feature": feature,
        **{part: getattr(view.jacobian, part) for part in PARTS},
        "factor": view.factor,
        "bracket": {part: getattr(view.bracket, part) for part in PARTS},
        "factor_text": jacobian_words.factor_text(view.factor, name, notation),
        "between_features": {
            "largest": across.largest,
            "across": across.across,
            "text": jacobian_words.across_text(across, notation),
        },
    }


def _entry(view: View) -> dict[str, Any]:
    """The entry that is looked at: the output's row, the cell's column."""
    query, found = view.query, view.jacobian
    at = (query.output, view.example)
    return {
        "entry": {
            "delta": float(query.output == view.example),
            "identity": found.identity[at],
            "mean_part": found.mean[at],
            "variance_part": found.variance[at],
            "total": found.total[at],
            "mean_bracket": view.bracket.mean[at],
            "variance_bracket": view.bracket.variance[at],
            "bracket": view.bracket.total[at],
            "mathml": mathml.entry(query.notation, query.eps_placement),
            "numbers": mathml.entry_numbers(query.eps_placement, len(found.total)),
            "text": jacobian_words.jacobian_text(found, view.example, query.output, query.notation)
            + _entry_reason(view),
        }
    }


def _entry_reason(view: View) -> str:
    """Why the entry's last part counts as 0, where its formula would divide by 0."""
    none = _none(view, view.steps.nodes["dvar"].undefined)
    return f" {none['why'][str(view.feature)]}" if none and view.feature in none["features"] else ""


def _moved(view: View) -> dict[str, Any]:
    found = view.moved
    return {
        "example": found.example,
        "feature": found.feature,
        "by": found.by,
        "before": found.before,
        "after": found.after,
        "predicted": found.predicted,
        "pull": found.pull,
        "text": jacobian_words.moved_text(found, view.query.notation),
        "titles": jacobian_words.handle_titles(found, view.query.notation),
    }
