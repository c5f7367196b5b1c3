"""The playground's headline: what the hand last did, or else what batch norm makes of the batch.

It concludes in at most 20 words with at most three numbers. Every number is the result's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.figures.notation import symbol
from app.figures.numbers import apart, is_rounding, stated, three
from bncore.playground.chain import Playground, Walked
from bncore.playground.moments import Moments, moments_of, stirred

DENOMINATORS = {"variance": "√(σ²+ε)", "deviation": "σ+ε"}
HARDLY_OFF = 5e-4  # of 1, by which three digits of a deviation do not show epsilon
MOST_WORDS, MOST_NUMBERS = 20, 3
NUMBER = re.compile(r"(?<![\w/²])[−-]?\d[\d,]*(?:\.\d+)?(?:e[−-]?\d+)?")


@dataclass(frozen=True)
class Told:
    """A walked batch, and how its features and symbols are called."""

    walk: Walked
    names: tuple[str, ...]
    notation: str
    x_scale: float = 1.0

    @cached_property
    def moments(self) -> dict[str, Moments]:
        return moments_of(self.walk)

    @property
    def unit(self) -> float:
        """The unit in the last place of the numbers that the view is computed in."""
        return unit_of(self.walk)

    @property
    def trains(self) -> bool:
        return self.walk.layer.mode == "train"

    @property
    def moved(self) -> list[int]:
        """The features that gamma or beta moves."""
        forward = self.walk.forward
        return np.flatnonzero((forward.gamma != 1.0) | (forward.beta != 0.0)).tolist()

    def symbol(self, name: str) -> str:
        return symbol(name, self.notation)


def headline(told: Told) -> str:
    """The first of what might be said that is short enough, or the last."""
    if len(told.moved) == 1 and not undone(told.walk) and told.moments["x"].sd.any():
        return _one_moved(told, told.moved[0])
    candidates = list(_candidates(told))
    return next(filter(_is_short, candidates), candidates[-1])


def _is_short(text: str) -> bool:
    return len(text.split()) <= MOST_WORDS and len(NUMBER.findall(text)) <= MOST_NUMBERS


def _candidates(told: Told) -> Iterator[str]:
    if undone(told.walk):
        yield _undoing(told)
    elif told.trains and not told.moments["x"].sd.any():
        yield _nothing_varies(told)
    elif told.moved:
        yield from _acting(told)
    elif told.x_scale != 1.0:
        yield _scaled(told)
    else:
        yield from _plain(told)


def _nothing_varies(told: Told) -> str:
    one = told.walk.rows.shape[1] == 1
    why = "No feature varies: the batch has one example." if one else "No feature varies in this batch."
    shifted = f" and {told.symbol('y')} is {told.symbol('beta')}" if told.walk.forward.beta.any() else ""
    return f"{why} So every {told.symbol('x_hat')} is 0{shifted}."


def _acting(told: Told) -> Iterator[str]:
    by = "Normalized" if told.trains else "By the running statistics"
    acts = [(f"scaled by {told.symbol('gamma')}", bool((told.walk.forward.gamma != 1.0).any())),
            (f"shifted by {told.symbol('beta')}", bool(told.walk.forward.beta.any()))]  # fmt: skip
    what = f"{by}, then {' and '.join(words for words, is_so in acts if is_so)}, {told.symbol('y')} has"
    mean, sd = (_over(what_of, told, "y") for what_of in ("mean", "sd"))
    yield f"{what} {mean} and {sd}."
    yield f"{what} {sd}."


def _one_moved(told: Told, at: int) -> str:
    """What one feature's scale and shift make of it."""
    forward, y = told.walk.forward, told.moments["y"]
    values = (("gamma", float(forward.gamma[at]), 1.0), ("beta", float(forward.beta[at]), 0.0))
    set_to = ", ".join(f"{told.symbol(name)} = {stated(value)}" for name, value, usual in values if value != usual)
    mean = "0" if is_rounding(float(y.mean[at]), float(y.size[at]), told.unit) else three(float(y.mean[at]))
    name = told.names[at] if len(told.names[at].split()) <= 4 else f"feature {at}"
    return f"{set_to} on {name}: mean {mean}, deviation {three(float(y.sd[at]))}"


