"""The playground's answer: the view as plain data."""

from typing import Any

import numpy as np

from app.figures.notation import SYMBOLS, by_name, in_notation
from app.figures.numbers import beside
from app.query.source import SourceFields
from app.query.title import source_title
from app.views.playground.compute import View
from app.views.playground.figures import figures
from app.views.playground.query import PlaygroundFields
from app.views.playground.words.captions import captions, why_vanished
from app.views.playground.words.headline import headline, unit_of
from app.views.playground.words.laws import laws
from app.views.playground.words.seen import batch_text, conventions, measured, percent
from app.views.playground.words.terms import terms
from app.web.answers import etag_of
from bncore.distributions.summary import Floats
from bncore.findings.findings import Finding
from bncore.playground.stages import BACKWARD, FORWARD, PATHS, READOUT, Stage

LABELS_LISTED = 4096  # examples whose labels stand in the answer
LISTED = 64  # features whose numbers stand in the answer; all of them are in /playground/data

MOST_LISTED = 1024  # features whose gamma and beta stand in the answer, so that a page can change one of them


def answer_of(view: View) -> dict[str, Any]:
    """The answer of `GET /playground`."""
    result, query = view.result, view.query
    return {
        "batch": _batch(view),
        "forward": _forward(view),
        "backward": _backward(view),
        "findings": [_finding(view, finding) for finding in view.found],
        "vanished": [
            {"reason": v.reason, "text": in_notation(v.text, query.notation), "features": v.features}
            for v in view.vanished
        ],
        "why": why_vanished(view.vanished, view.shown),
        "conventions": _conventions(view),
        "headline": headline(result, view.shown),
        "captions": captions(result, view.shown),
        "symbols": SYMBOLS[query.notation],
        "terms": terms(result, view.shown),
        "laws": laws(result, view.shown),
        "pair": view.shown.pair if len(view.shown.names) > 1 else None,
        "class_names": view.shown.class_names,
        "axis_widened": result.axis_widened,
        "query": query.stated(),
        "figures": figures(result, view.shown),
    }


def _conventions(view: View) -> list[str]:
    query, own = view.query, view.running is not None and view.running.given
    said = conventions(view.result, query.running_variance, query.momentum, query.running_steps, own=own)
    return [in_notation(text, query.notation) for text in said]


def listed(view: View) -> list[int]:
    """The features whose numbers stand in the answer: the first 64, and those selected beyond."""
    return sorted({*range(min(len(view.batch.feature_names), LISTED)), *view.shown.selected})


def _at(view: View) -> slice | list[int]:
    """The listed features as an index, which is cheaper where it is a slice."""
    return listed(view) if view.shown.selected else slice(LISTED)


def _batch(view: View) -> dict[str, Any]:
    batch, examples = view.batch, view.result.examples
    title = source_title(view.query)
    names, positions = batch.feature_names, view.result.positions
    return {
        "id": etag_of("batch", _source_stated(view)).strip('"'),
        "title": title,
        "text": batch_text(title, examples, view.total, len(names), positions, batch.warnings),
        "shape": list(batch.x.shape),
        "dtype": str(batch.x.dtype),
        "examples": examples,
        "total": view.total,
        "feature_axis": batch.feature_axis,
        "feature_names": [names[i] for i in listed(view)],
        "features": listed(view),
        "feature_count": len(names),
        "labels": batch.labels[:LABELS_LISTED] if batch.labels is not None else None,
        "label_names": list(batch.label_names),
        "given": sorted(batch.given),
        "warnings": list(batch.warnings),
        "values": _small_table(batch.x),
    }


def _source_stated(view: View) -> dict[str, Any]:
    """The part of the query that decides the batch, without the part that says how it is looked at."""
    looked_at = PlaygroundFields.model_fields.keys() - SourceFields.model_fields.keys()
    return {name: value for name, value in view.query.stated().items() if name not in looked_at}


