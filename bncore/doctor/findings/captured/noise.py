"""How much statistics of batches of this size stray."""

from collections.abc import Iterator

import numpy as np

from bncore.doctor.findings.captured.steps import Steps
from bncore.doctor.findings.finding import Finding, finding
from bncore.doctor.findings.kinds import KINDS
from bncore.findings.numbers import counted, three


def noisy_statistics(steps: Steps) -> Iterator[Finding]:
    """The median channel's standard errors of the mean and of the deviation, of one batch."""
    varies = steps.sound & (steps.variances > 0).any(axis=1)
    if steps.batches < 2 or not varies.any():
        return
    law, at = steps.law, varies[steps.sound]
    moved = float(np.median(np.sqrt(np.maximum(law.share, 1.0 / steps.numbers))[at]))
    scaled = float(np.median(law.contrast[at])) / 2.0
    if max(moved, scaled) <= KINDS["noisy_statistics"].threshold:
        return
    yield finding(
        steps.name, "noisy_statistics", (), {"moved": moved, "scaled": scaled, "numbers": steps.numbers},
        f"at {counted(steps.numbers, 'number')} a batch the mean strays by about {three(moved)} deviations and the "
        f"deviation by about {three(100 * scaled)} % from batch to batch (one standard error, the median channel).",
    )  # fmt: skip