def _scaled(told: Told) -> str:
    times = f"Weights × {stated(told.x_scale)}"
    moved, x_hat = stirred(told.walk, told.x_scale), told.symbol("x_hat")
    if not told.trains:
        return f"{times}: {told.symbol('x')} and {x_hat} both follow, as running statistics stay what they were."
    if moved < HARDLY_OFF:
        return f"{times}: every {told.symbol('x')} follows, every {x_hat} stands still."
    return f"{times}: {x_hat}'s deviations move by up to {three(moved)}, as {told.symbol('eps')} weighs."


def _plain(told: Told) -> Iterator[str]:
    before = _before(told)
    for after in _after(told):
        yield f"{before}; {after}"
    for after in _after(told):
        yield f"{after[0].upper()}{after[1:]}"


def _before(told: Told) -> str:
    """How the features' deviations differ."""
    sd = told.moments["x"].sd
    low, high = int(np.argmin(sd)), int(np.argmax(sd))
    smallest, largest = float(sd[low]), float(sd[high])
    if len(sd) == 1:
        return f"The feature's deviation is {three(largest)}"
    if three(smallest) == three(largest):
        about = "" if is_rounding(largest - smallest, largest, told.unit) else "about "
        return f"Every feature has deviation {about}{three(largest)}"
    if smallest > 0:
        return f"Features' scales differ {apart(largest / smallest, 1.0)[0]}-fold"
    return f"Deviations run from 0 to {three(largest)}"


def _after(told: Told) -> Iterator[str]:
    if not told.trains:
        by, x_hat = "by the running statistics", told.symbol("x_hat")
        yield f"{by}, {x_hat} has {_over('mean', told, 'x_hat')} and {_over('sd', told, 'x_hat')}."
        yield f"{by}, {x_hat} has {_over('sd', told, 'x_hat')}."
        return
    varies = told.moments["x"].sd > 0
    sd = told.moments["x_hat"].sd[varies]
    who = "every feature" if varies.all() else "every feature that varies"
    least, most = float(sd.min()), float(sd.max())
    if 1.0 - least < HARDLY_OFF:
        yield f"normalized, {who} has mean 0 and deviation 1."
        return
    low, high = three(least), three(most)
    deviation = f"deviation {low}" if low == high else f"a deviation from {low} to {high}"
    yield f"normalized, {who} has mean 0 and {deviation}: {told.symbol('eps')} weighs."


def _over(what: str, told: Told, name: str) -> str:
    """One number that all features have, to three digits, or the two ends."""
    moments = told.moments[name]
    noun, values = ("mean", moments.mean) if what == "mean" else ("deviation", moments.sd)
    ends = (float(values.min()), float(values.max()))
    size = float(moments.size.max())
    low, high = ("0" if is_rounding(end, size, told.unit) else three(end) for end in ends)
    return f"{noun} {low}" if low == high else f"{noun}s from {low} to {high}"


def _undoing(told: Told) -> str:
    x, y = told.walk.rows, told.walk.forward.y
    largest, size = float(np.abs(y - x).max()), float(np.abs(x).max())
    running = "" if told.trains else " of the running statistics"
    differs = "by rounding alone" if is_rounding(largest, size, told.unit) else f"by at most {three(largest)}"
    return (
        f"{told.symbol('gamma')} = {DENOMINATORS[told.walk.layer.eps_placement]} and {told.symbol('beta')} = "
        f"{told.symbol('mean')}{running} undo the normalization: {told.symbol('y')} "
        + (f"differs from {told.symbol('x')} {differs}." if largest else f"is {told.symbol('x')}.")
    )


def undone(walk: Walked | Playground) -> bool:
    """Whether gamma and beta are those that undo the normalization."""
    return isinstance(walk.layer.gamma, str) and isinstance(walk.layer.beta, str)


def unit_of(result: Walked | Playground) -> float:
    """The unit in the last place of the numbers that the view is computed in."""
    return float(np.finfo(result.gradients.dx.dtype).eps)
