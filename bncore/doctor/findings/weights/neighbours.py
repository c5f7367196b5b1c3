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
USUAL_MEAN = 0.4  # deviations, of the norms of trained networks: from 0.06 to 1.6
EITHER = 10.0  # what the means and each norm's variances must show of a factor
FAR_IN_ALL = 6.0  # deviations, where the means are all that is known
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
    """Statistics that must all have been multiplied, or divided, by one number, which the first norm's units hide."""
    first, inner = measured[:1], [one for one in measured[1:] if one.weighed]
    if not inner:
        yield from _far_in_all([one.middle[1] for one in measured])
        return
    variances, means = ([one.middle[i] for one in inner] for i in (0, 1))
    size, far = float(np.median(variances)), float(np.median(means))
    together, of_first, limit = np.sqrt(size * _by_mean(far)), first[0].middle[1], KINDS["scale_factor"].threshold
    if together > limit and min(_by_mean(far), *variances) > EITHER and of_first > USUAL_MEAN:
        yield _scaled(_multiplied(far), {"far": far, "size": size})
    elif together * limit < 1 and max(_by_mean(far), *variances) * EITHER < 1 and of_first < USUAL_MEAN:
        yield _scaled(
            f"the running variances are small, typically {three(size)} of the squared weights in front, and the means "
            f"near 0, typically {three(far)} deviations: both were divided by one factor, such as Caffe's scale "
            "factor, once too often.", {"far": far, "size": size},
        )  # fmt: skip


def _by_mean(far: float) -> float:
    """The factor that a mean so many deviations from 0 shows."""
    return (far / USUAL_MEAN) ** 2


def _far_in_all(far: Sequence[float]) -> Iterator[Finding]:
    """By the means alone, as no weight in front is known."""
    if len(far) > 1 and np.median(far) > FAR_IN_ALL and min(far) > FAR_IN_ALL / 3.0:
        yield _scaled(_multiplied(float(np.median(far))), {"far": float(np.median(far))})


def _multiplied(far: float) -> str:
    return (
        f"the running means are far from 0, typically {three(far)} deviations: means and variances were multiplied by "
        "one factor, such as Caffe's scale factor, by which they are to be divided."
    )


def _scaled(sentence: str, values: dict[str, float]) -> Finding:
    return Finding("", "scale_factor", KINDS["scale_factor"].severity, (), values, f"In all norms {sentence}")


def unlike_neighbours(measured: Sequence[Sizes]) -> Iterator[Finding]:
    """Layers beyond all that stand beside them; of two, the variances tell only where weights in front are known."""
    for one in measured:
        alike = _beside(one, [other for other in measured if other.weighed == one.weighed])
        comparable = len(alike) >= (1 if one.weighed else 2)
        variances = list(_unlike_variances(one, alike, first=one is measured[0])) if comparable else []
        yield from variances or _unlike_means(one, _beside(one, measured))


def _beside(one: Sizes, measured: Sequence[Sizes]) -> list[Sizes]:
    """The norms next to one among these."""
    place = next(at for at, other in enumerate(measured) if other is one)
    return [*measured[max(0, place - BESIDE) : place], *measured[place + 1 : place + 1 + BESIDE]]


def _unlike_variances(one: Sizes, around: Sequence[Sizes], first: bool) -> Iterator[Finding]:
    limit = KINDS["unlike_neighbours"].threshold * (1.0 if one.weighed else RAW)
    variance, others = one.middle[0], [other.middle[0] for other in around]
    low, high = min(others), max(others)
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


def _unlike_means(one: Sizes, around: Sequence[Sizes]) -> Iterator[Finding]:
    """Means in deviations, which have no unit."""
    mean, farthest = one.middle[1], max((other.middle[1] for other in around), default=np.inf)
    if mean > KINDS["unlike_neighbours"].threshold * farthest and mean > FAR:
        yield told(
            one.seen, "unlike_neighbours", (), {"times": mean / farthest, "deviations": mean},
            f"the running means are typically {three(mean)} deviations from 0, {three(mean / farthest)} times as far "
            "as the neighbouring norms'.",
        )  # fmt: skip


def channel_unlike(one: Sizes) -> Iterator[Finding]:
    """Channels beyond the median of their layer."""
    assert one.seen.variance is not None
    limit, (variance, mean) = KINDS["channel_unlike"].threshold, one.middle
    wide = one.usable & (one.variance > limit * variance)
    far = one.usable & (one.mean > FAR) & (one.mean > limit * mean) & (one.seen.variance > one.seen.eps)
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
    if far.any():
        channels = channels_where(far, one.mean)
        yield told(
            one.seen, "channel_unlike", channels, {"deviations": one.mean[channels[0]]},
            f"the running mean of {of_channels(one.seen, channels)} is up to {three(float(one.mean[channels[0]]))} "
            "deviations from 0, unlike the layer's others.",
        )  # fmt: skip
