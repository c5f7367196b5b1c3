"""The playground's headline: the deviations before, and what batch norm made of them. Every number is the result's."""

import numpy as np

from app.figures.numbers import apart, beside, is_rounding, three
from app.views.playground.figures import Shown
from bncore.distributions.summary import Floats
from bncore.playground.chain import Playground

DENOMINATORS = {"variance": "√(σ²+ε)", "deviation": "σ+ε"}
HARDLY_OFF = 5e-4  # of 1, by which three digits of a deviation do not show epsilon


def headline(result: Playground, shown: Shown) -> str:
    """What the batch is like, and what comes out of batch norm, in at most two sentences."""
    return f"{_before(result, shown)} {_after(result, shown)}"


def _before(result: Playground, shown: Shown) -> str:
    x = result.stages["x"].summary
    if not x.sd.any():
        one = result.stages["x"].values.shape[1] == 1
        return "No feature varies: the batch has one example." if one else "No feature varies in this batch."
    low, high = int(np.argmin(x.sd)), int(np.argmax(x.sd))
    smallest, largest = float(x.sd[low]), float(x.sd[high])
    if len(x.sd) == 1:
        mean = beside(float(x.mean[0]), largest, unit_of(result))
        return f"{shown.names[0]} has mean {mean} and deviation {three(largest)}."
    if three(smallest) == three(largest):
        about = "" if is_rounding(largest - smallest, largest, unit_of(result)) else "about "
        return f"Every feature has deviation {about}{three(largest)}."
    text = f"Deviations run from {three(smallest)} ({shown.names[low]}) to {three(largest)} ({shown.names[high]})"
    return f"{text}, {apart(largest / smallest, 1.0)[0]}-fold." if smallest > 0 else f"{text}."


def _after(result: Playground, shown: Shown) -> str:
    inference = result.layer.mode == "inference"
    if undone(result):
        return _undoing(result, shown)
    if not inference and not result.stages["x"].summary.sd.any():
        shifted = f" and {shown.symbol('y')} is {shown.symbol('beta')}" if result.forward.beta.any() else ""
        return f"So every {shown.symbol('x_hat')} is 0{shifted}."
    acting = [words for words, acts in _acting(result, shown) if acts]
    by = "By the running statistics" if inference else "Normalized"
    if acting:
        return f"{by}, then {' and '.join(acting)}, {shown.symbol('y')} has {_moments(result, 'y')}."
    if inference:
        return f"{by}, {shown.symbol('x_hat')} has {_moments(result, 'x_hat')}."
    return _normalized(result, shown)


def _acting(result: Playground, shown: Shown) -> list[tuple[str, bool]]:
    """What scale and shift do, and whether they do anything."""
    gamma, beta = result.forward.gamma, result.forward.beta
    return [
        (f"scaled by {shown.symbol('gamma')}", bool((gamma != 1.0).any())),
        (f"shifted by {shown.symbol('beta')}", bool(beta.any())),
    ]


def _normalized(result: Playground, shown: Shown) -> str:
    """Mean 0 and, but for epsilon, deviation 1, of what varies."""
    sd = result.stages["x_hat"].summary.sd[result.stages["x"].summary.sd > 0]
    who = "every feature" if sd.size == result.stages["x"].summary.sd.size else "every feature that varies"
    least, most = float(sd.min()), float(sd.max())
    if 1.0 - least < HARDLY_OFF:
        return f"Normalized, {who} has mean 0 and deviation 1."
    low, high = three(least), three(most)
    deviation = f"deviation {low}" if low == high else f"a deviation from {low} to {high}"
    return f"Normalized, {who} has mean 0 and {deviation}: {shown.symbol('eps')} weighs."


def _moments(result: Playground, name: str) -> str:
    """The means and the deviations of a stage behind the normalization, over its features."""
    s, unit = result.stages[name].summary, unit_of(result)
    size = float(max(np.abs(s.low).max(), np.abs(s.high).max()))
    return f"{_over('mean', s.mean, size, unit)} and {_over('deviation', s.sd, size, unit)}"


def _over(what: str, values: Floats, size: float, unit: float) -> str:
    """One number that all features have, to three digits, or the two ends."""
    ends = (float(values.min()), float(values.max()))
    low, high = ("0" if is_rounding(end, size, unit) else three(end) for end in ends)
    return f"{what} {low}" if low == high else f"{what}s from {low} to {high}"


def _undoing(result: Playground, shown: Shown) -> str:
    largest = float(np.abs(result.stages["y"].values - result.stages["x"].values).max())
    size = float(np.abs(result.stages["x"].values).max())
    running = " of the running statistics" if result.layer.mode == "inference" else ""
    differs = "by rounding alone" if is_rounding(largest, size, unit_of(result)) else f"by at most {three(largest)}"
    return (
        f"{shown.symbol('gamma')} = {DENOMINATORS[result.layer.eps_placement]} and {shown.symbol('beta')} = "
        f"{shown.symbol('mean')}{running} undo the normalization: {shown.symbol('y')} "
        + (f"differs from {shown.symbol('x')} {differs}." if largest else f"is {shown.symbol('x')}.")
    )


def undone(result: Playground) -> bool:
    """Whether gamma and beta are those that undo the normalization."""
    return isinstance(result.layer.gamma, str) and isinstance(result.layer.beta, str)


def unit_of(result: Playground) -> float:
    """The unit in the last place of the numbers that the view is computed in."""
    return float(np.finfo(result.gradients.dx.dtype).eps)
