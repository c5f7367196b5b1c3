"""Channels whose variance is one example's."""

from collections.abc import Iterator

import numpy as np

from bncore.doctor.findings.captured.steps import Steps
from bncore.doctor.findings.finding import Finding, finding, named
from bncore.doctor.findings.kinds import KINDS
from bncore.doctor.findings.weights.telling import channels_where
from bncore.epsilon import reciprocal
from bncore.findings.numbers import three

FEWEST = 64  # numbers of which none is half of all by chance
TAILED = 30.0  # excess kurtosis that is worth a note


def heavy_tails(steps: Steps) -> Iterator[Finding]:
    """Over the rows of all steps."""
    rows = steps.rows[:, steps.sound]
    if len(rows) < FEWEST or not rows.size:
        return
    squares = np.square((rows - rows.mean(axis=0)) * reciprocal(np.abs(rows).max(axis=0)))
    whole = reciprocal(squares.sum(axis=0))
    share, kurtosis = np.zeros(steps.channels), np.zeros(steps.channels)
    share[steps.sound] = squares.max(axis=0) * whole
    kurtosis[steps.sound] = len(rows) * np.square(squares).sum(axis=0) * np.square(whole) - 3.0
    single = share > KINDS["heavy_tails"].threshold
    if single.any():
        channels = channels_where(single, share)
        yield finding(
            steps.name, "heavy_tails", channels, {"share": share[channels[0]], "rows": len(rows)},
            f"one of {len(rows):,} values has up to {three(100 * float(share[channels[0]]))} % of the variance of "
            f"{named(channels, steps.channels)}: it shrinks all others.",
        )  # fmt: skip
    elif (kurtosis > TAILED).any():
        channels = channels_where(kurtosis > TAILED, kurtosis)
        yield finding(
            steps.name, "heavy_tails", channels, {"kurtosis": kurtosis[channels[0]]},
            f"the input of {named(channels, steps.channels)} has heavy tails, an excess kurtosis of up to "
            f"{three(float(kurtosis[channels[0]]))}: few values make its variance.", "note",
        )  # fmt: skip
