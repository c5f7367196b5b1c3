"""The answer of the view of the batch's size: the view as plain data, a part for each that was asked for."""

import math
from typing import Any

import numpy as np

from app.api.batch_size_classes import Classes
from app.api.batch_size_noise import BATCH_NORM, NoiseView
from app.api.batch_size_query import LARGEST_MOVE, BatchSizeFields
from app.api.batch_size_small import DependenceView
from app.api.batch_size_view import RunningView, View
from app.batches.datasets import DATASETS
from app.batches.generators import GENERATORS
from app.figures import batch_size_words as words
from app.figures.batch_size import Shown, estimate_figure, noise_figure, short
from app.figures.batch_size_dependence import classes_figure, jacobians, outlier_figures, strips
from app.figures.batch_size_missing import stand_in
from app.figures.batch_size_noise import pairs_figure, shapes_figure, sizes_figure
from app.figures.batch_size_running import gap_figure, running_figure
from app.figures.notation import SYMBOLS
from app.figures.numbers import counted
from bncore.batch_size.estimates import MARKED, Estimates, Spread
from bncore.batch_size.positions import Alike
from bncore.batch_size.theory import Expected
from bncore.summary import QUANTILES

ROOM = 0.15  # of the batch's range, beyond what a move can reach


def answer_of(view: View) -> dict[str, Any]:
    """The answer of `GET /batch-size`; a part that was not asked for is not in it, and neither are its figures."""
    of = view.sampled
    shown = Shown(of.name, of.at, of.size, view.query.notation)
    answer = {
        "batch": _batch(view),
        "symbols": SYMBOLS[view.query.notation],
        "size": of.size,
        "parts": list(view.query.parts),
    }
    answer["conventions"] = words.conventions(
        of.size, view.query.eps, view.query.eps_placement, of.total, of.population.nested,
        stand_in(of.missing, of.measured_by),
    )  # fmt: skip
    figures: dict[str, Any] = {}
    if view.estimates is not None:
        answer |= _estimates(view, view.estimates)
        figures |= {f"estimates_{name}": estimate_figure(view.estimates, name, shown) for name in ("mean", "deviation")}
        figures["estimates_noise"] = noise_figure(view.estimates, shown)
    if view.running is not None:
        answer["running"] = _running(view, view.running)
        figures |= _running_figures(view, view.running, shown)
    if view.noise is not None:
        answer["noise"] = _noise(view, view.noise)
        figures |= _noise_figures(view, view.noise, shown)
    if view.dependence is not None:
        answer["dependence"] = _dependence(view, view.dependence)
        figures |= strips(view.dependence.moved, limits(view, view.dependence), shown)
        figures |= jacobians(view.dependence.moved, shown)
        figures |= outlier_figures(view.dependence.outlier, shown)
    if view.classes is not None:
        answer["classes"] = _classes(view.classes)
        figures["classes"] = classes_figure(view.classes.verdicts, view.classes.names)
    return answer | {"query": view.query.stated(), "figures": figures}


def _batch(view: View) -> dict[str, Any]:
    of, query = view.sampled, view.query
    title = source_title(query)
    whole = "endless" if of.total is None else counted(of.total, "example")
    width = len(of.batch.feature_names)
    return {
        "title": title,
        "text": f"{title}: {whole} × {counted(width, 'feature')}; {of.name}, K = {of.size}",
        "total": of.total,
        "features": [{"feature": i, "name": name} for i, name in enumerate(of.batch.feature_names[:1024])],
        "feature": query.feature,
        "name": of.name,
        "measured": list(of.features),
        "sizes": list(of.sizes),
        "marked": [size for size in MARKED if size in of.sizes],
        "labels": list(view.prepared.small.labels),
        "warnings": list(of.batch.warnings),
    }


def source_title(query: BatchSizeFields) -> str:
    """What a person calls the source."""
    name = query.source
    if name in DATASETS or name in GENERATORS:
        bare = DATASETS[name].title if name in DATASETS else GENERATORS[name].title
    else:
        bare = "Typed table" if name == "inline" else f"Upload {name[:8]}…"
    return f"{bare}, behind a linear layer" if query.layer_width else bare


