"""The opened layer as plain data: facts, findings, dots on rulers, where it leads."""

from typing import Any
from urllib.parse import urlencode

import numpy as np

from app.figures.numbers import counted, stated, three
from app.views.doctor.layer.strips import MOST_DRAWN, Strip, strips_of
from app.views.doctor.query import ReportFields
from bncore.doctor import Norm
from bncore.doctor.affine import eps_of
from bncore.doctor.report import Row, kind_title
from bncore.doctor.report.forms import plain_finding

DIGITS = 6  # of numbers that place dots
SINGLED = 0.5  # of a layer's channels, above which a finding is about the layer
TITLES = {
    "mean": "running mean",
    "deviation": "running deviation √(v + ε)",
    "gamma": "scale γ",
    "beta": "shift β",
    "scale": "folded scale γ/√(v + ε)",
    "shift": "folded shift β − mean · scale",
}
SYMBOLS = {
    "mean": "mean", "deviation": "√(v + ε)", "gamma": "γ", "beta": "β", "scale": "γ/√(v + ε)", "shift": "folded shift",
}  # fmt: skip
COLOURS = {
    "mean": "mean", "deviation": "variance", "gamma": "y", "beta": "y", "scale": "x-hat", "shift": "x-hat",
}  # fmt: skip
HANDED = "/doctor/layer"
"""Where a layer goes to the playground."""


def layer_of(row: Row, norm: Norm, query: ReportFields) -> dict[str, Any]:
    """The opened layer."""
    strips = strips_of(norm)
    blocked = kept_from_playground(norm)
    return {
        "norm": norm.name,
        "severity": row.severity,
        "channels": norm.channels,
        "drawn": min(norm.channels, MOST_DRAWN),
        "facts": facts(norm),
        "findings": [plain_finding(finding) for finding in row.findings],
        "flagged": _flagged(row, norm),
        "strips": [_strip(strip) for strip in strips],
        "playground": "" if blocked else f"{HANDED}?{urlencode(query.stated() | {'norm': norm.name})}",
        "kept_back": blocked,
    }


def _flagged(row: Row, norm: Norm) -> list[int]:
    """The channels that findings name; what holds of most of a layer singles none out."""
    few = [finding.channels for finding in row.findings if len(finding.channels) <= max(1, SINGLED * norm.channels)]
    return sorted({channel for channels in few for channel in channels if channel < MOST_DRAWN})


def facts(norm: Norm) -> str:
    """What the file says of a layer, in a line."""
    told = [kind_title(norm), counted(norm.channels, "channel")]
    told += [f"ε {stated(norm.eps)}"] if norm.eps is not None else [f"ε is not in the file{_taken(norm)}"]
    told += [counted(norm.groups, "group")] if norm.groups else []
    told += [f"momentum {stated(norm.momentum)}"] if norm.momentum is not None else []
    told += [counted(norm.batches, "batch", "batches")] if norm.batches is not None else []
    told += [f"behind {norm.front.name} by {_known(norm.front.known_by)}"] if norm.front else []
    told += [f"before {norm.behind}"] if norm.behind else []
    return ", ".join(told)


def _taken(norm: Norm) -> str:
    return f", {stated(eps_of(norm))} is taken" if norm.variance is not None else ""


def _known(by: str) -> str:
    return {"graph": "the graph", "names": "name"}[by]


def kept_from_playground(norm: Norm) -> str:
    """Why the playground cannot show a layer; empty where it can."""
    if norm.odd:
        return "The arrays of this layer do not fit one another, so the playground cannot show it."
    if norm.kind != "batch" or norm.mean is None or norm.variance is None:
        return "The playground shows batch norm with running statistics, and this layer has none."
    if norm.channels > MOST_DRAWN:
        return f"The playground opens layers of up to {MOST_DRAWN:,} channels, and this one has {norm.channels:,}."
    arrays = [array for array in (norm.mean, norm.variance, norm.gamma, norm.beta) if array is not None]
    if not all(np.isfinite(np.asarray(array, dtype=np.float64)).all() for array in arrays):
        return "The playground takes finite numbers, and some of this layer's are not."
    if (np.asarray(norm.variance) < 0).any():
        return "The playground takes no negative variance, and this layer has one."
    return ""


def _strip(strip: Strip) -> dict[str, Any]:
    axis = strip.axis
    power = f", ×10^{axis.exponent}" if axis.exponent else ""
    return {
        "name": strip.name,
        "title": TITLES[strip.name] + power,
        "symbol": SYMBOLS[strip.name],
        "colour": COLOURS[strip.name],
        "low": axis.low,
        "high": axis.high,
        "ticks": [[float(f"{value:.{DIGITS}g}"), text] for value, text in axis.ticks()],
        "values": [_rounded(value) for value in strip.values[: len(strip.levels)].tolist()],
        "levels": strip.levels.tolist(),
        "stacked": int(strip.levels.max()) + 1 if len(strip.levels) else 1,
        "note": _note(strip),
        "spoken": _spoken(strip),
    }


def _rounded(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None


def _note(strip: Strip) -> str:
    """What the dots do not show."""
    told = [f"{strip.beyond:,} outside the axis"] if strip.beyond else []
    told += [f"{strip.lost:,} not finite"] if strip.lost else []
    total, drawn = len(strip.values), len(strip.levels)
    told += [f"the first {drawn:,} of {total:,} drawn"] if drawn < total else []
    return ", ".join(told)


def _spoken(strip: Strip) -> str:
    finite = strip.values[np.isfinite(strip.values)]
    if not len(finite):
        return f"{TITLES[strip.name]}: no finite number."
    note = _note(strip)
    return f"{TITLES[strip.name]}: {three(finite.min())} to {three(finite.max())}" + (f"; {note}." if note else ".")