def _small_table(x: np.ndarray[Any, Any]) -> list[Any] | None:
    """The values themselves where the batch is small enough to be typed."""
    return x.tolist() if x.ndim == 2 and x.shape[0] <= 16 and x.shape[1] <= 8 else None


def _forward(view: View) -> dict[str, Any]:
    result, at = view.result, _at(view)
    forward = result.forward
    return {
        "mean": forward.mean[at], "var": forward.var[at], "scale": forward.scale[at],
        "gamma": forward.gamma[at], "beta": forward.beta[at], "saturation": result.saturation[at],
        "saturation_text": [percent(share) for share in result.saturation[at].tolist()],
        "running": None if view.running is None else {
            "mean": view.running.mean[at], "var": view.running.var[at], "given": view.running.given,
        },
        "all_gamma": forward.gamma[:MOST_LISTED], "all_beta": forward.beta[:MOST_LISTED],
        "flags": [
            {"name": flag.name, "text": by_name(flag.text, view.query.notation),
             "features": flag.features} for flag in forward.flags
        ],
        **{name: _summary(result.stages[name], at, unit_of(result)) for name in FORWARD},
        **_readout(view, READOUT[:1]),
    }  # fmt: skip


def _backward(view: View) -> dict[str, Any]:
    result, at = view.result, _at(view)
    kept, unit = result.conservation, unit_of(result)
    expected = kept.expected_sum_dx_x_hat
    return {
        "loss": result.upstream.loss if "d_activation" in result.stages else None,
        "dgamma": result.gradients.dgamma[at], "dbeta": result.gradients.dbeta[at],
        "conservation": {
            "sum_dx": kept.sum_dx[at], "sum_dx_x_hat": kept.sum_dx_x_hat[at],
            "sum_dx_text": _told(kept.sum_dx[at], kept.terms[at], unit),
            "sum_dx_x_hat_text": _told(kept.sum_dx_x_hat[at], kept.terms[at], unit),
            "expected_sum_dx_x_hat": None if expected is None else expected[at], "sum_abs_dx": kept.scale[at],
        },
        **{
            name: _summary(result.stages[name], at, unit)
            for name in (*BACKWARD, *PATHS) if name in result.stages
        },
        **_readout(view, READOUT[1:]),
    }  # fmt: skip


def _readout(view: View, names: tuple[str, ...]) -> dict[str, Any]:
    stages = view.result.stages
    return {name: _summary(stages[name], slice(None), unit_of(view.result)) for name in names if name in stages}


def _summary(stage: Stage, at: slice | list[int], unit: float) -> dict[str, Any]:
    s, h = stage.summary, stage.histogram
    q05, q25, q50, q75, q95 = s.quantiles[:, at]
    return {
        "mean": s.mean[at], "mean_text": _told(s.mean[at], np.maximum(-s.low, s.high)[at], unit),
        "sd": s.sd[at], "min": s.low[at], "q05": q05, "q25": q25, "median": q50, "q75": q75,
        "q95": q95, "max": s.high[at], "outside": (h.below + h.above)[at],
    }  # fmt: skip


def _told(values: Floats, sizes: Floats, unit: float) -> list[str]:
    """Numbers as a table prints them: what is rounding beside its size is told to be so."""
    return [beside(value, size, unit) for value, size in zip(values.tolist(), sizes.tolist(), strict=True)]


def _finding(view: View, finding: Finding) -> dict[str, Any]:
    names = view.batch.feature_names
    rows = zip(finding.features[:LISTED], finding.values, strict=False)
    said = {
        part: in_notation(getattr(finding, part), view.query.notation) for part in ("title", "explanation", "measure")
    }
    return said | {
        "id": finding.id, "severity": finding.severity, "count": len(finding.features),
        "features": [
            {
                "feature": i, "name": names[i], "value": value,
                "text": in_notation(measured(finding, value), view.query.notation),
            }
            for i, value in rows
        ],
    }  # fmt: skip
