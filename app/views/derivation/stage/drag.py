"""The example that can be dragged: where every input and every output of a feature lies, and what a drag does."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures.notation import symbol
from app.figures.numbers import three
from app.views.derivation.compute import Walk
from bncore.derivation.rulers import input_ruler, output_ruler
from bncore.distributions.axis import Axis
from bncore.exact.lift import SMALLEST
from bncore.statistics import statistics

STEPS = 20  # of a dragged number to a deviation, at least


def drag(walk: Walk) -> dict[str, Any]:
    """The feature's inputs and outputs on their rulers, the name of each mark, and a sentence on what dragging does."""
    at, layer, notation = walk.feature, walk.steps.forward, walk.query.notation
    x, y = walk.steps.nodes["x"].value[:, at], np.asarray(layer.y)[:, at]
    gamma, beta = float(layer.gamma[at]), float(layer.beta[at])
    name = walk.batch.feature_names[at]
    return {
        "example": walk.example,
        "step": drag_step(x),
        "inputs": _on_ruler(x, input_ruler(x), f"{symbol('x', notation)} of {name}"),
        "outputs": _on_ruler(y, output_ruler(gamma, beta, layer.count), f"{symbol('y', notation)} of {name}"),
        "titles": [f"{symbol('x', notation)} of example {j} of {name}" for j in range(layer.count)],
        "texts": [three(value) for value in x.tolist()],
        "text": drag_text(walk),
    }


def _on_ruler(values: Any, ruler: Axis, title: str) -> dict[str, Any]:
    times = f", in 1e{ruler.exponent}".replace("-", "−") if ruler.exponent else ""
    ticks = [{"value": value, "text": text} for value, text in ruler.ticks()]
    return {"values": values, "range": ruler.limits(), "ticks": ticks, "title": f"{title}{times}"}


def drag_text(walk: Walk) -> str:
    """What becomes of the outputs while an example is dragged."""
    layer, notation = walk.steps.forward, walk.query.notation
    y, x_hat, gamma, eps = (symbol(name, notation) for name in ("y", "x_hat", "gamma", "eps"))
    if layer.count == 1:
        return f"Drag the example: it is its own mean, so its {x_hat} stays 0."
    if layer.gamma[walk.feature] == 0.0:
        return f"Drag an example: {gamma} is 0, so no {y} moves."
    if layer.count == 2 and layer.eps == 0.0:
        return f"Drag an example: of two, with no {eps}, every {x_hat} stays 1 or −1 while they differ."
    return f"Drag an example: its own {y} moves, and every other {y} with it."


def drag_step(x: NDArray[np.float64]) -> float:
    """By how much a dragged number of a feature (K,) moves at a time: a power of ten well below its deviation.

    >>> drag_step(np.array([1.0, 2.0, 4.0, 5.0])), drag_step(np.array([7.0, 7.0])), drag_step(np.array([0.0]))
    (0.01, 0.1, 0.01)
    >>> drag_step(np.array([5e-324, 0.0]))
    5e-324
    """
    deviation, largest = float(statistics(x[:, np.newaxis]).sigma[0]), float(np.abs(x).max())
    size = max((deviation or largest or 1.0) / STEPS, SMALLEST)
    return max(float(f"1e{math.floor(math.log10(size))}"), SMALLEST)
