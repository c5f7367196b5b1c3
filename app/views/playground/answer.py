"""The playground's answer: the walk as plain data."""

from typing import Any
from urllib.parse import parse_qsl

import numpy as np

from app.figures.notation import SYMBOLS, by_name, in_notation
from app.figures.numbers import each_beside, stated
from app.files.refused import DOCTOR
from app.query.momentum import momentum_of
from app.query.source import SourceFields
from app.query.title import source_title
from app.views.playground.arithmetic_figure import arithmetic_figure
from app.views.playground.compute import Staged, Walk
from app.views.playground.everything import Everything
from app.views.playground.everything_figure import everything_figure
from app.views.playground.figures import figures
from app.views.playground.query import PlaygroundFields
from app.views.playground.stage.answer import stage_answer, stage_of, told_of
from app.views.playground.words.arithmetic import arithmetic_caption
from app.views.playground.words.captions import captions, why_vanished
from app.views.playground.words.everything import caption_of_all, made_of_all
from app.views.playground.words.headline import headline, unit_of
from app.views.playground.words.laws import laws
from app.views.playground.words.seen import batch_text, conventions, measured, percent
from app.views.playground.words.terms import terms
from app.web.answers import etag_of
from bncore.distributions.summary import QUANTILES, Floats
from bncore.findings.findings import Finding
from bncore.playground.stages import BACKWARD, FORWARD, PATHS, READOUT, Stage

LABELS_LISTED = 4096  # examples whose labels stand in the answer
LISTED = 64  # features whose numbers stand in the answer; all of them are in /playground/data

MOST_LISTED = 1024  # features whose gamma and beta stand in the answer, so that a page can change one of them


def answer_of(walk: Walk | Staged) -> dict[str, Any]:
    """The answer of `GET /playground`, or of its stage alone."""
    return stage_answer(walk) if isinstance(walk, Staged) else _whole(walk)


def _whole(walk: Walk) -> dict[str, Any]:
    result, query = walk.result, walk.query
    answer = {
        "batch": _batch(walk),
        "forward": _forward(walk),
        "backward": _backward(walk),
        "findings": [_finding(walk, finding) for finding in walk.findings],
        "vanished": [
            {"reason": v.reason, "text": in_notation(v.text, query.notation), "features": v.features}
            for v in walk.vanished
        ],
        "why": why_vanished(walk.vanished, walk.selection),
        "conventions": _conventions(walk),
        "headline": headline(told_of(walk.staged)),
        "stage": stage_of(walk.staged),
        "captions": captions(result, walk.selection) | {"arithmetic": _arithmetic(walk)},
        "symbols": SYMBOLS[query.notation],
        "terms": terms(result, walk.selection),
        "laws": laws(result, walk.selection),
        "pair": walk.selection.pair if len(walk.selection.names) > 1 else None,
        "class_names": walk.selection.class_names,
        "axis_widened": result.axis_widened,
        "query": query.stated(),
        "figures": figures(result, walk.selection) | _arithmetic_figure(walk),
    }
    return answer if walk.staged.everything is None else _with_everything(answer, walk, walk.staged.everything)


def _with_everything(answer: dict[str, Any], walk: Walk, everything: Everything) -> dict[str, Any]:
    """The answer with the statistics over all examples of a large array."""
    seen, at = everything.streamed, _at(walk)
    q05, q25, q50, q75, q95 = seen.quantiles(QUANTILES)[:, at]
    told = {
        "examples": seen.examples, "mean": seen.mean[at], "sd": seen.sigma[at], "min": seen.low[at], "q05": q05,
        "q25": q25, "median": q50, "q75": q75, "q95": q95, "max": seen.high[at],
        "mean_text": _told(seen.mean[at], np.maximum(-seen.low, seen.high)[at], unit_of(walk.result)),
    }  # fmt: skip
    drawn = everything_figure(everything, walk.selection, walk.result.stages["x"].histogram.axis)
    figures = {"everything": drawn} | answer["figures"]
    captions = answer["captions"] | {"everything": caption_of_all(seen)}
    return answer | {"everything": told, "captions": captions, "figures": figures}


def _arithmetic(walk: Walk) -> str:
    return in_notation(arithmetic_caption(walk.arithmetic, walk.selection), walk.query.notation)


def _arithmetic_figure(walk: Walk) -> dict[str, Any]:
    return {} if walk.arithmetic is None else {"arithmetic": arithmetic_figure(walk.arithmetic, walk.selection)}


def _conventions(walk: Walk) -> list[str]:
    query = walk.query
    momentum = momentum_of(query.momentum)
    said = conventions(walk.result, query.running_variance, momentum, query.running_steps, own=_made(walk))
    return [in_notation(text, query.notation) for text in said]


def _made(walk: Walk) -> str:
    """How the running statistics were made; "" where batches of the source made them."""
    everything = walk.staged.everything
    if everything is not None:
        return made_of_all(everything.name, everything.streamed)
    return "that the file brought along" if walk.running is not None and walk.running.given else ""


