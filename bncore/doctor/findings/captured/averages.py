"""What the ways of keeping statistics make of a capture: averaged beside exact variances, folded beside plain."""

from collections.abc import Iterator

import numpy as np

from bncore.doctor.findings.captured.modes import gap
from bncore.doctor.findings.captured.steps import Steps
from bncore.doctor.findings.finding import Finding, finding, named
from bncore.doctor.findings.kinds import KINDS
from bncore.doctor.findings.weights.seen import Floats
from bncore.doctor.findings.weights.telling import channels_where
from bncore.epsilon import reciprocal
from bncore.findings.numbers import three


def variance_between(steps: Steps) -> Iterator[Finding]:
    """What an average of the batches' variances leaves out."""
    if steps.batches < 2 or steps.numbers < 2:
        return
    exact = steps.exact
    averaged = steps.variances.mean(axis=1) * (steps.numbers / (steps.numbers - 1.0))
    apart = np.where(steps.sound, gap(steps.eps, exact.mean, exact.unbiased, exact.mean, averaged), 0.0)
    wide = apart > KINDS["variance_between"].threshold
    if not wide.any():
        return
    channels = channels_where(wide, apart)
    worst = channels[0]
    kept = "" if steps.running_var is None else f", the running one is {three(float(steps.running_var[worst]))}"
    yield finding(
        steps.name, "variance_between", channels,
        {"gap": apart[worst], "exact": exact.unbiased[worst], "averaged": averaged[worst]},
        f"averaging the variances of {steps.batches} batches gives {three(float(averaged[worst]))} in channel {worst}, "
        f"their exact variance is {three(float(exact.unbiased[worst]))}{kept}: the output differs by "
        f"{three(float(apart[worst]))} |γ|.",
    )  # fmt: skip


def folding_rounds(steps: Steps) -> Iterator[Finding]:
    """What folding in float32 makes of the rows: of channels in use alone."""
    if steps.running_mean is None or steps.running_var is None:
        return
    rounding = np.where(steps.sound, _rounding(steps, steps.running_mean, np.maximum(steps.running_var, 0.0)), 0.0)
    wide = rounding > KINDS["folding_rounds"].threshold
    if wide.any():
        channels = channels_where(wide, rounding)
        yield finding(
            steps.name, "folding_rounds", channels, {"gap": rounding[channels[0]]},
            f"folded into the layer in front in float32, {named(channels, steps.channels)} would be off by up to "
            f"{three(float(rounding[channels[0]]))} |γ|, as the mean is far from 0.",
        )  # fmt: skip


def _rounding(steps: Steps, mean: Floats, var: Floats) -> Floats:
    """The largest |folded in float32 − exact| of all rows, in units of |γ| (C,)."""
    scale = reciprocal(np.sqrt(var + steps.eps))
    rows = steps.rows.astype(np.float32)
    folded = rows * scale.astype(np.float32) - (mean * scale).astype(np.float32)
    apart: Floats = np.abs(folded.astype(np.float64) - (rows - mean) * scale).max(axis=0, initial=0.0)
    return np.nan_to_num(apart)
