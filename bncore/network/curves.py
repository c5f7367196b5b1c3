"""What changes with depth: one number a block, without and with the norm, and whether it needs a logarithmic axis."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from bncore.network.contrast import Column, Contrast
from bncore.network.survey import Surveyed

EXPONENTIAL = 30.0  # largest over smallest size, from which on a logarithmic axis tells more
ROUNDING = 1e-5  # a mean below this share of its deviation is rounding
Values = list[float | None]


@dataclass(frozen=True)
class Curve:
    """`values` by column, one a block in order; None where there is none, it diverged, or a log axis cannot show it."""

    name: str
    values: dict[str, Values]
    log: bool


def curves(shown: Contrast, kind: str) -> dict[str, Curve]:
    """Every curve at the joints of a kind, by name; the weights' and the saturation's are of no kind."""
    raw = {
        name: {column: read(found, kind_in(shown, column, kind)) for column, found in shown.columns.items()}
        for name, read in READERS.items()
    }
    logs = {name: name != "saturated" and _exponential(values) for name, values in raw.items()}
    logs["mean"] = logs["mean"] and logs["deviation"]
    if logs["mean"]:
        raw["mean"] = {name: _sizes(means, raw["deviation"][name]) for name, means in raw["mean"].items()}
    return {
        name: Curve(name, {column: _drawable(row, logs[name]) for column, row in values.items()}, logs[name])
        for name, values in raw.items()
    }


def kind_in(shown: Contrast, column: str, kind: str) -> str:
    """The kind of joint that stands where `kind` would.

    Without a norm, the joint behind it is the one before it: z, or f where the norm stands behind f. Without a sum, the
    joint behind it is the block's last.
    """
    kinds = shown.columns[column].survey.kinds
    if kind in kinds:
        return kind
    if kind == "norm":
        return "f" if shown.setup.recipe.norm_place == "behind" else "z"
    return kinds[-1]


def _at(column: Column, kind: str, read: Callable[..., float]) -> Values:
    found = column.survey.at(kind)
    return [_finite(read(found[block])) if block in found else None for block in range(1, column.survey.depth + 1)]


def _saturated(joint: Surveyed) -> float:
    return joint.saturated if joint.forward.finite and joint.saturated is not None else math.nan


READERS: dict[str, Callable[[Column, str], Values]] = {
    "mean": lambda column, kind: _at(column, kind, lambda joint: joint.forward.mean),
    "deviation": lambda column, kind: _at(column, kind, lambda joint: joint.forward.sd),
    "saturated": lambda column, _kind: _at(column, "f", _saturated),
    "gradient": lambda column, kind: _at(column, kind, lambda joint: joint.backward.norm),
    "weight_ratio": lambda column, _kind: [_finite(weights.ratio) for weights in column.survey.weights],
}  # fmt: skip


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _exponential(values: dict[str, Values]) -> bool:
    sizes = [abs(value) for row in values.values() for value in row if value]
    return bool(sizes) and max(sizes) > EXPONENTIAL * min(sizes)


def _sizes(means: Values, deviations: Values) -> Values:
    """|mean|, and nothing where it is rounding."""
    return [
        abs(mean) if mean is not None and sd is not None and abs(mean) > ROUNDING * sd else None
        for mean, sd in zip(means, deviations, strict=True)
    ]


def _drawable(row: Values, log: bool) -> Values:
    return [None if log and not value else value for value in row]
