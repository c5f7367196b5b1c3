"""The report as plain data: what it concludes, a row a norm, the opened layer."""

from typing import Any

import numpy as np

from app.figures.numbers import finite, three
from app.views.doctor.compute import Examined
from app.views.doctor.layer.answer import layer_of
from app.views.doctor.query import DoctorFields
from bncore.doctor import Norm
from bncore.doctor.model import Array
from bncore.doctor.report import Row, headline, kind_title, scales_of, subject
from bncore.doctor.report.forms import plain, plain_finding
from bncore.doctor.report.words import further, line_of, sentence

RANGES = {"mean": "mean", "variance": "variance", "gamma": "gamma", "beta": "beta"}
DASH = "–"
MOST_FOLDED = 200_000  # channels of a model up to which each comes with its scale and shift
LEFT_OUT = "The norms have {:,} channels; above {:,} the answer has the scale and shift of the opened norm alone."


def answer_of(computed: Examined) -> dict[str, Any]:
    """The answer of `GET /doctor`."""
    report, query, opened = computed.report, computed.query, computed.opened
    places = {norm.name: place for place, norm in enumerate(report.model.norms)}
    channels = sum(norm.channels for norm in report.model.norms)
    wanted = isinstance(query, DoctorFields) and query.arrays == "all"
    every = wanted and channels <= MOST_FOLDED
    told = plain(report)
    told["model"]["notes"] += [LEFT_OUT.format(channels, MOST_FOLDED)] if wanted and not every else []
    told["model"] |= {"text": line_of(report), "id": query.kept.get("model", "")}
    return told | {
        "headline": headline(report),
        "rows": [_row(row, places.get(row.name, -1), every or row is opened) for row in report.rows],
        "layer": layer_of(opened, opened.norm, query) if opened and opened.norm else None,
        "query": query.stated(),
    }


def _row(row: Row, place: int, with_arrays: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "norm": row.name, "title": subject(row), "place": place, "severity": row.severity, "sentence": sentence(row),
        "further": further(row), "findings": [plain_finding(finding) for finding in row.findings],
    }  # fmt: skip
    return told | (_of_norm(row.norm, with_arrays) if row.norm else {"kind": "", "channels": 0, "ranges": {}})


def _of_norm(norm: Norm, with_arrays: bool) -> dict[str, Any]:
    ranges = {name: _range(getattr(norm, field)) for name, field in RANGES.items()}
    front = norm.front and {"name": norm.front.name, "bias": norm.front.bias, "known_by": norm.front.known_by}
    told: dict[str, Any] = {
        "kind": kind_title(norm), "channels": norm.channels, "eps": norm.eps, "momentum": norm.momentum,
        "batches": norm.batches, "groups": norm.groups, "front": front, "behind": norm.behind, "ranges": ranges,
    }  # fmt: skip
    whole = scales_of(norm) if with_arrays else None
    if whole is not None:
        told["folded"] = {"scale": _numbers(whole.scale), "shift": _numbers(whole.shift)}
    return told


def _range(array: Array | None) -> dict[str, Any] | None:
    """The smallest and the largest finite number of an array, and both in words; None where it is not there."""
    if array is None:
        return None
    wide = np.asarray(array, dtype=np.float64)
    within = wide[np.isfinite(wide)]
    lost = "" if len(within) == len(wide) else f", {len(wide) - len(within):,} not finite"
    if not len(within):
        return {"low": None, "high": None, "text": f"{DASH}{lost}"}
    low, high = float(within.min()), float(within.max())
    return {"low": low, "high": high, "text": f"{three(low)} to {three(high)}{lost}"}


def _numbers(values: Array) -> list[float | None]:
    return [finite(value) for value in values.tolist()]
