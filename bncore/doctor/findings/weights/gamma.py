"""Gains that switch a channel off, turn it round or let it drown the others."""

from collections.abc import Iterator

import numpy as np

from bncore.doctor.findings.finding import Finding, Severity, share
from bncore.doctor.findings.kinds import KINDS
from bncore.doctor.findings.weights.seen import Floats, Mask, Seen
from bncore.doctor.findings.weights.telling import channels_where, of_channels, told
from bncore.findings.numbers import three
from bncore.findings.saturation import tail_bound

LARGE = 10.0  # a gain that training rarely goes beyond


def gamma_dead(seen: Seen) -> Iterator[Finding]:
    """Channels that γ switches off, those out of use altogether apart from those whose input is alive."""
    if seen.gamma is None or not seen.dead.any():
        return
    unused = np.zeros(seen.channels, bool) if seen.variance is None else seen.sound & (seen.variance <= seen.eps)
    for mask, alive in ((seen.dead & ~unused, True), (seen.dead & unused, False)):
        if mask.any():
            yield _dead(seen, seen.gamma, mask, alive)


def _dead(seen: Seen, gamma: Floats, mask: Mask, alive: bool) -> Finding:
    channels = channels_where(mask, -np.abs(gamma))
    largest = float(np.abs(gamma[mask]).max())
    begins = len(channels) == seen.channels and largest == 0 and _begins(seen)
    severity: Severity = "note" if begins or not alive or seen.norm.kind == "rms" else "warning"
    size = "0" if largest == 0 else f"{three(largest)} or less"
    follows = "what comes in no longer matters there" if alive else "training has put them out of use"
    return told(
        seen, "gamma_dead", channels, {"gamma": largest, "count": len(channels)},
        f"|γ| of {of_channels(seen, channels)} is {size}, so the output is β: {follows}.", severity,
    )  # fmt: skip


def _begins(seen: Seen) -> bool:
    """Whether nothing tells that the layer was trained: no batch is counted, and no statistics have been touched."""
    return seen.new or seen.norm.batches == 0 or (seen.norm.batches is None and seen.variance is None)


def gamma_negative(seen: Seen) -> Iterator[Finding]:
    """Channels that γ turns round; most of them is no accident of training."""
    if seen.gamma is None or not (seen.sound & (seen.gamma < 0) & ~seen.dead).any():
        return
    channels = channels_where(seen.sound & (seen.gamma < 0) & ~seen.dead, -seen.gamma)
    part = len(channels) / seen.channels
    chance = float(tail_bound(np.array([part]), seen.channels, 0.5)[0])
    most = chance <= KINDS["gamma_negative"].threshold and seen.norm.kind != "rms"
    lowest = float(seen.gamma[channels[0]])
    follows = (
        "as γ begins at 1, a sign was probably turned" if most else "training may do that; x̂ is turned round there"
    )
    yield told(
        seen, "gamma_negative", channels, {"gamma": lowest, "count": len(channels)},
        f"γ is below 0 in {share(channels, seen.channels)}, down to {three(lowest)}: {follows}.",
        "warning" if most else "note",
    )  # fmt: skip


def gamma_huge(seen: Seen) -> Iterator[Finding]:
    """Channels whose gain leaves the others no say."""
    if seen.gamma is None or not (seen.sound & ~seen.dead).any():
        return
    size, limit = np.where(seen.sound, np.abs(seen.gamma), 0.0), KINDS["gamma_huge"].threshold
    usual = float(np.median(size[seen.sound & ~seen.dead]))
    huge = (size > LARGE) & ((size > limit * usual) | (usual > limit))
    if not huge.any():
        return
    yield _huge(seen, channels_where(huge, size), float(size.max()), usual)


def _huge(seen: Seen, channels: tuple[int, ...], largest: float, usual: float) -> Finding:
    if usual > KINDS["gamma_huge"].threshold:
        size_of, follows = three(largest), "what comes next gets numbers of that size"
    else:
        size_of = f"{three(largest)}, {three(largest / usual)} times the layer's median"
        follows = "the layer's other channels hardly matter beside it"
    return told(
        seen, "gamma_huge", channels, {"gamma": largest, "median": usual, "count": len(channels)},
        f"|γ| of {of_channels(seen, channels)} goes up to {size_of}: {follows}.",
    )  # fmt: skip
