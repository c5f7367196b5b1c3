"""What less exact arithmetic would have made of the rows of a capture."""

from collections.abc import Iterator

import numpy as np

from bncore.doctor.findings.captured.modes import gap
from bncore.doctor.findings.captured.steps import Steps
from bncore.doctor.findings.finding import Finding, finding, named
from bncore.doctor.findings.kinds import KINDS
from bncore.doctor.findings.weights.telling import channels_where
from bncore.doctor.precision import ARITHMETICS, moments_in
from bncore.findings.numbers import three

LESS_EXACT = ("squares", "float16", "bfloat16")
FEWEST = 8  # rows that make a batch worth it


def low_precision(steps: Steps) -> Iterator[Finding]:
    """By arithmetic, the channels whose output it would move; a constant channel has nothing to lose."""
    rows = steps.rows
    if len(rows) < FEWEST or not steps.sound.any():
        return
    mean, var = moments_in("exact", np.where(steps.sound, rows, 0.0))
    for name in LESS_EXACT:
        other, spread = moments_in(name, np.where(steps.sound, rows, 0.0))
        broken = ~np.isfinite(other + spread) | (spread + steps.eps <= 0)
        usable = np.where(broken, 0.0, np.maximum(spread, 0.0))
        apart = np.where(broken, np.inf, gap(steps.eps, mean, var, np.where(broken, mean, other), usable))
        lost = steps.sound & (var > 0) & (apart > KINDS["low_precision"].threshold)
        if lost.any():
            channels = channels_where(lost, np.nan_to_num(apart, posinf=np.finfo(float).max))
            yield _lost(steps, name, channels, float(var[channels[0]]), float(spread[channels[0]]))


def _lost(steps: Steps, name: str, channels: tuple[int, ...], var: float, other: float) -> Finding:
    said = "is infinite" if np.isinf(other) else "is not a number" if np.isnan(other) else f"is {three(other)}"
    return finding(
        steps.name, "low_precision", channels, {"exact": var, "computed": other},
        f"computed {ARITHMETICS[name].told} the variance of channel {channels[0]} {said}, and exactly {three(var)}: "
        f"that arithmetic loses {named(channels, steps.channels)}.", None if name == "squares" else "note",
    )  # fmt: skip
