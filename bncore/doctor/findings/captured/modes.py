"""How far training and inference are apart, and which statistics are to blame."""

from collections.abc import Iterator

import numpy as np

from bncore.doctor.findings.captured.held import hold
from bncore.doctor.findings.captured.steps import Steps
from bncore.doctor.findings.finding import Finding, finding, named
from bncore.doctor.findings.kinds import KINDS
from bncore.doctor.findings.weights.seen import Floats
from bncore.doctor.findings.weights.telling import channels_where
from bncore.epsilon import reciprocal
from bncore.findings.numbers import counted, three


def gap(eps: float, mean: Floats, var: Floats, other_mean: Floats, other_var: Floats) -> Floats:
    """Root mean square of x̂ by one mean and variance minus x̂ by others (C,), over inputs that have the first ones.

    >>> one, two = np.array([0.0]), np.array([1.0])
    >>> gap(0.0, one, two, np.array([0.3]), two)
    array([0.3])
    """
    by, other = (reciprocal(np.sqrt(values + eps)) for values in (var, other_var))
    apart: Floats = np.hypot(np.sqrt(var) * (by - other), (mean - other_mean) * other)
    return apart


def mode_gap(steps: Steps, level: float) -> Iterator[Finding]:
    """Channels whose running statistics are not those of the capture; `level` is the chance of a healthy norm."""
    if steps.running_mean is None or steps.running_var is None or steps.watched.norm.batches == 0:
        return
    held = hold(steps, level)
    exact = steps.exact
    apart = gap(steps.eps, exact.mean, exact.unbiased, steps.running_mean, np.maximum(steps.running_var, 0.0))
    apart = np.where(steps.sound, apart, 0.0)
    wide = held.off & (apart > KINDS["mode_gap"].threshold)
    of = f"{counted(steps.batches, 'batch', 'batches')} of {counted(steps.numbers, 'number')}"
    if wide.any():
        channels = channels_where(wide, apart)
        worst = channels[0]
        yield finding(
            steps.name, "mode_gap", channels,
            {"gap": apart[worst], "errors": held.errors[worst], "batches": steps.batches, "numbers": steps.numbers},
            f"training and inference differ by up to {three(float(apart[worst]))} |γ| in "
            f"{named(channels, steps.channels)}: the running statistics are {_errors(float(held.errors[worst]))} from "
            f"those of {of}.",
        )  # fmt: skip
    elif held.off.any():
        channels = channels_where(held.off, held.errors)
        yield finding(
            steps.name, "statistics_off", channels, {"gap": apart[held.off].max(), "errors": held.errors[channels[0]]},
            f"the running statistics of {named(channels, steps.channels)} are "
            f"{_errors(float(held.errors[channels[0]]))} from those of {of}, which changes the output by "
            f"{three(float(apart[held.off].max()))} |γ| at most.",
        )  # fmt: skip


def _errors(errors: float) -> str:
    """What they are by the larger of all estimates of a standard error: there may be more."""
    return f"at least {three(errors) if errors < 1000 else 'a thousand'} standard errors"


def frozen(steps: Steps) -> Iterator[Finding]:
    """A norm that ran by its running statistics while the model was trained."""
    if steps.watched.mode == "inference":
        yield finding(
            steps.name, "frozen", (), {},
            "it normalized by its running statistics in training steps: it is frozen, and its gradient takes them for "
            "constants.",
        )  # fmt: skip
