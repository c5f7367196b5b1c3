"""Captures of the recorded networks: batches of digits, and what each norm takes, at any batch size."""

from functools import cache

import numpy as np

from bncore.doctor.capture import Capture, Watched
from bncore.doctor.merge import Moments
from bncore.doctor.model import Norm
from tests.bncore.doctor.findings.recorded import nets

WARM = 30  # batches of which the running statistics are an average, beginning with the first one's
UNBIASED = {"pytorch": True, "keras": False}


@cache
def capture(net, run, size, steps=4, seed=0, framework="pytorch", order="shuffled"):
    """A capture of `steps` batches of `size` digits of a network whose running statistics are of such batches, too."""
    rng, (images, classes) = np.random.default_rng([seed, run, size]), nets.digits()
    images = images[: nets.TRAINED_ON]
    if order == "sorted":
        images = images[np.argsort(classes[: nets.TRAINED_ON], kind="stable")]
    state = nets.tensors(net, run)
    before, rows = {}, {}
    for number in range(WARM + steps):
        at = rng.integers(0, len(images), size) if order == "shuffled" else _run_of(rng, len(images), size)
        for name, x in nets.inputs(net, state, images[at]).items():
            batch = np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])
            if number < WARM:
                before[name] = averaged(before.get(name), batch, UNBIASED[framework])
            else:
                rows.setdefault(name, []).append(batch)
    return Capture(framework, steps, tuple(_watched(state, name, before[name], of) for name, of in rows.items()))


def _run_of(rng, count, size):
    start = rng.integers(0, count - size)
    return np.arange(start, start + size)


def averaged(old, rows, unbiased):
    mean, var = rows.mean(0), rows.var(0) * (len(rows) / (len(rows) - 1) if unbiased else 1.0)
    if old is None:
        return mean, var
    return tuple(0.9 * was + 0.1 * new for was, new in zip(old, (mean, var), strict=True))


def _watched(state, name, running, rows):
    gamma, beta = state[f"{name}.weight"], state[f"{name}.bias"]
    mean, variance = (values.astype(np.float32) for values in running)
    norm = Norm(name, "batch", gamma, beta, mean, variance, eps=nets.EPS, momentum=nets.MOMENTUM, batches=1000)
    return watched_of(norm, rows)


def watched_of(norm, batches, gradients=None, mode="train"):
    """A norm that was watched on these batches (n, C)."""
    counts = tuple(len(x) for x in batches)
    with np.errstate(invalid="ignore"):
        moments = {step: Moments(len(x), x.mean(0, np.float64), x.var(0, np.float64)) for step, x in enumerate(batches)}
    return Watched(
        norm, mode, counts, moments, lambda step: batches[step].astype(np.float32),
        lambda step: None if gradients is None else gradients[step],
    )  # fmt: skip
