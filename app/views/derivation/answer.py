"""The derivation's answer: the workings as plain data, with the formulas that a page fills."""

import math
from typing import Any

import numpy as np

from app.figures.notation import SYMBOLS, UNIT
from app.figures.numbers import counted
from app.query.small_batch import SmallBatch, SmallBatchFields
from app.query.title import source_title
from app.views.derivation import formulas as mathml
from app.views.derivation.compute import FeatureJacobian, Workings
from app.views.derivation.figures.by_name import Cell, Paths, Slopes, figures, jacobian_figure
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
def answer_of(workings: Workings) -> dict[str, Any]:
    """The answer of `GET /derivation`."""
    query, steps = workings.query, workings.steps
    paths = _paths(workings)
    cell = _cell(workings)
    return {
        "batch": _batch(query, workings.batch),
        "dy": steps.nodes["dy"].value,
        "gamma": steps.forward.gamma,
        "beta": steps.forward.beta,
        "flags": [words.flag_text(flag, query.notation) for flag in steps.forward.flags],
        "conventions": words.conventions(steps.forward, query.notation),
        "headline": words.headline(
            {name: float(values[workings.example]) for name, values in paths.items()},
            _place(workings),
            steps.forward.count,
            query.notation,
        ),
        "captions": {
            "summed": words.summed_text(steps.forward, workings.feature, query.notation),
            "jacobian": jacobian_words.tied_text(workings.bracket, workings.factor, query.notation),
        },
        "symbols": SYMBOLS[query.notation],
        "terms": words.terms(query.notation, query.eps_placement),
        "cell": {"example": workings.example, "feature": workings.feature, "output": query.output, "name": cell.name},
        "step": _step(workings),
        "nodes": [_node(workings, node) for node in steps.nodes.values()],
        "summed": _summed(workings),
        "paths": paths,
        "laws": _laws(workings, paths),
        "printed": _printed(workings),
        "routes": {name: _route(route) for name, route in workings.routes.items()},
        "naive": _naive(workings),
        "jacobian": _jacobian(workings, workings.feature, cell.name) | _entry(workings),
        "moved": _moved(workings),
        "query": query.stated(),
        "figures": figures(Paths(**paths), _slopes(workings), workings.moved, cell),
    }


def jacobian_answer_of(workings: FeatureJacobian) -> dict[str, Any]:
    """The answer of `GET /jacobian`."""
    query = workings.query
    cell = Cell(workings.batch.feature_names[query.feature], query.notation, 0, 0)
    return {
        "batch": _batch(query, workings.batch),
        "jacobian": _jacobian(workings, query.feature, cell.name),
        "query": query.stated(),
        "figures": {"jacobian": jacobian_figure(_slopes(workings), cell)},
    }


def _slopes(workings: Workings | FeatureJacobian) -> Slopes:
    return Slopes(workings.jacobian.total, workings.bracket.total, workings.factor)


def _cell(workings: Workings) -> Cell:
    name = workings.batch.feature_names[workings.feature]
    return Cell(name, workings.query.notation, workings.example, workings.query.output, workings.query.naive == "on")


def _place(workings: Workings) -> str:
    return f"example {workings.example} of {workings.batch.feature_names[workings.feature]}"


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


def _step(workings: Workings) -> str:
    """The node in force: beside the variance there is no node of the deviation, and its neighbour stands in."""
    name = str(workings.query.step)
    return name if name in workings.steps.nodes else {"sigma": "var", "dsigma": "dscale"}[name]


def _node(workings: Workings, node: Node) -> dict[str, Any]:
    query, steps = workings.query, workings.steps
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
        "none": _none(workings, node.undefined),
        "local": [_local(workings, local) for local in node.local],
        "upstream": node.upstream,
        "arriving": None if node.upstream is None else words.arriving(node, notation),
    }


def _none(workings: Workings, undefined: Undefined | None) -> dict[str, Any] | None:
    """Where there is no such number, what stands in its place, and why it counts as 0."""
    if undefined is None:
        return None
    scale, notation = workings.steps.forward.scale, workings.query.notation
    return {
        "features": undefined.features,
        "value": words.none_text(undefined.divisor),
        "why": {str(i): words.none_reason(undefined.divisor, float(scale[i]), notation) for i in undefined.features},
    }


def _local(workings: Workings, local: Local) -> dict[str, Any]:
    notation = workings.query.notation
    return {
        "parent": local.parent,
        "symbol": words.node_symbol(local.parent, notation),
        "formula": local.formula,
        "mathml": mathml.symbols(local.formula[notation], notation),
        "value": local.value,
        "none": _none(workings, local.undefined),
    }


def _paths(workings: Workings) -> dict[str, Any]:
    return {name: workings.steps.nodes[name].value[:, workings.feature] for name in PATHS}