def _estimates(view: View, found: Estimates) -> dict[str, Any]:
    of = view.sampled
    scale, shift = found.noise()
    row = found.sizes.index(of.size)
    return {
        "headline": words.headline(found, of.at, of.size, of.name),
        "estimates": {
            "sizes": list(found.sizes),
            "draws": found.draws,
            "feature": view.query.feature,
            "quantiles": list(QUANTILES),
            "text": words.theory_text(found, of.at, of.size, of.population.nested),
            "population_text": words.population_text(found, of.at, of.name, of.population.nested)
            + words.positions_text(of.positions, of.at),
            "positions": _positions(of.positions, of.at),
            "noise": {"scale": _finite(scale[row, of.at]), "shift": _finite(shift[row, of.at])},
            "off": [_off(found, at_size, of.at) for at_size in found.sizes],
            "features": [
                _feature(found, i, number, of.batch.feature_names[number]) for i, number in enumerate(of.features)
            ],
        },
    }


def _positions(found: Alike | None, at: int) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "images": found.images, "positions": found.positions, "correlation": _finite(found.correlation[at]),
        "factor": _finite(found.factor[at]),
    }  # fmt: skip


def _off(found: Estimates, size: int, at: int) -> dict[str, Any]:
    """How far theory's deviation of σ_B is off at a size, and what the draws leave open, as shares of theory's."""
    row = found.sizes.index(size)
    expected = float(found.expected_deviation.sd[row, at])
    if not expected > 0:
        return {"size": size, "off": None, "error": None, "text": "–"}
    return {
        "size": size,
        "text": words.off_text(found, row, at),
        "off": _finite(found.deviation.sd[row, at] / expected - 1.0),
        "error": _finite(found.deviation.sd_error[row, at] / expected),
    }


def _feature(found: Estimates, at: int, number: int, name: str) -> dict[str, Any]:
    moments = found.population
    return {
        "feature": number,
        "name": name,
        "population": {
            key: _finite(getattr(moments, key)[at]) for key in ("mean", "sd", "skewness", "excess")
        },
        "noise": {"scale": short(found.noise()[0][:, at]), "shift": short(found.noise()[1][:, at])},
        "mean": _spread(found.mean, found.expected_mean, at),
        "deviation": _spread(found.deviation, found.expected_deviation, at),
    }  # fmt: skip


def _spread(found: Spread, expected: Expected, at: int) -> dict[str, Any]:
    return {
        "average": short(found.average[:, at]),
        "sd": short(found.sd[:, at]),
        "sd_error": short(found.sd_error[:, at]),
        "quantiles": [short(found.quantiles[q, :, at]) for q in range(len(QUANTILES))],
        "expected_average": short(expected.average[:, at]),
        "expected_sd": short(expected.sd[:, at]),
    }


def _running(view: View, found: RunningView) -> dict[str, Any]:
    of, path = view.sampled, found.path
    mean, sd = float(of.population.moments.mean[of.at]), float(of.population.moments.sd[of.at])
    return {
        "text": words.running_text(path, found.gap, mean),
        "biased_text": words.biased_text(path, sd),
        "mean": short(path.mean),
        "var": {name: short(values) for name, values in path.var.items()},
        "mean_sd": _finite(path.mean_sd),
        "var_limit": {name: _finite(limit) for name, limit in path.var_limit.items()},
        "cold": float(path.cold[-1]),
        "gap": {"typical": found.gap.typical, "largest": found.gap.largest},
    }


def _running_figures(view: View, found: RunningView, shown: Shown) -> dict[str, Any]:
    at = view.sampled.population.moments
    return {
        "running_mean": running_figure(found.path, "mean", shown, float(at.mean[shown.at])),
        "running_deviation": running_figure(found.path, "deviation", shown, float(at.sd[shown.at])),
        "running_gap": gap_figure(found.gap, shown),
    }


