"""The parts of the answer on what ties examples: a moved one, an outlier, and a class that companions decide."""

import math
from typing import Any

from app.views.batch_size.classes import CHOSEN_AT, LARGEST, Classes
from app.views.batch_size.compute import Experiment
from app.views.batch_size.dependence import Influence
from app.views.batch_size.figures.dependence import jacobians, outlier_figures, strips
from app.views.batch_size.figures.estimates import Focus, short
from app.views.batch_size.query import LARGEST_MOVE
from app.views.batch_size.words import seen as words

ROOM = 0.15  # of the batch's range, beyond what a move can reach


def dependence(experiment: Experiment, influence: Influence) -> dict[str, Any]:
    """One moved example in both modes, the Jacobian, and the outlier's curves, in words and numbers."""
    moved, small = influence.moved, experiment.prepared.small
    return {
        "example": moved.example,
        "rows": small.numbers,
        "by": influence.by,
        "unit": influence.unit,
        "text": words.moved_text(
            moved, influence.by, experiment.sampled.name, influence.deviations, small.number_of(moved.example)
        ),
        "handles": words.handle_titles(moved),
        "outlier_text": words.outlier_text(influence.outlier),
        "x": {"before": moved.x, "after": moved.moved},
        "train": {"before": moved.before.train, "after": moved.after.train},
        "inference": {"before": moved.before.inference, "after": moved.after.inference},
        "others_moved": {mode: moved.others_moved(mode) for mode in ("train", "inference")},
        "jacobian": {
            part: [short(row) for row in getattr(moved.jacobian, part)] for part in ("total", "identity", "mean",
            "variance")
        },
        "denominator": moved.scale,
        "between_text": words.between_text(influence.across, influence.between),
        "between_features": {"across": influence.across, "features": influence.between},
        "outlier": [
            {"size": c.size, "bound": c.bound, "distance": short(c.distance), "spread": short(c.spread),
            "own": short(c.own)}
            for c in influence.outlier
        ],
    }  # fmt: skip


def dependence_figures(influence: Influence, focus: Focus) -> dict[str, Any]:
    """The figures of the dependence, by name."""
    return {
        **strips(influence.moved, _limits(influence), focus),
        **jacobians(influence.moved, focus),
        **outlier_figures(influence.outlier, focus),
    }


def _limits(influence: Influence) -> dict[str, tuple[float, float]]:
    """Axes that hold whatever a move can do, so that they stay put while one example is dragged."""
    x, unit = influence.moved.x, influence.unit
    low, high = float(x.min()), float(x.max())
    reach = LARGEST_MOVE * unit
    room = ROOM * (high - low + 2 * reach) or 1.0
    before = influence.moved.before
    bound = math.sqrt(len(x) - 1)
    values = [*before.train.tolist(), *before.inference.tolist(), bound, -bound]
    most = 1.08 * max(abs(value) for value in values)
    return {"x": (low - reach - room, high + reach + room), "x_hat": (-most, most)}


def classes(decided: Classes) -> dict[str, Any]:
    """The class that companions decide, in words and numbers."""
    v = decided.verdicts
    return {
        "data": decided.data.name,
        "title": decided.data.title,
        "names": list(decided.names),
        "accuracy": decided.classifier.accuracy,
        "about": words.classifier_text(decided.data.title, decided.classifier.accuracy, CHOSEN_AT, LARGEST),
        "text": words.classes_text(v, decided.names, decided.data.title),
        "example": v.example,
        "label": v.label,
        "size": v.size,
        "draws": v.draws,
        "changed": v.changed,
        "counts": v.counts,
        "inference": {"answer": v.inference.answer, "probabilities": short(v.inference.probabilities)},
        "batches": [
            {
                "companions": told.companions,
                "answer": told.answer,
                "probabilities": short(told.probabilities),
                "text": words.batch_text(told, decided.names),
            }
            for told in v.batches
        ],
    }  # fmt: skip
