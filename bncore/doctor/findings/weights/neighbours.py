"""Statistics of another order of magnitude than those around them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bncore.doctor.findings.finding import Finding, Severity
from bncore.doctor.findings.kinds import KINDS
from bncore.doctor.findings.weights.seen import Floats, Mask, Seen
from bncore.doctor.findings.weights.telling import channels_where, of_channels, told
from bncore.findings.numbers import three

BESIDE = 2  # norms looked at on either side
FAR = 1e3  # deviations from 0 that no mean of a channel among others is
SMALL_VARIANCE, SMALL_MEAN = 0.02, 0.1  # of the squared weights in front, and in deviations
RAW = 10.0  # times as much is asked without a weight in front


@dataclass(frozen=True, eq=False)
class Sizes:
    """Of a norm's usable channels: the variance (by the sum of the squared weights in front) and |mean|/√(v + ε)."""

    seen: Seen
    usable: Mask
    variance: Floats
    mean: Floats
    weighed: bool

    @property
    def middle(self) -> tuple[float, float]:
        """The medians of both."""
        return float(np.median(self.variance[self.usable])), float(np.median(self.mean[self.usable]))


def sizes(seen: Seen) -> Sizes | None:
    """The sizes of a norm that has been updated; None where no channel can be used."""
    if seen.mean is None or seen.variance is None or seen.idle:
        return None
    usable = seen.sound & ~seen.dead & ~seen.untouched & (seen.variance > 0)
    weighed = seen.front is not None and bool(np.isfinite(seen.front.power).all() and (seen.front.power > 0).any())
    power = seen.front.power if weighed and seen.front is not None else np.ones(seen.channels)
    usable &= power > 0
    if not usable.any():
        return None
    variance = np.where(usable, seen.variance, 1.0)
    mean = np.where(usable, np.abs(seen.mean), 0.0) / np.sqrt(variance + seen.eps)
    return Sizes(seen, usable, variance / np.where(usable, power, 1.0), mean, weighed)


def scale_factor(measured: Sequence[Sizes]) -> Iterator[Finding]:
    """Statistics that must all have been multiplied, or divided, by one number."""
    limit = KINDS["scale_factor"].threshold
    variances, far = ([one.middle[i] for one in measured] for i in (0, 1))
    if len(measured) < 2:
        return
    if np.median(far) > limit and min(far) > limit / 3.0:
        yield _scaled(
            {"far": float(np.median(far))},
            f"the running means are far from 0, typically {three(float(np.median(far)))} deviations: means and "
            "variances were multiplied by one factor, such as Caffe's scale factor, by which they are to be divided.",
        )
    elif all(one.weighed for one in measured) and max(variances) < SMALL_VARIANCE and max(far) < SMALL_MEAN:
        yield _scaled(
            {"size": float(np.median(variances))},
            f"the running variances are small, typically {three(float(np.median(variances)))} of the squared weights "
            "in front: means and variances were divided by one factor, such as Caffe's scale factor, once too often.",
        )


def _scaled(values: dict[str, float], sentence: str) -> Finding:
    return Finding("", "scale_factor", KINDS["scale_factor"].severity, (), values, f"In all norms {sentence}")


def unlike_neighbours(measured: Sequence[Sizes]) -> Iterator[Finding]:
    """Layers beyond all of those that stand beside them; two layers tell only where weights in front are known."""
    for place, one in enumerate(measured):
        around = [*measured[max(0, place - BESIDE) : place], *measured[place + 1 : place + 1 + BESIDE]]
        around = [other for other in around if other.weighed == one.weighed]
        if len(around) >= (1 if one.weighed else 2):
            yield from _unlike(one, around, first=place == 0)


def _unlike(one: Sizes, around: Sequence[Sizes], first: bool) -> Iterator[Finding]:
    limit = KINDS["unlike_neighbours"].threshold * (1.0 if one.weighed else RAW)
    (variance, mean), others = one.middle, [other.middle for other in around]
    low, high, farthest = min(v for v, _ in others), max(v for v, _ in others), max(m for _, m in others)
    odd = not one.weighed or abs(np.log(variance)) > max(abs(np.log(low)), abs(np.log(high)))
    by = ", measured by the weights in front," if one.weighed else ""
    above = variance > limit * high
    if odd and (above or variance * limit < low):
        times = variance / high if above else low / variance
        yield told(
            one.seen, "unlike_neighbours", (), {"times": times},
            f"the running variances{by} are typically {three(times)} times "
            f"{'above the largest' if above else 'below the smallest'} of the neighbouring norms'.",
            "note" if first and above else None,
        )  # fmt: skip
    elif mean > limit * farthest and mean > FAR:
        yield told(
            one.seen, "unlike_neighbours", (), {"times": mean / farthest, "deviations": mean},
            f"the running means are typically {three(mean)} deviations from 0, {three(mean / farthest)} times as far "
            "as the neighbouring norms'.",
        )  # fmt: skip


def channel_unlike(one: Sizes) -> Iterator[Finding]:
    """Channels beyond the median of their layer."""
    limit, (variance, mean) = KINDS["channel_unlike"].threshold, one.middle
    wide = one.usable & (one.variance > limit * variance)
    far = one.usable & (one.mean > FAR) & (one.mean > limit * mean)
    severity: Severity | None = None if one.weighed else "note"
    if wide.any():
        channels = channels_where(wide, one.variance)
        times = float(one.variance[channels[0]] / variance)
        by = ", measured by the weights in front," if one.weighed else ""
        yield told(
            one.seen, "channel_unlike", channels, {"times": times},
            f"the running variance of {of_channels(one.seen, channels)}{by} is up to {three(times)} times the layer's "
            "median.", severity,
        )  # fmt: skip
    elif far.any():
        channels = channels_where(far, one.mean)
        yield told(
            one.seen, "channel_unlike", channels, {"deviations": one.mean[channels[0]]},
            f"the running mean of {of_channels(one.seen, channels)} is up to {three(float(one.mean[channels[0]]))} "
            "deviations from 0, unlike the layer's others.", severity,
        )  # fmt: skip
