"""Sick models: a recorded network, healthy as it was trained, with one fault in one of its norms, drawn by a seed.

`OF_WEIGHTS` and `OF_CAPTURES` are the faults by name: the id by which each is to be named in the first place, and what
is done to the network. Each works on a batch norm and returns it, or its statistics, changed.
"""

from dataclasses import replace

import numpy as np

from tests.bncore.doctor.findings.recorded import nets

WITH_BATCH_NORM = [(net, run) for net, run in nets.EVERY if net != "grouped"]
"""Networks to make sick."""


def put(field, value):
    """One channel of one array gets a value."""

    def fault(norm, rng):
        values = np.array(getattr(norm, field))
        values[rng.integers(len(values))] = value(rng) if callable(value) else value
        return {field: values}

    return fault


def times(field, factor):
    """All of an array times a factor."""
    return lambda norm, _rng: {field: getattr(norm, field) * np.float32(factor)}


def some_as_new(norm, rng):
    at = rng.integers(norm.channels)
    mean, variance = norm.mean.copy(), norm.variance.copy()
    mean[at], variance[at] = 0.0, 1.0
    return {"mean": mean, "variance": variance}


def as_new(batches):
    return lambda norm, _rng: {
        "mean": np.zeros_like(norm.mean), "variance": np.ones_like(norm.variance), "batches": batches,
    }  # fmt: skip


def cold(batches, momentum):
    """Statistics of so few batches that they are still on their way from 0 and 1."""

    def fault(norm, _rng):
        left = np.float32((1 - momentum) ** batches)
        return {
            "mean": (1 - left) * norm.mean, "variance": (1 - left) * norm.variance + left,
            "batches": batches, "momentum": momentum,
        }  # fmt: skip

    return fault


def no_eps(norm, rng):
    return put("variance", 0.0)(norm, rng) | {"eps": 0.0}


def far_channel(norm, rng):
    """A channel's mean a hundred thousand of its deviations from 0."""
    at, mean = rng.integers(norm.channels), norm.mean.copy()
    mean[at] = 1e5 * np.sqrt(norm.variance[at]) * rng.choice([-1, 1])
    return {"mean": mean}


def beyond_float16(norm, rng):
    at = rng.integers(norm.channels)
    mean, variance = norm.mean.copy(), norm.variance.copy()
    mean[at], variance[at] = 0.0, 1e-11
    return {"mean": mean, "variance": variance, "eps": 1e-14}


def with_bias(norm, _rng):
    return {"mean": norm.mean - 1.0, "front": replace(norm.front, bias="sick.bias")}


def small_channels(norm, rng):
    """All but one channel too small for int8."""
    gamma = norm.gamma * np.float32(1e-2)
    gamma[rng.integers(len(gamma))] = 9.0
    variance = norm.variance.copy()
    variance[np.argmax(gamma)] *= 0.01
    return {"gamma": gamma, "variance": variance}


OF_WEIGHTS = {
    "a mean that is NaN": ("not_finite", put("mean", np.nan)),
    "a variance that is infinite": ("not_finite", put("variance", np.inf)),
    "a gamma that is NaN": ("not_finite", put("gamma", np.nan)),
    "a beta that is infinite": ("not_finite", put("beta", -np.inf)),
    "a negative variance": ("variance_negative", put("variance", lambda rng: -rng.uniform(1e-6, 1.0))),
    "a variance below eps": ("variance_below_eps", put("variance", lambda rng: rng.uniform(0, 9e-6))),
    "a variance of 0": ("variance_below_eps", put("variance", 0.0)),
    "a variance of 0 without eps": ("divides_by_zero", no_eps),
    "buffers as they began": ("never_updated", as_new(0)),
    "buffers as they began after training": ("never_updated", as_new(500)),
    "a mean that was not loaded": ("half_updated", lambda norm, _rng: {"mean": np.zeros_like(norm.mean)}),
    "a variance that was not loaded": ("half_updated", lambda norm, _rng: {"variance": np.ones_like(norm.variance)}),
    "channels that were added": ("partly_updated", some_as_new),
    "six batches": ("too_few_batches", cold(6, 0.1)),
    "a hundred batches of a momentum of 0.01": ("too_few_batches", cold(100, 0.01)),
    "Keras' momentum in PyTorch": ("momentum_forgets", lambda _norm, _rng: {"momentum": 0.99}),
    "a gamma of 0": ("gamma_dead", put("gamma", 0.0)),
    "a gamma that is nearly 0": ("gamma_dead", put("gamma", 1e-5)),
    "a layer of gamma 0": ("gamma_dead", times("gamma", 0.0)),
    "a layer of negative gammas": ("gamma_negative", times("gamma", -1.0)),
    "a huge gamma": ("gamma_huge", put("gamma", lambda rng: rng.uniform(300.0, 3000.0))),
    "a layer of huge gammas": ("gamma_huge", times("gamma", 500.0)),
    "a scale beyond float16": ("float16_reach", beyond_float16),
    "channels too small for int8": ("int8_reach", small_channels),
    "a shift below the ReLU's corner": ("shift_saturates", put("beta", -30.0)),
    "a bias in front": ("bias_in_front", with_bias),
    "variances of another order": ("unlike_neighbours", times("variance", 1e6)),
    "variances of another order, below": ("unlike_neighbours", times("variance", 1e-5)),
    "means of another order": ("unlike_neighbours", times("mean", 1e6)),
    "a channel's variance of another order": ("channel_unlike", put("variance", 1e7)),
    "a channel's mean of another order": ("channel_unlike", far_channel),
    "a beta of another length": ("lengths_differ", lambda norm, _rng: {"beta": norm.beta[:-1]}),
}  # fmt: skip
"""By name: the id, and what of a norm is other."""


