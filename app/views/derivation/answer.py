"""The derivation's answer: the workings as plain data, with the formulas that a page fills."""

from typing import Any

import numpy as np

from app.figures.notation import SYMBOLS, UNIT
from app.figures.numbers import counted
from app.query.small_batch import SmallBatch, SmallBatchFields
from app.query.title import source_title
from app.views.derivation import formulas as mathml
from app.views.derivation.compute import FeatureJacobian, Walk, Workings
from app.views.derivation.figures.by_name import Cell, Paths, figures, jacobian_figure
from app.views.derivation.jacobian_answer import PARTS, entry_of, jacobian_of, slopes_of
from app.views.derivation.node_answer import node_of
from app.views.derivation.stage.answer import stage_answer_of, stage_of
from app.views.derivation.stage.drag import drag_step
from app.views.derivation.words import jacobian as jacobian_words
from app.views.derivation.words import seen as words
from bncore.derivation.routes import Route

PATHS = ("dx", "dx_direct", "dx_mean", "dx_variance")


@np.errstate(over="ignore", invalid="ignore")  # a distance between numbers near the largest one leaves as null
def answer_of(walk: Walk) -> dict[str, Any]:
    """The answer of `GET /derivation`: in full, or of a walk alone its stage."""
    return _answer_of(walk) if isinstance(walk, Workings) else stage_answer_of(walk)


def _answer_of(workings: Workings) -> dict[str, Any]:
    query, steps, stage = workings.query, workings.steps, stage_of(workings)
    paths = _paths(workings)
    cell = _cell(workings)
    return {
        "batch": _batch(query, workings.batch),
        "dy": steps.nodes["dy"].value,
        "gamma": steps.forward.gamma,
        "beta": steps.forward.beta,
        "flags": [words.flag_text(flag, query.notation) for flag in steps.forward.flags],
        "conventions": words.conventions(steps.forward, query.notation),
        "headline": stage["sentences"][workings.step],
        "stage": stage,
        "captions": {
            "paths": words.paths_text(
                {name: float(values[workings.example]) for name, values in paths.items()},
                f"example {workings.example} of {workings.name}",
                steps.forward.count,
                query.notation,
            ),
            "summed": words.summed_text(steps.forward, workings.feature, query.notation),
            "jacobian": jacobian_words.tied_text(workings.bracket, workings.factor, query.notation),
        },
        "symbols": SYMBOLS[query.notation],
        "terms": words.terms(query.notation, query.eps_placement),
        "cell": {"example": workings.example, "feature": workings.feature, "output": query.output, "name": cell.name},
        "step": workings.step,
        "nodes": [node_of(workings, node) for node in steps.nodes.values()],
        "summed": _summed(workings),
        "paths": paths,
        "laws": _laws(workings, paths),
        "printed": _printed(workings),
        "routes": {name: _route(route) for name, route in workings.routes.items()},
        "naive": _naive(workings),
        "jacobian": jacobian_of(workings, workings.feature, cell.name) | entry_of(workings),
        "moved": _moved(workings),
        "query": query.stated(),
        "figures": figures(Paths(**paths), slopes_of(workings), workings.moved, cell),
    }


def jacobian_answer_of(workings: FeatureJacobian) -> dict[str, Any]:
    """The answer of `GET /jacobian`."""
    query = workings.query
    cell = Cell(workings.batch.feature_names[query.feature], query.notation, 0, 0)
    return {
        "batch": _batch(query, workings.batch),
        "jacobian": jacobian_of(workings, query.feature, cell.name),
        "query": query.stated(),
        "figures": {"jacobian": jacobian_figure(slopes_of(workings), cell)},
    }


def _cell(workings: Workings) -> Cell:
    return Cell(
        workings.name, workings.query.notation, workings.example, workings.query.output, workings.query.naive == "on"
    )


def _batch(query: SmallBatchFields, batch: SmallBatch) -> dict[str, Any]:
    examples, features = batch.x.shape
    title = source_title(query)
    rows = None if batch.rows is None else [int(row) for row in batch.rows]
    return {
        "title": title,
        "text": f"{title}: {counted(examples, 'example')} × {counted(features, UNIT[query.notation])}"
        f"{words.which_rows(rows)}",
        "rows": rows,
        "shape": [examples, features],
        "examples": batch.taken,
        "total": batch.total,
        "feature_names": list(batch.feature_names),
        "labels": batch.labels,
        "label_names": list(batch.label_names),
        "given": sorted(batch.given),
        "warnings": list(batch.warnings),
        "values": batch.x,
        "drag_steps": [drag_step(column) for column in batch.x.T],
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