def listed(walk: Walk) -> list[int]:
    """The features whose numbers stand in the answer: the first 64, and those selected beyond."""
    return sorted({*range(min(len(walk.batch.feature_names), LISTED)), *walk.selection.selected})


def _at(walk: Walk) -> slice | list[int]:
    """The listed features as an index, which is cheaper where it is a slice."""
    return listed(walk) if walk.selection.selected else slice(LISTED)


def _batch(walk: Walk) -> dict[str, Any]:
    batch, examples = walk.batch, walk.result.examples
    title = source_title(walk.query)
    names, positions = batch.feature_names, walk.result.positions
    return {
        "id": etag_of("batch", _source_stated(walk)).strip('"'),
        "title": title,
        "text": _times(walk) + batch_text(title, examples, walk.total, len(names), positions, batch.warnings),
        "shape": list(batch.x.shape),
        "dtype": str(batch.x.dtype),
        "examples": examples,
        "total": walk.total,
        "feature_axis": batch.feature_axis,
        "feature_names": [names[i] for i in listed(walk)],
        "features": listed(walk),
        "feature_count": len(names),
        "labels": batch.labels[:LABELS_LISTED] if batch.labels is not None else None,
        "label_names": list(batch.label_names),
        "given": sorted(batch.given),
        "warnings": list(batch.warnings),
        "origin": _origin(batch.origin),
        "values": _small_table(batch.x),
    }


def _origin(query: str) -> dict[str, str] | None:
    """The layer of a model that the doctor handed over, and where its page shows it."""
    return {"norm": dict(parse_qsl(query))["norm"], "href": f"{DOCTOR}?{query}"} if query else None


def _times(walk: Walk) -> str:
    """What the batch was multiplied by, as the layer before has other weights."""
    return "" if walk.query.x_scale == 1.0 else f"{stated(walk.query.x_scale)} × "


def _source_stated(walk: Walk) -> dict[str, Any]:
    """The part of the query that decides the batch, without the part that says how it is looked at."""
    looked_at = PlaygroundFields.model_fields.keys() - SourceFields.model_fields.keys()
    return {name: value for name, value in walk.query.stated().items() if name not in looked_at}


def _small_table(x: np.ndarray[Any, Any]) -> list[Any] | None:
    """The values themselves where the batch is small enough to be typed."""
    return x.tolist() if x.ndim == 2 and x.shape[0] <= 16 and x.shape[1] <= 8 else None


def _forward(walk: Walk) -> dict[str, Any]:
    result, at = walk.result, _at(walk)
    forward = result.forward
    return {
        "mean": forward.mean[at], "var": forward.var[at], "scale": forward.scale[at],
        "gamma": forward.gamma[at], "beta": forward.beta[at], "saturation": result.saturation[at],
        "saturation_text": [percent(share) for share in result.saturation[at].tolist()],
        "running": None if walk.running is None else {
            "mean": walk.running.mean[at], "var": walk.running.var[at], "given": walk.running.given,
        },
        "all_gamma": forward.gamma[:MOST_LISTED], "all_beta": forward.beta[:MOST_LISTED],
        "flags": [
            {"name": flag.name, "text": by_name(flag.text, walk.query.notation),
             "features": flag.features} for flag in forward.flags
        ],
        **{name: _summary(result.stages[name], at, unit_of(result)) for name in FORWARD},
        **_readout(walk, READOUT[:1]),
    }  # fmt: skip


def _backward(walk: Walk) -> dict[str, Any]:
    result, at = walk.result, _at(walk)
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
        **_readout(walk, READOUT[1:]),
    }  # fmt: skip


def _readout(walk: Walk, names: tuple[str, ...]) -> dict[str, Any]:
    stages = walk.result.stages
    return {name: _summary(stages[name], slice(None), unit_of(walk.result)) for name in names if name in stages}


def _summary(stage: Stage, at: slice | list[int], unit: float) -> dict[str, Any]:
    s, h = stage.summary, stage.histogram
    q05, q25, q50, q75, q95 = s.quantiles[:, at]
    return {
        "mean": s.mean[at], "mean_text": _told(s.mean[at], np.maximum(-s.low, s.high)[at], unit),
        "sd": s.sd[at], "min": s.low[at], "q05": q05, "q25": q25, "median": q50, "q75": q75,
        "q95": q95, "max": s.high[at], "outside": (h.below + h.above)[at],
    }  # fmt: skip


def _told(values: Floats, sizes: Floats, unit: float) -> list[str]:
    return each_beside(values.tolist(), sizes.tolist(), unit)


def _finding(walk: Walk, finding: Finding) -> dict[str, Any]:
    names = walk.batch.feature_names
    rows = zip(finding.features[:LISTED], finding.values, strict=False)
    said = {
        part: in_notation(getattr(finding, part), walk.query.notation) for part in ("title", "explanation", "measure")
    }
    return said | {
        "id": finding.id, "severity": finding.severity, "count": len(finding.features),
        "features": [
            {
                "feature": i, "name": names[i], "value": value,
                "text": in_notation(measured(finding, value), walk.query.notation),
            }
            for i, value in rows
        ],
    }  # fmt: skip
