"""Folded scales and weights that float16 or int8 cannot hold."""

from collections.abc import Iterator

import numpy as np

from bncore.doctor.findings.finding import Finding, Severity, share
from bncore.doctor.findings.kinds import KINDS
from bncore.doctor.findings.weights.seen import Floats, Mask, Seen
from bncore.doctor.findings.weights.telling import channels_where, of_channels, told
from bncore.findings.numbers import three

VANISHES = 2.0**-25  # half of float16's smallest number: it and what is below rounds to 0


def _usable(seen: Seen) -> Mask:
    """The channels in use that have a scale: where variance and ε are both 0 there is none."""
    usable = seen.sound & ~seen.dead
    return usable if seen.variance is None else usable & (seen.variance + seen.eps > 0)


def _finite(values: Floats) -> Floats:
    """The values, 0 for those that are none."""
    return np.where(np.isfinite(values), values, 0.0)


def float16_reach(seen: Seen) -> Iterator[Finding]:
    """What is left of the layer when it is folded in float16."""
    limit, usable = KINDS["float16_reach"].threshold, _usable(seen)
    measured = {"γ/√(v + ε)": np.abs(seen.scale), "β − γ mean/√(v + ε)": np.abs(seen.shift)}
    if seen.front is not None:
        measured["the folded weight"] = _finite(seen.front.largest) * np.abs(seen.scale)
    for what, size in measured.items():
        if (usable & (size > limit)).any():
            yield _beyond(seen, what, size)
            return
    size = measured["γ/√(v + ε)"]
    if (usable & (size <= VANISHES)).any():
        channels = channels_where(usable & (size <= VANISHES), -size)
        yield told(
            seen, "float16_reach", channels, {"value": size[channels[0]], "limit": VANISHES},
            f"γ/√(v + ε) of {of_channels(seen, channels)} is {three(float(size[channels[0]]))}, which float16 rounds "
            "to 0.",
        )  # fmt: skip


def _beyond(seen: Seen, what: str, size: Floats) -> Finding:
    limit = KINDS["float16_reach"].threshold
    channels = channels_where(_usable(seen) & (size > limit), size)
    largest = float(size[channels[0]])
    return told(
        seen, "float16_reach", channels, {"value": largest, "limit": limit},
        f"{what} of {of_channels(seen, channels)} goes up to {three(largest)}, beyond float16's {limit:,.0f}: there it "
        "is infinite.",
    )  # fmt: skip


def int8_reach(seen: Seen) -> Iterator[Finding]:
    """Channels that one scale for the whole folded tensor rounds to 0."""
    if seen.variance is None or seen.idle:
        return
    usable, size = _usable(seen), np.abs(seen.scale)
    if seen.front is not None:
        size = size * _finite(seen.front.largest)
    usable &= size > 0
    if not usable.any():
        return
    largest = float(size[usable].max())
    lost = usable & (size * KINDS["int8_reach"].threshold < largest)
    if not lost.any():
        return
    channels = channels_where(lost, -size)
    severity: Severity = "warning" if 2 * len(channels) > usable.sum() else "note"
    what = "folded weights" if seen.front is not None else "γ/√(v + ε)"
    yield told(
        seen, "int8_reach", channels, {"largest": largest, "smallest": size[channels[0]], "count": len(channels)},
        f"the {what} of {share(channels, seen.channels)} are less than 1/254 of the largest channel's, down to "
        f"1/{three(largest / float(size[channels[0]]))}: int8 with one scale for the layer rounds them to 0.", severity,
    )  # fmt: skip
