"""The held-out networks as the doctor meets them: files read back as models, and captures at any batch size."""

import io
from functools import cache

import numpy as np

from app.models import read_model
from bncore.doctor import Capture, Norm
from tests.bncore.doctor.findings.held_out.forward import inputs
from tests.bncore.doctor.findings.held_out.nets import FIELDS, NETS, data, kept
from tests.bncore.doctor.findings.recorded.captures import UNBIASED, WARM, averaged, watched_of


@cache
def model(part, net, run):
    """The network as it is read from an NPZ file of its state dict, which tells neither ε nor what is behind a norm."""
    file = io.BytesIO()
    np.savez(file, **kept(part)[net, run])
    return read_model(file.getvalue())


@cache
def capture(part, net, run, size, steps=4, seed=0, framework="pytorch"):
    """A capture of `steps` batches of `size` whose running statistics are an average of `WARM` such batches before."""
    kind, layers = NETS[net]
    x, _ = data(kind)
    state, rng = kept(part)[net, run], np.random.default_rng([seed, run, size, len(net)])
    before, rows = {}, {}
    for number in range(WARM + steps):
        batch = x[rng.integers(0, len(x), size)]
        for name, taken in inputs(layers, state, batch).items():
            flat = np.moveaxis(taken, 1, -1).reshape(-1, taken.shape[1])
            if number < WARM:
                before[name] = averaged(before.get(name), flat, UNBIASED[framework])
            else:
                rows.setdefault(name, []).append(flat)
    settings = {step[1]: step[2] for step in layers if isinstance(step, tuple)}
    watched = (watched_of(_norm(state, name, before[name], settings[name]), of) for name, of in rows.items())
    return Capture(framework, steps, tuple(watched))


def _norm(state, name, running, settings):
    learnt = {field: state.get(f"{name}.{FIELDS[field]}") for field in ("gamma", "beta")}
    mean, variance = (values.astype(np.float32) for values in running)
    return Norm(
        name, "batch", **learnt, mean=mean, variance=variance, eps=settings.get("eps", 1e-5), momentum=0.1, batches=1000
    )
