"""What changes with depth: one number a block, without and with the norm and disturbed, and the axis that shows it."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median_high

from bncore.distributions.axis import Axis, axis_for, nice_ceiling
from bncore.network.contrast import Contrast
from bncore.network.measures.scales import STEPS
from bncore.network.measures.survey import Survey, Surveyed

EXPONENTIAL = 30.0  # largest over smallest size, from which on a logarithmic axis tells more, and a finding is told
ROUNDING = 1e-5  # a mean below this share of its deviation is rounding
NO_CLOSER = 0.1  # of a deviation: a means' axis reaches at least that far, so that rounding is drawn as nothing
Values = list[float | None]
Rows = list[dict[str, Values]]  # by column, before the disturbance and after it


@dataclass(frozen=True)
class Curve:
    """`values` by column, one a block in order; None where there is none, it diverged, or a log axis cannot show it.

    `disturbed` are the same of the disturbed passes, where there are some. `axis` is that of numbers that may be
    negative (the means), symmetric-logarithmic where `log` is true; None where the drawing finds its own limits.
    """

    name: str
    values: dict[str, Values]
    disturbed: dict[str, Values]
    log: bool
    axis: Axis | None = None


def curves(shown: Contrast, kind: str) -> dict[str, Curve]:
    """Every curve at the joints of a kind, by name; the weights' and the saturation's are of no kind."""
    before = {name: column.survey for name, column in shown.columns.items()}
    after = {name: column.disturbed.survey for name, column in shown.columns.items() if column.disturbed}
    kinds = {name: kind_in(shown, name, kind) for name in before}
    raw = {
        curve: [{name: read(survey, kinds[name]) for name, survey in surveys.items()} for surveys in (before, after)]
        for curve, read in READERS.items()
    }
    logs = {name: name != "saturated" and _exponential(rows) for name, rows in raw.items()}
    signed = {"mean": _means_axis(raw["mean"], raw["deviation"], logs["deviation"])}
    logs["mean"] = signed["mean"].kind == "symlog"
    drawn = {name: _drawable(rows, logs[name] and name not in signed) for name, rows in raw.items()}
    return {name: Curve(name, rows[0], rows[1], logs[name], signed.get(name)) for name, rows in drawn.items()}


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


def _at(survey: Survey, kind: str, read: Callable[[Surveyed], float]) -> Values:
    surveyed = survey.at(kind)
    return [_finite(read(surveyed[block])) if block in surveyed else None for block in range(1, survey.depth + 1)]


def _saturated(joint: Surveyed) -> float:
    return joint.saturated if joint.forward.finite and joint.saturated is not None else math.nan


READERS: dict[str, Callable[[Survey, str], Values]] = {
    "mean": lambda survey, kind: _at(survey, kind, lambda joint: joint.forward.mean),
    "deviation": lambda survey, kind: _at(survey, kind, lambda joint: joint.forward.sd),
    "saturated": lambda survey, _kind: _at(survey, "f", _saturated),
    "gradient": lambda survey, kind: _at(survey, kind, lambda joint: joint.backward.norm),
    "weight_ratio": lambda survey, _kind: [_finite(weights.ratio) for weights in survey.weights],
}  # fmt: skip


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _all(rows: Rows) -> Iterator[float | None]:
    for columns in rows:
        for values in columns.values():
            yield from values


def _exponential(rows: Rows) -> bool:
    sizes = [abs(value) for value in _all(rows) if value]
    return bool(sizes) and max(sizes) > EXPONENTIAL * min(sizes)


def _means_axis(means: Rows, deviations: Rows, log: bool) -> Axis:
    """Of means that may be negative: where deviations grow exponentially (`log`) and the largest mean is far beyond the
    median one, symmetric-logarithmic, with half of those that are not rounding beyond its linear part. A linear one
    reaches at least `NO_CLOSER` of the median deviation to either side.
    """
    pairs = [(m, sd) for m, sd in zip(_all(means), _all(deviations), strict=True) if m is not None and sd is not None]
    sizes = [abs(mean) for mean, sd in pairs if abs(mean) > ROUNDING * sd]
    shown = [mean for mean, _ in pairs]
    if log and sizes and max(sizes) > EXPONENTIAL * median_high(sizes):
        return axis_for(min(shown), max(shown), "symlog", nice_ceiling(median_high(sizes), STEPS))
    least = NO_CLOSER * median_high([sd for _, sd in pairs]) if pairs else 0.0
    return axis_for(min([-least, *shown]), max([least, *shown]), "linear")


def _drawable(rows: Rows, log: bool) -> list[dict[str, Values]]:
    """Without the zeros that a logarithmic axis cannot show."""
    return [{name: [None if log and not v else v for v in values] for name, values in row.items()} for row in rows]