def _noise(view: View, found: NoiseView) -> dict[str, Any]:
    shapes = {name: kind.shape for name, kind in found.kinds.items()}
    query, of = view.query, view.sampled
    matched = {name: _four(value) for name, value in found.matched.items()}
    return {
        "text": words.noise_text(
            shapes, found.z, query.example, of.size, of.total, query.notation, stand_in(of.missing, of.measured_by)
        ),
        "match_text": words.match_text(
            found.kinds[BATCH_NORM].average, len(view.prepared.small.x), matched, found.capped
        ),
        "pairs_text": words.pairs_text({name: kind.pairs.measured.tolist() for name, kind in found.kinds.items()}),
        "value": found.z,
        "matched": matched,
        "kinds": [
            {
                "kind": name,
                "title": words.KIND_WORDS[name],
                "strength": kind.strength,
                "mean": kind.shape.mean,
                "variance": kind.shape.var,
                "skewness": _finite(kind.shape.skewness),
                "excess": _finite(kind.shape.excess),
                "average_variance": kind.average,
                "pairs": {
                    "product": short(kind.pairs.product),
                    "measured": short(kind.pairs.measured),
                    "expected": short(kind.pairs.expected),
                },
            }
            for name, kind in found.kinds.items()
        ],
        "sizes": {
            "sizes": list(found.sizes),
            "sd": short(found.spread.sd),
            "expected_sd": short(np.sqrt(np.maximum(found.expected, 0.0))),
            "quantiles": [short(row) for row in found.spread.quantiles],
        },
    }


def _noise_figures(view: View, found: NoiseView, shown: Shown) -> dict[str, Any]:
    example, kinds, of = view.query.example, found.kinds, view.sampled
    count = len(view.prepared.small.x)
    members = [example, *(i for i in range(count) if i != example)]
    return {
        "noise_sizes": sizes_figure(found.sizes, found.spread, found.expected, found.z, example, shown),
        "noise_shapes": shapes_figure(
            {name: kind.histogram for name, kind in kinds.items()}, {name: kind.shape for name, kind in kinds.items()},
            found.z, example, shown,
        ),
        "noise_pairs": pairs_figure({name: kind.pairs for name, kind in kinds.items()}, members, of.total, shown),
    }  # fmt: skip


def _dependence(view: View, found: DependenceView) -> dict[str, Any]:
    moved = found.moved
    return {
        "example": moved.example,
        "by": found.by,
        "unit": float(view.sampled.inference.sd[view.sampled.at]),
        "text": words.moved_text(moved, found.by, view.sampled.name),
        "outlier_text": words.outlier_text(found.outlier),
        "x": {"before": moved.x, "after": moved.moved},
        "train": {"before": moved.before.train, "after": moved.after.train},
        "inference": {"before": moved.before.inference, "after": moved.after.inference},
        "others_moved": {mode: moved.others_moved(mode) for mode in ("train", "inference")},
        "jacobian": {
            part: [short(row) for row in getattr(moved.jacobian, part)] for part in ("total", "identity", "mean",
            "variance")
        },
        "between_text": words.between_text(found.across, found.between),
        "between_features": {"across": found.across, "features": found.between},
        "outlier": [
            {"size": c.size, "bound": c.bound, "distance": short(c.distance), "spread": short(c.spread),
            "own": short(c.own)}
            for c in found.outlier
        ],
    }  # fmt: skip


def limits(view: View, found: DependenceView) -> dict[str, tuple[float, float]]:
    """Axes that hold whatever a move can do, so that they stay put while one example is dragged."""
    x, unit = found.moved.x, float(view.sampled.inference.sd[view.sampled.at])
    low, high = float(x.min()), float(x.max())
    reach = LARGEST_MOVE * unit
    room = ROOM * (high - low + 2 * reach) or 1.0
    before = found.moved.before
    bound = math.sqrt(len(x) - 1)
    values = [*before.train.tolist(), *before.inference.tolist(), bound, -bound]
    most = 1.08 * max(abs(value) for value in values)
    return {"x": (low - reach - room, high + reach + room), "x_hat": (-most, most)}


def _classes(found: Classes) -> dict[str, Any]:
    v = found.verdicts
    return {
        "data": found.data.name,
        "title": found.data.title,
        "names": list(found.names),
        "accuracy": found.classifier.accuracy,
        "about": words.classifier_text(found.data.title, found.classifier.accuracy),
        "text": words.classes_text(v, found.names, found.data.title),
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
                "text": words.batch_text(told, found.names),
            }
            for told in v.batches
        ],
    }  # fmt: skip


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _four(value: float) -> float:
    """As a field of the query holds it."""
    return float(f"{value:.4g}")
