"""The playground's headline: the deviations before, and what batch norm made of them. Every number is the result's."""

import numpy as np

from app.figures.numbers import apart, beside, is_rounding, three
from app.views.playground.figures import Selection
from bncore.distributions.summary import Floats
from bncore.playground.chain import Playground

DENOMINATORS = {"variance": "√(σ²+ε)", "deviation": "σ+ε"}
HARDLY_OFF = 5e-4  # of 1, by which three digits of a deviation do not show epsilon


def headline(result: Playground, selection: Selection) -> str:
    """What the batch is like, and what comes out of batch norm, in at most two sentences."""
    return f"{_before(result, selection)} {_after(result, selection)}"


def _before(result: Playground, selection: Selection) -> str:
    x = result.stages["x"].summary
    if not x.sd.any():
        one = result.stages["x"].values.shape[1] == 1
        return "No feature varies: the batch has one example." if one else "No feature varies in this batch."
    low, high = int(np.argmin(x.sd)), int(np.argmax(x.sd))
    smallest, largest = float(x.sd[low]), float(x.sd[high])
    if len(x.sd) == 1:
        mean = beside(float(x.mean[0]), largest, unit_of(result))
        return f"{selection.names[0]} has mean {mean} and deviation {three(largest)}."
    if three(smallest) == three(largest):
        about = "" if is_rounding(largest - smallest, largest, unit_of(result)) else "about "
        return f"Every feature has deviation {about}{three(largest)}."
    text = (
        f"Deviations run from {three(smallest)} ({selection.names[low]}) to {three(largest)} ({selection.names[high]})"
    )
    return f"{text}, {apart(largest / smallest, 1.0)[0]}-fold." if smallest > 0 else f"{text}."


def _after(result: Playground, selection: Selection) -> str:
    inference = result.layer.mode == "inference"
    if undone(result):
        return _undoing(result, selection)
    if not inference and not result.stages["x"].summary.sd.any():
        shifted = f" and {selection.symbol('y')} is {selection.symbol('beta')}" if result.forward.beta.any() else ""
        return f"So every {selection.symbol('x_hat')} is 0{shifted}."
    acting = [words for words, acts in _acting(result, selection) if acts]
    by = "By the running statistics" if inference else "Normalized"
    if acting:
        return f"{by}, then {' and '.join(acting)}, {selection.symbol('y')} has {_moments(result, 'y')}."
    if inference:
        return f"{by}, {selection.symbol('x_hat')} has {_moments(result, 'x_hat')}."
    return _normalized(result, selection)


def _acting(result: Playground, selection: Selection) -> list[tuple[str, bool]]:
    """What scale and shift do, and whether they do anything."""
    gamma, beta = result.forward.gamma, result.forward.beta
    return [
        (f"scaled by {selection.symbol('gamma')}", bool((gamma != 1.0).any())),
        (f"shifted by {selection.symbol('beta')}", bool(beta.any())),
    ]


def _normalized(result: Playground, selection: Selection) -> str:
    """Mean 0 and, but for epsilon, deviation 1, of what varies."""
    sd = result.stages["x_hat"].summary.sd[result.stages["x"].summary.sd > 0]
    who = "every feature" if sd.size == result.stages["x"].summary.sd.size else "every feature that varies"
    least, most = float(sd.min()), float(sd.max())
    if 1.0 - least < HARDLY_OFF:
        return f"Normalized, {who} has mean 0 and deviation 1."
    low, high = three(least), three(most)
    deviation = f"deviation {low}" if low == high else f"a deviation from {low} to {high}"
    return f"Normalized, {who} has mean 0 and {deviation}: {selection.symbol('eps')} weighs."


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


def _undoing(result: Playground, selection: Selection) -> str:
    largest = float(np.abs(result.stages["y"].values - result.stages["x"].values).max())
    size = float(np.abs(result.stages["x"].values).max())
    running = " of the running statistics" if result.layer.mode == "inference" else ""
    differs = "by rounding alone" if is_rounding(largest, size, unit_of(result)) else f"by at most {three(largest)}"
    return (
        f"{selection.symbol('gamma')} = {DENOMINATORS[result.layer.eps_placement]} and {selection.symbol('beta')} = "
        f"{selection.symbol('mean')}{running} undo the normalization: {selection.symbol('y')} "
        + (f"differs from {selection.symbol('x')} {differs}." if largest else f"is {selection.symbol('x')}.")
    )


def undone(result: Playground) -> bool:
    """Whether gamma and beta are those that undo the normalization."""
    return isinstance(result.layer.gamma, str) and isinstance(result.layer.beta, str)


def unit_of(result: Playground) -> float:
    """The unit in the last place of the numbers that the view is computed in."""
    return float(np.finfo(result.gradients.dx.dtype).eps)