def recorded(rng):
    """One of the recorded networks."""
    return nets.model(*WITH_BATCH_NORM[rng.integers(len(WITH_BATCH_NORM))])


def sick(fault, seed, healthy=recorded):
    """A model with the fault in one norm, the name of that norm, and the id; `healthy(rng)` draws the network."""
    id, change = OF_WEIGHTS[fault]
    rng, model, place = drawn(fault, seed, healthy)
    norm = model.norms[place]
    return id, norm.name, with_norm(model, place, replace(norm, **change(norm, rng)))


def drawn(fault, seed, healthy=recorded):
    """A network in health and which of its norms is to have the fault, with the generator of what else is drawn."""
    rng, places = np.random.default_rng([seed, len(fault)]), []
    while not places:
        model = healthy(rng)
        places = [at for at, norm in enumerate(model.norms) if _can_have(norm, fault)]
    return rng, model, int(rng.choice(places))


def _can_have(norm, fault):
    """Whether a norm can have a fault: a layer in front, γ and β, running statistics."""
    whole = norm.kind == "batch" and norm.gamma is not None and norm.mean is not None
    return whole and (fault != "a bias in front" or (norm.front is not None and norm.front.bias is None))


def with_norm(model, place, norm):
    """The model with another norm in its place; a bias of ones for one that has a bias called so."""
    norms = tuple(norm if i == place else other for i, other in enumerate(model.norms))
    ones = np.ones(norm.channels, np.float32)
    read = lambda name: ones if name == "sick.bias" else model.read(name)  # noqa: E731
    return replace(model, norms=norms, tensors={**model.tensors, "sick.bias": (ones.shape, "float32")}, read=read)


def residual(rng):
    """One of the recorded residual networks, whose norms are all of one size."""
    return nets.model("residual", int(rng.integers(nets.RUNS)))


def copied(seed, healthy=residual):
    """A model of which two norms have one's statistics."""
    rng = np.random.default_rng(seed)
    model = healthy(rng)
    one, other = rng.choice(len(model.norms), 2, replace=False)
    first, second = sorted((int(one), int(other)))
    taken = replace(model.norms[second], mean=model.norms[first].mean, variance=model.norms[first].variance)
    return "copied_statistics", taken.name, with_norm(model, second, taken)


def scaled(seed, healthy=recorded, factor=999.98):
    """A model whose statistics were not divided by Caffe's factor, or once too often."""
    rng = np.random.default_rng(seed)
    model = healthy(rng)
    norms = [
        replace(norm, mean=norm.mean * np.float32(factor), variance=norm.variance * np.float32(factor))
        for norm in model.norms
    ]
    return "scale_factor", "", replace(model, norms=tuple(norms))


OF_MODELS = {
    "statistics of another layer": copied,
    "Caffe's factor left in": scaled,
    "Caffe's factor taken out twice": lambda seed, healthy=recorded: scaled(seed, healthy, 1 / 999.98),
}
