"""What the steps of a capture say of one norm, with what the rules ask of them worked out once."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from bncore.doctor.capture import Watched
from bncore.doctor.findings.weights.seen import DEFAULT_EPS, DEFAULT_MOMENTUM, Floats, Mask
from bncore.doctor.merge import Merged, merged
from bncore.findings.sampling_law import SamplingLaw, law_of_batches, sampling_law


@dataclass(frozen=True, eq=False)
class Steps:
    """A batch norm that was watched in K steps of the same size: its batches' means and biased variances (C, K).

    `numbers` is how many values of a channel each of those batches has.
    """

    watched: Watched
    numbers: int
    means: Floats
    variances: Floats

    @property
    def name(self) -> str:
        """The norm's name."""
        return self.watched.norm.name

    @property
    def channels(self) -> int:
        """C."""
        return len(self.means)

    @property
    def batches(self) -> int:
        """K."""
        return int(self.means.shape[1])

    @property
    def eps(self) -> float:
        """ε, by default PyTorch's."""
        return DEFAULT_EPS if self.watched.norm.eps is None else self.watched.norm.eps

    @property
    def averaged(self) -> float:
        """How many batches the running average is worth: (2 - m)/m, of a cumulative one as many as it has seen."""
        momentum = self.watched.norm.momentum
        if momentum == 0 or momentum is None:
            return float(self.watched.norm.batches or (2.0 - DEFAULT_MOMENTUM) / DEFAULT_MOMENTUM)
        return (2.0 - momentum) / momentum

    @cached_property
    def sound(self) -> Mask:
        """The channels (C,) of which all that was seen and kept is a number."""
        sound: Any = np.isfinite(self.means).all(axis=1) & np.isfinite(self.variances).all(axis=1)
        for kept in (self.running_mean, self.running_var):
            sound &= kept is None or np.isfinite(kept)
        mask: Mask = sound if self.running_var is None else sound & (self.running_var >= 0)
        return mask

    @cached_property
    def running_mean(self) -> Floats | None:
        """The running mean before the first step (C,)."""
        return _as64(self.watched.norm.mean)

    @cached_property
    def running_var(self) -> Floats | None:
        """The running variance before the first step (C,)."""
        return _as64(self.watched.norm.variance)

    @cached_property
    def gamma(self) -> Floats:
        """γ (C,)."""
        gamma = _as64(self.watched.norm.gamma)
        return np.ones(self.channels) if gamma is None else gamma

    @cached_property
    def exact(self) -> Merged:
        """The moments of all steps together, the variance between batches included."""
        parts = [self.watched.moments[step] for step in self.watched.ran]
        with np.errstate(invalid="ignore", over="ignore"):
            return merged(parts)

    @cached_property
    def law(self) -> SamplingLaw:
        """How the batches' means and variances stray, from their own spread over the steps; of sound channels alone.

        One step is held by its own numbers, as if all were of one image.
        """
        if self.batches > 1:
            return law_of_batches(self.means[self.sound], self.variances[self.sound], self.numbers)
        rows = self.rows
        return sampling_law(rows.T[self.sound], max(len(rows), 1))

    @cached_property
    def rows(self) -> Floats:
        """The rows that were kept of all steps (n, C)."""
        return np.concatenate([self.watched.x(step) for step in self.watched.ran]).astype(np.float64)


def steps_of(watched: Watched) -> Steps | None:
    """The steps of a batch norm that ran; those of another size than most, such as an epoch's last, are left out."""
    ran = watched.ran
    if not ran or not watched.moments or not watched.x(ran[0]).shape[1]:
        return None
    numbers = Counter(watched.counts[step] for step in ran).most_common(1)[0][0]
    parts = [watched.moments[step] for step in ran if watched.counts[step] == numbers]
    means, variances = (np.stack([getattr(part, name) for part in parts], axis=1) for name in ("mean", "var"))
    return Steps(watched, numbers, means, variances)


def _as64(values: np.ndarray | None) -> Floats | None:
    return None if values is None else values.astype(np.float64)
