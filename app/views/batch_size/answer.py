"""The answer of the batch size view: the experiment as plain data, a part for each that was asked for."""

from typing import Any

from app.figures.notation import SYMBOLS
from app.figures.numbers import counted, finite
from app.query.title import source_title
from app.views.batch_size.compute import Experiment, RunningStatistics
from app.views.batch_size.dependence_answer import classes, dependence, dependence_figures
from app.views.batch_size.figures.dependence import classes_figure
from app.views.batch_size.figures.estimates import Focus, estimate_figure, noise_figure, short
from app.views.batch_size.figures.running import gap_figure, running_figure
from app.views.batch_size.noise_answer import noise, noise_figures
from app.views.batch_size.stage import words as stage_words
from app.views.batch_size.stage.answer import stage
from app.views.batch_size.words import seen as words
from app.views.batch_size.words.headline import headline, x_hat_text
from app.views.batch_size.words.missing import stand_in
from app.views.batch_size.words.running import biased_text, running_text
from bncore.batch_size.estimates import MARKED, Estimates, Spread
from bncore.batch_size.positions import Alike
from bncore.batch_size.stray import POINTS
from bncore.batch_size.theory import Expected
from bncore.distributions.summary import QUANTILES


def answer_of(experiment: Experiment) -> dict[str, Any]:
    """The answer of `GET /batch-size`; a part that was not asked for is not in it, and neither are its figures."""
    told = {"headline": stage_words.headline(experiment.stage), "stage": stage(experiment.stage)}
    if experiment.query.is_stage:
        return told | {"size": experiment.sampled.size, "query": experiment.query.stated()}
    return told | _parts(experiment) | {"query": experiment.query.stated()}


def _parts(experiment: Experiment) -> dict[str, Any]:
    """What explains the stage further."""
    of = experiment.sampled
    focus = Focus(of.name, of.at, of.size, experiment.query.notation)
    answer = {
        "batch": _batch(experiment),
        "symbols": SYMBOLS[experiment.query.notation],
        "size": of.size,
        "parts": list(experiment.query.computed_parts),
    }
    answer["conventions"] = words.conventions(
        of.size, experiment.query.eps, experiment.query.eps_placement, of.total, of.population.nested,
        experiment.query.notation, stand_in(of.missing, of.measured_by),
    )  # fmt: skip
    figures: dict[str, Any] = {}
    if experiment.estimates is not None:
        answer |= _estimates(experiment, experiment.estimates)
        figures |= {
            f"estimates_{name}": estimate_figure(experiment.estimates, name, focus) for name in ("mean", "deviation")
        }
        figures["estimates_noise"] = noise_figure(experiment.estimates, focus)
    if experiment.running is not None:
        answer["running"] = _running(experiment, experiment.running)
        figures |= _running_figures(experiment, experiment.running, focus)
    if experiment.noise is not None:
        answer["noise"] = noise(experiment, experiment.noise)
        figures |= noise_figures(experiment, experiment.noise, focus)
    if experiment.dependence is not None:
        answer["dependence"] = dependence(experiment, experiment.dependence)
        figures |= dependence_figures(experiment.dependence, focus)
    if experiment.classes is not None:
        answer["classes"] = classes(experiment.classes)
        figures["classes"] = classes_figure(experiment.classes.verdicts, experiment.classes.names)
    return answer | {"figures": figures}


def _batch(experiment: Experiment) -> dict[str, Any]:
    of, query = experiment.sampled, experiment.query
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
        "labels": list(experiment.prepared.small.labels),
        "warnings": list(of.batch.warnings),
    }


def _estimates(experiment: Experiment, estimates: Estimates) -> dict[str, Any]:
    of = experiment.sampled
    scale, shift = estimates.noise()
    row = estimates.sizes.index(of.size)
    return {
        "estimates": {
            "headline": headline(estimates, of.at, of.size, of.name, experiment.query.notation),
            "sizes": list(estimates.sizes),
            "draws": estimates.draws,
            "feature": experiment.query.feature,
            "quantiles": list(QUANTILES),
            "text": words.theory_text(estimates, of.at, of.size, of.population.nested),
            "population_text": words.population_text(estimates, of.at, of.name, of.population.nested)
            + words.positions_text(of.positions, of.at),
            "positions": _positions(of.positions, of.at),
            "noise": {"scale": finite(scale[row, of.at]), "shift": finite(shift[row, of.at])},
            "x_hat": _x_hat(estimates, row, of.at)
            | {"text": x_hat_text(estimates, of.at, of.size, experiment.query.notation)},
            "off": [_off(estimates, at_size, of.at) for at_size in estimates.sizes],
            "features": [
                _feature(estimates, i, number, of.batch.feature_names[number]) for i, number in enumerate(of.features)
            ],
        },
    }


