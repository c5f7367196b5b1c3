"""What a disturbance did, as plain data: before, after, and how far each joint moved."""

from typing import Any

from app.figures.numbers import finite
from app.views.network.compute import Comparison
from app.views.network.numbers import moments_of, moved_text, unit_of
from app.views.network.words import seen as words
from app.views.network.words.disturbance import disturb_headline, disturb_text
from bncore.network.contrast import Column
from bncore.network.measures.movement import Moved
from bncore.network.measures.survey import Surveyed


def disturbance(comparison: Comparison) -> dict[str, Any] | None:
    """What the disturbance did to each column; None where there is none."""
    d = comparison.contrast.setup.disturbance
    if d is None:
        return None
    columns = comparison.contrast.columns
    told = {
        name: _disturbed(comparison, name, columns[name]) if name in columns else None for name in ("without", "with")
    }
    return {
        "block": d.block,
        "factor": d.factor,
        "shift": d.shift,
        "headline": disturb_headline(comparison.contrast),
        "text": " ".join(column["text"] for column in told.values() if column),
        "columns": told,
    }


def _noticed(moved: Moved, before: Surveyed, after: Surveyed) -> bool | None:
    """Whether a joint's distribution moved by enough to count; None where numbers are not finite."""
    return moved.noticed if before.forward.finite and after.forward.finite else None


def _disturbed(comparison: Comparison, name: str, column: Column) -> dict[str, Any] | None:
    disturbed, d = column.disturbed, comparison.contrast.setup.disturbance
    if disturbed is None or d is None:
        return None
    before, after = ({j.joint.id: j for j in survey.joints} for survey in (column.survey, disturbed.survey))
    ids = [f"{moved.kind}{moved.block}" for moved in disturbed.moved]
    diverged = disturbed.survey.diverged
    return {
        "text": disturb_text(comparison.contrast, name, comparison.query.notation),
        "loss": {"before": finite(column.survey.loss), "after": finite(disturbed.survey.loss)},
        "gradient_ratio": column.gradient_ratio(d.block),
        "diverged": diverged and words.diverged_text(comparison.contrast, name, diverged, comparison.query.notation),
        "joints": [
            {
                "block": moved.block, "kind": moved.kind, "joint": id, "moved": finite(moved.distribution),
                "moved_text": moved_text(moved.distribution, unit_of(before[id])),
                "values_moved": finite(moved.values),
                "values_moved_text": moved_text(moved.values, unit_of(before[id])),
                "noticed": _noticed(moved, before[id], after[id]),
                "before": moments_of(before[id]), "after": moments_of(after[id]),
            }
            for id, moved in zip(ids, disturbed.moved, strict=True)
        ],
        "weights": [
            {"block": block, "gradient_ratio": column.gradient_ratio(block)}
            for block in range(1, column.survey.depth + 1)
        ],
    }  # fmt: skip
