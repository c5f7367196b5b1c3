"""Sick captures: a recorded network's, healthy as it is, with one fault in one of its norms, drawn by a seed."""

from dataclasses import replace

import numpy as np

from bncore.doctor.capture import Capture
from tests.bncore.doctor.findings.recorded import captures, nets
from tests.bncore.doctor.findings.recorded.captures import capture, watched_of
from tests.bncore.doctor.findings.sick import WITH_BATCH_NORM


def rows(change):
    """The inputs are changed, which the running statistics do not know."""
    return lambda watched, rng: watched_of(watched.norm, [np.array(x) for x in change(_rows(watched), rng)])


def norm(change):
    """The arrays of the norm are changed."""
    return lambda watched, rng: watched_of(replace(watched.norm, **change(watched.norm, rng)), _rows(watched))


def _rows(watched):
    return [watched.x(step).astype(np.float64) for step in watched.ran]


def one_channel(value):
    """One channel has a value in every row."""

    def change(batches, rng):
        at = rng.integers(batches[0].shape[1])
        for x in batches:
            x[:, at] = value
        return batches

    return change


def one_value(value):
    """One number of the last batch has a value."""

    def change(batches, rng):
        batches[-1][rng.integers(len(batches[-1])), rng.integers(batches[-1].shape[1])] = value
        return batches

    return change


def shifted(norm, rng):
    """Running means two deviations off, some up and some down."""
    away = 2.0 * np.sqrt(norm.variance) * rng.choice([-1, 1], norm.channels)
    return {"mean": (norm.mean + away).astype(np.float32)}


def far(watched, _rng):
    """Inputs a hundred thousand deviations from 0, as the running means know."""
    at = 1e5 * float(np.sqrt(watched.norm.variance.max()))
    moved = replace(watched.norm, mean=(watched.norm.mean.astype(np.float64) + at))
    return watched_of(moved, [x + at for x in _rows(watched)])


def without_gradient(watched, rng):
    """A channel to which nothing comes back; to the others a number each."""
    batches = _rows(watched)
    gradients = [rng.standard_normal(x.shape) for x in batches]
    at = rng.integers(watched.norm.channels)
    for dy in gradients:
        dy[:, at] = 0.0
    return watched_of(watched.norm, batches, gradients)


OF_CAPTURES = {
    "running means two deviations off": ("mode_gap", norm(shifted)),
    "running variances of other data": ("mode_gap", norm(lambda norm, _rng: {"variance": 16 * norm.variance})),
    "inputs from 0 to 255": ("mode_gap", rows(lambda batches, _rng: [255.0 * x for x in batches])),
    "inputs that are not centred": ("mode_gap", rows(lambda batches, _rng: [x + 3.0 * x.std() for x in batches])),
    "inputs of half the size": ("mode_gap", rows(lambda batches, _rng: [0.3 * x for x in batches])),
    "a NaN among the inputs": ("input_not_finite", rows(one_value(np.nan))),
    "an overflow among the inputs": ("input_not_finite", rows(one_value(np.inf))),
    "a channel that is always 0.5": ("constant_input", rows(one_channel(0.5))),
    "a channel that is always 0": ("constant_input", rows(one_channel(0.0))),
    "an outlier": ("heavy_tails", rows(one_value(1e3))),
    "a channel without a gradient": ("no_gradient", without_gradient),
    "inputs far from 0": ("low_precision", far),
    "a norm that is frozen": ("frozen", lambda watched, _rng: replace(watched, mode="inference")),
}  # fmt: skip
"""By name: the id by which it is to be named first, and what becomes of a norm that was watched."""


def recorded(rng):
    """One of the recorded networks, and its capture at 32."""
    net, run = WITH_BATCH_NORM[3 * rng.integers(5)]
    return nets.model(net, run), capture(net, run, 32)


def sick(fault, seed, healthy=recorded):
    """A model, its capture with the fault in one norm, the name of that norm, and the id; `healthy(rng)` draws both."""
    id, change = OF_CAPTURES[fault]
    rng = np.random.default_rng([seed, len(fault)])
    model, healthy = healthy(rng)
    place = int(rng.integers(len(healthy.norms)))
    watched = [change(one, rng) if i == place else one for i, one in enumerate(healthy.norms)]
    return id, watched[place].norm.name, model, Capture("pytorch", healthy.steps, tuple(watched))


def of_sorted_data(seed):
    """Batches of data that nobody shuffled: each of few classes."""
    net, run = WITH_BATCH_NORM[seed]
    return "variance_between", nets.model(net, run), captures.capture(net, run, 32, order="sorted")
