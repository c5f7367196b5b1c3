"""How much statistics of batches of this size stray."""

from collections.abc import Iterator

import numpy as np

from bncore.doctor.findings.captured.steps import Steps
from bncore.doctor.findings.finding import Finding, finding
from bncore.doctor.findings.kinds import KINDS
from bncore.doctor.findings.weights.seen import Floats
from bncore.findings.numbers import counted, three


def noisy_statistics(steps: Steps) -> Iterator[Finding]:
    """How far the means and the deviations of these batches lay apart, in the median channel.

    What was seen, and no bound on it: `SamplingLaw` allows for the worst that a few batches leave open.
    """
    varies = steps.sound & (steps.variances > 0).any(axis=1)
    if steps.batches < 2 or not varies.any():
        return
    means, deviations = steps.means[varies], np.sqrt(steps.variances[varies])
    size = np.sqrt(np.square(deviations).mean(axis=1))
    moved, scaled = (_strays(values, size) for values in (means, deviations))
    if max(moved, scaled) <= KINDS["noisy_statistics"].threshold:
        return
    yield finding(
        steps.name, "noisy_statistics", (), {"moved": moved, "scaled": scaled, "numbers": steps.numbers},
        f"from batch to batch, of {counted(steps.numbers, 'number')} each, the mean strayed by {three(moved)} "
        f"deviations and the deviation by {three(100 * scaled)} % (one standard error over {steps.batches:,} batches, "
        "the median channel).",
    )  # fmt: skip


def _strays(values: Floats, size: Floats) -> float:
    """The standard deviation of a channel's values (C, K) over its batches, in units of its `size` (C,)."""
    return float(np.median((values / size[:, None]).std(axis=1, ddof=1)))
