"""Models made by hand for the tests of what is told of them."""

import dataclasses

import numpy as np

from bncore.doctor import Front, Model, Norm
from bncore.doctor.findings import examine

CHANNELS = 8


def healthy(norms=4, seed=0):
    """A model of batch norms behind convolutions whose statistics are those that unit inputs would give."""
    rng = np.random.default_rng(seed)
    weights = {f"conv{i}.weight": rng.normal(0, 0.2, (CHANNELS, 4, 3, 3)).astype(np.float32) for i in range(norms)}
    return model([norm(i, weights[f"conv{i}.weight"], rng) for i in range(norms)], weights)


def norm(number, weight, rng):
    """A norm with the statistics that follow from its weight."""
    variance = np.square(weight).sum(axis=(1, 2, 3)) * rng.uniform(0.5, 2.0, len(weight))
    mean = 0.5 * np.sqrt(variance) * rng.standard_normal(len(weight))
    gamma, beta = rng.uniform(0.5, 1.5, len(weight)), 0.3 * rng.standard_normal(len(weight))
    arrays = {"gamma": gamma, "beta": beta, "mean": mean, "variance": variance}
    front = Front(f"conv{number}", f"conv{number}.weight", None, 0, "names")
    single = {name: values.astype(np.float32) for name, values in arrays.items()}
    return Norm(f"bn{number}", "batch", **single, eps=1e-5, momentum=0.1, batches=1000, front=front)


def model(norms, tensors):
    """A model of these norms and tensors."""
    said = {name: (values.shape, str(values.dtype)) for name, values in tensors.items()}
    return Model("test", tuple(norms), said, tensors.__getitem__)


def with_norm(of, place, **changed):
    """The model with one norm changed; a function changes the array that is there."""
    old = of.norms[place]
    new = {name: value(getattr(old, name).copy()) if callable(value) else value for name, value in changed.items()}
    norms = [dataclasses.replace(old, **new) if i == place else norm for i, norm in enumerate(of.norms)]
    return dataclasses.replace(of, norms=tuple(norms))


def put(channel, value):
    """Sets one channel of an array."""

    def change(values):
        values[channel] = value
        return values

    return change


def told(model):
    """What is told, by id; each at most once of a norm."""
    findings = examine(model)
    assert len({(one.norm, one.id, one.channels) for one in findings}) == len(findings)
    return {one.id: one for one in findings}
