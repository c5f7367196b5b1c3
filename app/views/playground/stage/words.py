"""The sentence of each step of the playground's stage, with this batch's numbers; each has a condition."""

from collections.abc import Callable
from math import isfinite
from sys import float_info

import numpy as np

from app.figures.numbers import counted, is_rounding, stated, three
from app.views.playground.words.headline import Told
from app.views.playground.words.seen import percent
from bncore.activations import ACTIVATIONS
from bncore.distributions.summary import Floats
from bncore.playground.steps import Backward, Step

UNSEEN = 20.0  # times the smallest deviation, from which one ruler cannot show the two largest differences together
HARDLY_OFF = 5e-4
LEARNED = {"gamma": ("spread", "Drag a bar's end ●."), "beta": ("place", "Drag a mean ▼.")}
BEFORE = ("x", "centred", "x_hat")
"""The steps at which scale and shift do nothing yet."""
Steps = dict[str, Step]


def sentences(
    told: Told, lanes: tuple[int, ...], steps: Steps, backward: Backward, *, each_has_its_arrow: bool
) -> dict[str, str]:
    """A sentence a step, and one of the gradient, whose arrows each value has or not."""
    names = [told.names[lane] for lane in lanes]
    said = {name: say(told, names, steps) for name, say in SAYS.items()}
    if told.moved:
        acts = f" {told.symbol('gamma')} and {told.symbol('beta')} act from × {told.symbol('gamma')} on."
        said |= {name: said[name] + acts for name in BEFORE}
    gradient = {"dx": _gradient(told, backward, names, each_has_its_arrow), "by_path": _by_path(told)}
    return said | {"activation": _activation(told, lanes)} | gradient


def _x(told: Told, names: list[str], steps: Steps) -> str:
    step, sd = steps["x"], steps["x"].sd
    large, small = int(np.argmax(sd)), int(np.argmin(sd))
    if len(names) == 1:
        return f"{names[0]} as it comes: mean {three(float(step.mean[0]))}, deviation {three(float(sd[0]))}."
    if sd[small] > 0 and sd[large] > UNSEEN * sd[small]:
        times = float(sd[large]) / float(sd[small])  # which NumPy would warn of, where it is beyond float64
        said = three(times) if isfinite(times) else f"more than {three(float_info.max)}"
        wide = f"{names[large]} spreads {said} times as wide as {names[small]}"
        return f"{_who(told, names)}, on one ruler: {wide}, which is a line here."
    return f"{_who(told, names)}, on one ruler: deviations {_ends(sd, told)}."


def _who(told: Told, names: list[str]) -> str:
    """The headline is of all features; where fewer have a lane, this is of those."""
    return "As it comes" if len(names) == len(told.names) else f"These {len(names)} features"


def _centred(told: Told, names: list[str], steps: Steps) -> str:
    mean = steps["x"].mean
    largest = int(np.argmax(np.abs(mean)))
    what = f"Subtract each feature's {'' if told.trains else 'running '}mean {told.symbol('mean')}"
    if not told.trains:
        return f"{what}: {_centres(steps['centred'].mean, told, steps['centred'])}."
    return f"{what} ({three(float(mean[largest]))} of {names[largest]}): each is centred at 0, as wide as before."


def _centres(mean: Floats, told: Told, step: Step) -> str:
    size = float(np.maximum(np.abs(step.low), np.abs(step.high)).max())
    if all(is_rounding(float(value), size, told.unit) for value in mean):
        return "each is centred at 0"
    return f"this batch's means are {_ends(mean, told)}, not 0"


def _x_hat(told: Told, _names: list[str], steps: Steps) -> str:
    sd = steps["x_hat"].sd
    by = f"Divide by {told.symbol('sd')} (with {told.symbol('eps')})"
    live = steps["x"].sd > 0
    if not live.any():
        return f"{by}: nothing varies, so every {told.symbol('x_hat')} stays at one value."
    if told.trains and live.all() and float(np.abs(sd - 1.0).max()) < HARDLY_OFF:
        return f"{by}: every feature now has deviation 1, whatever scale it came with."
    return f"{by}: deviations are now {_ends(sd[live], told)}."


def _scaled(told: Told, names: list[str], steps: Steps) -> str:
    return _learned("gamma", "Multiply by", 1.0, told, names, steps["scaled"])


def _y(told: Told, names: list[str], steps: Steps) -> str:
    return _learned("beta", "Add", 0.0, told, names, steps["y"])


def _learned(which: str, does: str, usual: float, told: Told, names: list[str], step: Step) -> str:
    symbol = told.symbol(which)
    values = np.unique(getattr(told.walk.forward, which)[[told.names.index(name) for name in names]])
    if values.size == 1 and values[0] == usual:
        took, drag = LEARNED[which]
        return f"{does} {symbol}, learned, to give back the {took} that normalizing took; now {usual:g}. {drag}"
    size = float(np.maximum(np.abs(step.low), np.abs(step.high)).max())
    told_of, numbers = ("deviations", step.sd) if which == "gamma" else ("means", step.mean)
    said = f"{stated(float(values[0]))}" if values.size == 1 else "of its own for each feature"
    return f"{does} {symbol}, here {said}: {told_of} are now {_ends(numbers, told, size)}."


def _activation(told: Told, lanes: tuple[int, ...]) -> str:
    activation = ACTIVATIONS[told.walk.layer.activation]
    saturated = float(told.walk.saturation[list(lanes)].mean())
    share = "none" if saturated == 0.0 else percent(saturated) if saturated >= 0.01 else "less than 1 %"
    if told.walk.layer.activation == "identity":
        return f"No activation: f({told.symbol('y')}) is {told.symbol('y')}."
    return f"f is {activation.title}: {share} of these values lie where it is flat or dead."


def _gradient(told: Told, backward: Backward, names: list[str], each: bool) -> str:
    dx, unit = told.symbol("dx"), told.unit
    terms = np.abs(backward.direct).sum(axis=1, dtype=np.float64)
    sums = backward.dx.astype(np.float64).sum(axis=1)
    if not backward.dx.any():
        return f"No gradient reaches these {counted(len(names), 'feature')}: every {dx} is 0."
    is_here = f"Back again, each dot's arrow is {dx}" if each else f"Back again, an arrow is its dot's {dx}"
    if told.trains and all(
        is_rounding(float(total), float(size), unit) for total, size in zip(sums, terms, strict=True)
    ):
        drawn = "" if each else ", drawn or not"
        return f"{is_here}. A feature's arrows add up to 0{drawn}: its mean cannot move the loss."
    if told.trains:
        return f"{is_here}, through all three paths."
    return f"{is_here}: in inference the direct path alone."


def _by_path(told: Told) -> str:
    dx = told.symbol("dx")
    if told.trains:
        return f"{dx} in its three paths, an arrow each: they add up to it."
    return f"{dx} in inference is its direct path alone: the other two are 0."


def _ends(values: Floats, told: Told, size: float = 0.0) -> str:
    ends = (float(values.min()), float(values.max()))
    low, high = ("0" if is_rounding(end, size, told.unit) and size else three(end) for end in ends)
    return f"{low}" if low == high else f"{low} to {high}"


SAYS: dict[str, Callable[[Told, list[str], Steps], str]] = {
    "x": _x, "centred": _centred, "x_hat": _x_hat, "scaled": _scaled, "y": _y,
}  # fmt: skip