def _summed(workings: Workings) -> dict[str, Any]:
    """dL/dx of the cell as the sum over k of what each output hands back."""
    notation, placement, j = workings.query.notation, workings.query.eps_placement, workings.example
    jacobian = workings.jacobian
    count = len(jacobian.total)
    return {
        "mathml": mathml.summed(notation, placement),
        "numbers": mathml.summed_numbers(count),
        "delta": np.eye(count, dtype=int)[j],
        "dy": workings.steps.nodes["dy"].value[:, workings.feature],
        "identity": jacobian.identity[:, j],
        "mean": jacobian.mean[:, j],
        "variance": jacobian.variance[:, j],
        "slope": jacobian.total[:, j],
        "bracket": {part: getattr(workings.bracket, part)[:, j] for part in PARTS},
        "factor": workings.factor,
        "product": workings.added[:, j],
        "total": workings.added[:, j].sum(),
    }


def _laws(workings: Workings, paths: dict[str, Any]) -> list[dict[str, str]]:
    at, dx = workings.feature, paths["dx"]
    sums = (float(dx.sum()), float(np.abs(dx).sum()), float(np.abs(paths["dx_direct"]).sum()))
    overlap = float((dx * workings.steps.forward.x_hat[:, at]).sum())
    return words.laws(
        sums, (overlap, float(workings.expected_overlap[at])), workings.query.eps, workings.batch.feature_names[at],
        workings.query.notation,
    )  # fmt: skip


def _printed(workings: Workings) -> dict[str, Any]:
    printed, place = workings.steps.printed, (workings.example, workings.feature)
    here = None if workings.feature in printed.features else float(printed.dx[place])
    exact, direct = (float(workings.steps.nodes[name].value[place]) for name in ("dx", "dx_direct"))
    return {
        "mathml": mathml.printed(workings.query.notation),
        "dx": printed.dx,
        "here": here,
        "max_abs_error": printed.max_abs_error,
        "max_rel_error": printed.max_rel_error,
        "features_without": printed.features,
        "text": words.printed_text(printed, here, exact, direct, workings.query.notation),
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


def _naive(workings: Workings) -> dict[str, Any]:
    naive, at = workings.naive, workings.feature
    return {
        "on": workings.query.naive == "on",
        "dx": naive.dx,
        "total": naive.total,
        "undone": naive.undone,
        "angle": naive.angle,
        "error": naive.error,
        "forgotten": ["mean", "var", "sigma", "scale", "dscale", "dsigma", "dvar", "dmean", "dx_mean", "dx_variance"],
        "text": words.naive_text(
            naive, at, workings.batch.feature_names[at], workings.query.eps, workings.query.notation
        ),
    }


def _jacobian(workings: Workings | FeatureJacobian, feature: int, name: str) -> dict[str, Any]:
    across, notation = workings.blocks, workings.query.notation
    return {
        "feature": feature,
        **{part: getattr(workings.jacobian, part) for part in PARTS},
        "factor": workings.factor,
        "bracket": {part: getattr(workings.bracket, part) for part in PARTS},
        "factor_text": jacobian_words.factor_text(workings.factor, name, notation),
        "between_features": {
            "largest": across.largest,
            "across": across.across,
            "text": jacobian_words.across_text(across, notation),
        },
    }


def _entry(workings: Workings) -> dict[str, Any]:
    """The entry that is looked at: the output's row, the cell's column."""
    query, jacobian = workings.query, workings.jacobian
    at = (query.output, workings.example)
    return {
        "entry": {
            "delta": float(query.output == workings.example),
            "identity": jacobian.identity[at],
            "mean_part": jacobian.mean[at],
            "variance_part": jacobian.variance[at],
            "total": jacobian.total[at],
            "mean_bracket": workings.bracket.mean[at],
            "variance_bracket": workings.bracket.variance[at],
            "bracket": workings.bracket.total[at],
            "mathml": mathml.entry(query.notation, query.eps_placement),
            "numbers": mathml.entry_numbers(query.eps_placement, len(jacobian.total)),
            "text": jacobian_words.jacobian_text(jacobian, workings.example, query.output, query.notation)
            + _entry_reason(workings),
        }
    }


def _entry_reason(workings: Workings) -> str:
    """Why the entry's last part counts as 0, where its formula would divide by 0."""
    none = _none(workings, workings.steps.nodes["dvar"].undefined)
    return f" {none['why'][str(workings.feature)]}" if none and workings.feature in none["features"] else ""


def _moved(workings: Workings) -> dict[str, Any]:
    moved = workings.moved
    return {
        "example": moved.example,
        "feature": moved.feature,
        "by": moved.by,
        "before": moved.before,
        "after": moved.after,
        "predicted": moved.predicted,
        "pull": moved.pull,
        "text": jacobian_words.moved_text(moved, workings.query.notation),
        "titles": jacobian_words.handle_titles(moved, workings.query.notation),
    }
