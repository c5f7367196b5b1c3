"""The part of the answer on the noise: one example among random companions, beside other kinds of noise."""

from typing import Any

import numpy as np

from app.figures.numbers import finite
from app.views.batch_size.compute import Experiment
from app.views.batch_size.figures.estimates import Focus, short
from app.views.batch_size.figures.noise import pairs_figure, shapes_figure, sizes_figure
from app.views.batch_size.noise import BATCH_NORM, ExampleNoise
from app.views.batch_size.stage.compute import DEALS
from app.views.batch_size.words import seen as words
from app.views.batch_size.words.missing import stand_in


def noise(experiment: Experiment, noisy: ExampleNoise) -> dict[str, Any]:
    """The noise on one example, kind by kind, in words and numbers."""
    shapes = {name: kind.shape for name, kind in noisy.kinds.items()}
    query, of = experiment.query, experiment.sampled
    matched = {name: _four(value) for name, value in noisy.matched.items()}
    return {
        "text": words.noise_text(
            shapes, noisy.z, query.example, of.size, of.total, query.notation, stand_in(of.missing, of.measured_by)
        ),
        "match_text": words.match_text(
            noisy.kinds[BATCH_NORM].shape.var, query.example, matched, noisy.capped, query.draws, DEALS
        ),
        "pairs_text": words.pairs_text({name: kind.pairs.measured.tolist() for name, kind in noisy.kinds.items()}),
        "value": noisy.z,
        "matched": matched,
        "kinds": [
            {
                "kind": name,
                "title": words.KIND_WORDS[name],
                "strength": kind.strength,
                "mean": kind.shape.mean,
                "variance": kind.shape.var,
                "skewness": finite(kind.shape.skewness),
                "excess": finite(kind.shape.excess),
                "average_variance": kind.average,
                "pairs": {
                    "product": short(kind.pairs.product),
                    "measured": short(kind.pairs.measured),
                    "expected": short(kind.pairs.expected),
                },
            }
            for name, kind in noisy.kinds.items()
        ],
        "sizes": {
            "sizes": list(noisy.sizes),
            "sd": short(noisy.spread.sd),
            "expected_sd": short(np.sqrt(np.maximum(noisy.expected, 0.0))),
            "quantiles": [short(row) for row in noisy.spread.quantiles],
        },
    }


def noise_figures(experiment: Experiment, noisy: ExampleNoise, focus: Focus) -> dict[str, Any]:
    """The figures of the noise, by name."""
    example, kinds, of = experiment.query.example, noisy.kinds, experiment.sampled
    return {
        "noise_sizes": sizes_figure(noisy.sizes, noisy.spread, noisy.expected, noisy.z, example, focus),
        "noise_shapes": shapes_figure(
            {name: kind.histogram for name, kind in kinds.items()}, {name: kind.shape for name, kind in kinds.items()},
            noisy.z, example, focus,
        ),
        "noise_pairs": pairs_figure({name: kind.pairs for name, kind in kinds.items()}, noisy.members, of.total, focus),
    }  # fmt: skip


def _four(value: float) -> float:
    """As a field of the query holds it."""
    return float(f"{value:.4g}")