def _x_hat(estimates: Estimates, row: int, at: int) -> dict[str, Any]:
    """How far normalized values stray at a size, and by what factor batches stretch them."""
    told, stretch = estimates.x_hat, estimates.x_hat.stretch
    shares = ("equal", "unit", "size")
    return {name: finite(getattr(told, name)[row, at]) for name in ("whole", "shift", "scale", *shares)} | {
        "stretch": {
            "average": finite(stretch.average[row, at]), "sd": finite(stretch.sd[row, at]), "shares": list(POINTS),
            "points": [finite(point[row, at]) for point in stretch.points],
        }
    }  # fmt: skip


def _positions(alike: Alike | None, at: int) -> dict[str, Any] | None:
    if alike is None:
        return None
    return {
        "images": alike.images, "positions": alike.positions, "correlation": finite(alike.correlation[at]),
        "factor": finite(alike.factor[at]),
    }  # fmt: skip


def _off(estimates: Estimates, size: int, at: int) -> dict[str, Any]:
    """How far theory's deviation of σ_B is off at a size, and what the draws leave open, as shares of theory's."""
    row = estimates.sizes.index(size)
    expected = float(estimates.expected_deviation.sd[row, at])
    if not expected > 0:
        return {"size": size, "off": None, "error": None, "text": "–"}
    return {
        "size": size,
        "text": words.off_text(estimates, row, at),
        "off": finite(estimates.deviation.sd[row, at] / expected - 1.0),
        "error": finite(estimates.deviation.sd_error[row, at] / expected),
    }


def _feature(estimates: Estimates, at: int, number: int, name: str) -> dict[str, Any]:
    moments = estimates.population
    return {
        "feature": number,
        "name": name,
        "population": {
            key: finite(getattr(moments, key)[at]) for key in ("mean", "sd", "skewness", "excess")
        },
        "noise": {"scale": short(estimates.noise()[0][:, at]), "shift": short(estimates.noise()[1][:, at])},
        "x_hat": {part: short(getattr(estimates.x_hat, part)[:, at]) for part in ("whole", "shift", "scale")},
        "mean": _spread(estimates.mean, estimates.expected_mean, at),
        "deviation": _spread(estimates.deviation, estimates.expected_deviation, at),
    }  # fmt: skip


def _spread(spread: Spread, expected: Expected, at: int) -> dict[str, Any]:
    return {
        "average": short(spread.average[:, at]),
        "sd": short(spread.sd[:, at]),
        "sd_error": short(spread.sd_error[:, at]),
        "quantiles": [short(spread.quantiles[q, :, at]) for q in range(len(QUANTILES))],
        "expected_average": short(expected.average[:, at]),
        "expected_sd": short(expected.sd[:, at]),
    }


def _running(experiment: Experiment, running: RunningStatistics) -> dict[str, Any]:
    of, path = experiment.sampled, running.path
    mean, sd = float(of.population.moments.mean[of.at]), float(of.population.moments.sd[of.at])
    return {
        "text": running_text(path, running.gap, mean),
        "biased_text": biased_text(path, sd),
        "mean": short(path.mean),
        "var": {name: short(values) for name, values in path.var.items()},
        "mean_sd": finite(path.mean_sd),
        "var_limit": {name: finite(limit) for name, limit in path.var_limit.items()},
        "cold": float(path.cold[-1]),
        "gap": {"typical": running.gap.typical, "largest": running.gap.largest},
    }


def _running_figures(experiment: Experiment, running: RunningStatistics, focus: Focus) -> dict[str, Any]:
    at = experiment.sampled.population.moments
    return {
        "running_mean": running_figure(running.path, "mean", focus, float(at.mean[focus.at])),
        "running_deviation": running_figure(running.path, "deviation", focus, float(at.sd[focus.at])),
        "running_gap": gap_figure(running.gap, focus),
    }
