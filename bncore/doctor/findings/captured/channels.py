"""Channels through which nothing comes, forward or backward."""

import math
from collections.abc import Iterator
from statistics import NormalDist

import numpy as np

from bncore.doctor.capture import Watched
from bncore.doctor.findings.captured.steps import Steps
from bncore.doctor.findings.finding import Finding, finding, named
from bncore.doctor.findings.kinds import KINDS
from bncore.doctor.findings.weights.seen import Floats, Mask
from bncore.doctor.findings.weights.telling import channels_where
from bncore.epsilon import reciprocal
from bncore.findings.numbers import counted, three

SINGLE = 2.0**-23  # the rounding that a constant may show
MANY = 1000  # numbers of which even a rare channel has some


def input_not_finite(watched: Watched) -> Iterator[Finding]:
    """NaN and infinities of the inputs, with the first step that has them."""
    for step in watched.ran:
        x = watched.x(step)
        broken: Mask = np.logical_not(np.isfinite(x).all(axis=tuple(axis for axis in range(x.ndim) if axis != 1)))
        if step in watched.moments:
            with np.errstate(invalid="ignore"):
                broken |= ~np.isfinite(watched.moments[step].mean + watched.moments[step].var)
        if broken.any():
            channels = channels_where(broken, np.zeros(len(broken)))
            yield finding(
                watched.norm.name, "input_not_finite", channels, {"step": step},
                f"what comes into {named(channels, len(broken))} is not finite in step {step}, nor is what goes out.",
            )  # fmt: skip
            return


def constant_input(steps: Steps) -> Iterator[Finding]:
    """Channels that do not vary over all steps."""
    total = steps.batches * steps.numbers
    exact = steps.exact
    constant = steps.sound & (np.sqrt(exact.var) <= SINGLE * np.abs(exact.mean))
    if total < KINDS["constant_input"].threshold or not constant.any():
        return
    rare = _may_be_rare(steps, exact.mean) & (total < MANY)
    for mask, severity in ((constant & ~rare, None), (constant & rare, "note")):
        if mask.any():
            channels = channels_where(mask, -np.abs(exact.mean))
            yield finding(
                steps.name, "constant_input", channels, {"value": exact.mean[channels[0]], "numbers": total},
                f"all {counted(total, 'number')} of {named(channels, steps.channels)} are the same "
                f"({three(float(exact.mean[channels[0]]))} in channel {channels[0]}): x̂ is 0 there, and y is β.",
                "note" if severity else None,
            )  # fmt: skip


def _may_be_rare(steps: Steps, value: Floats) -> Mask:
    """Channels whose running statistics leave all numbers the chance of one value.

    What has a share p of its numbers at one value has a mean at most √((1 − p)/p) deviations from it (Cantelli). As
    numbers of one image are alike, but the root of a batch's counts.
    """
    if steps.running_mean is None or steps.running_var is None:
        return np.zeros(steps.channels, bool)
    varied = steps.running_var > 10.0 * steps.eps
    away = np.square(steps.running_mean - value) * reciprocal(np.where(varied, steps.running_var, np.inf))
    chance = np.power(1.0 + away, -steps.batches * math.sqrt(steps.numbers))
    rare: Mask = varied & (chance >= KINDS["no_gradient"].threshold)
    return rare


def no_gradient(watched: Watched) -> Iterator[Finding]:
    """Channels whose dy is 0 in every row, unless their β makes that likely."""
    gradients = [dy for step in watched.ran if (dy := watched.dy(step)) is not None]
    if not gradients:
        return
    axes = [tuple(axis for axis in range(dy.ndim) if axis != 1) for dy in gradients]
    nothing = np.all([(dy == 0).all(axis=over) for dy, over in zip(gradients, axes, strict=True)], axis=0)
    if not nothing.any() or nothing.all():
        return
    draws = sum(math.sqrt(dy.size / dy.shape[1]) for dy in gradients)
    chance = np.array([_flat(watched, channel) ** draws for channel in range(len(nothing))])
    dead = nothing & (chance < KINDS["no_gradient"].threshold)
    if dead.any():
        channels = channels_where(dead, np.zeros(len(nothing)))
        yield finding(
            watched.norm.name, "no_gradient", channels, {"count": len(channels)},
            f"no gradient comes back to {named(channels, len(nothing))} in any of "
            f"{counted(len(gradients), 'step')}: what follows is dead there.",
        )  # fmt: skip


def _flat(watched: Watched, channel: int) -> float:
    """The share of a bell at which a ReLU behind is flat, a half at least."""
    norm = watched.norm
    gamma, beta = (None if each is None else float(each[channel]) for each in (norm.gamma, norm.beta))
    if not beta or gamma == 0 or not math.isfinite(beta):
        return 0.5
    return max(0.5, NormalDist().cdf(-beta / abs(gamma if gamma is not None else 1.0)))
