"""What becomes of a bias in front of a norm: claims 4 and 7."""

from typing import Any

import numpy as np

from bncore.findings.numbers import two
from bncore.training.claims.claim import Claim, Measured, Runs, Side, apart, end, written
from bncore.training.data import Data
from bncore.training.layout import layout_of
from bncore.training.spec import Spec
from bncore.training.state import State

EXACT = 1e-10
APART = 1e-3
POINTS, RATE, TARGET = 64, 0.1, 0.5
WHEN = (10, 100, 200)
SHARED: dict[str, Any] = {
    "widths": (32, 32),
    "activation": "tanh",
    "norm": "batch",
    "bias": True,
    "rate": RATE,
    "steps": 300,
    "dtype": "float64",
}
RUNS = Runs(SHARED, {"a": {}})
FAILING = Runs(SHARED, {"a": {"through_statistics": False}, "b": {"norm": "layer"}, "c": {"norm": "none"}})
OUTSIDE = Runs({**SHARED, "through_statistics": False}, {"a": {}, "b": {"bias": False}})


def biases(state: State) -> float:
    """The largest size of a bias of the blocks, which begin at 0."""
    layout, blocks = layout_of(state.spec), range(state.spec.blocks)
    return max(float(np.abs(layout.of_block(state.parameters, block)["bias"]).max()) for block in blocks)


def _grown(spec: Spec) -> float:
    return biases(end(spec)[0])


def _no_gradient(data: Data) -> Measured:
    held = _grown(RUNS.spec(data, "a"))
    text = f"After {SHARED['steps']} updates the largest bias in front of a batch norm is {two(held)}."
    return Measured(Side(text, {"largest_bias": held}, held <= EXACT), _some_gradient(data))


def _some_gradient(data: Data) -> Side:
    names = {"a": "constant_statistics", "b": "layer_norm", "c": "without_norm"}
    numbers = {name: _grown(FAILING.spec(data, letter)) for letter, name in names.items()}
    text = (
        "It is {constant_statistics} if the statistics are treated as constants, {layer_norm} in front of a layer "
        "norm, and {without_norm} without a norm."
    )
    return Side(text.format(**written(two, numbers)), numbers, min(numbers.values()) > APART)


def outside(through_mean: bool) -> dict[int, tuple[float, float]]:
    """The bias and the loss behind some updates of b alone: x = u + b, x_hat = x - <x>, L = <1/2 (x_hat - TARGET)²>.

    dL/db = <x_hat - TARGET>, if the mean is treated as a constant; 0 in truth, as the mean moves with b.
    """
    u, b, seen = np.random.default_rng(0).normal(size=POINTS), 0.0, {}
    for step in range(max(WHEN) + 1):
        x = u + b
        error = x - x.mean() - TARGET
        if step in (0, *WHEN):
            seen[step] = (b, float(0.5 * np.square(error).mean()))
        b -= RATE * float((error - error.mean() if through_mean else error).mean())
    return seen


def _outside(data: Data) -> Measured:
    return Measured(_for_nothing(data), _in_truth(data))


def _for_nothing(data: Data) -> Side:
    seen, a, b = outside(False), OUTSIDE.spec(data, "a"), OUTSIDE.spec(data, "b")
    moved = max(abs(loss - seen[0][1]) for _, loss in seen.values())
    grown, equal = _grown(a), apart(a, b)
    told, when = (", ".join(map(str, row)) for row in ([f"{seen[step][0]:.3g}" for step in WHEN], WHEN))
    return Side(
        f"b is {told} after {when} updates, and the loss {seen[0][1]:.6f} moves by {two(moved)}. In the network a bias "
        f"grows to {two(grown)}, and the losses with biases and without are {two(equal)} apart.",
        {"b": seen[WHEN[-1]][0], "moved": moved, "apart": equal, "largest_bias": grown},
        _grows(seen) and max(moved, equal) <= EXACT and grown > APART,
    )


def _in_truth(data: Data) -> Side:
    stays, grown = abs(outside(True)[WHEN[-1]][0]), _grown(RUNS.spec(data, "a"))
    return Side(
        f"With the true gradient b is {two(stays)} after {WHEN[-1]} updates, the network's largest bias {two(grown)}.",
        {"b": stays, "largest_bias": grown},
        max(stays, grown) <= EXACT,
    )


def _grows(seen: dict[int, tuple[float, float]]) -> bool:
    """By RATE · TARGET an update, without bound."""
    return all(abs(seen[step][0] - RATE * TARGET * step) <= EXACT for step in WHEN)


NO_GRADIENT = Claim(
    number=4,
    title="A bias in front of batch norm learns nothing",
    statement="The bias can be ignored, since its effect is cancelled by the subtraction of the mean: its gradient "
    "Σ ∂L/∂x over the batch is 0.",
    source="Ioffe & Szegedy 2015, section 3.2",
    paper="Any layer in front of batch norm; an equality.",
    ours="64-32-32-10 tanh with batch norm and biases on digits in float64, 300 updates at η = 0.1.",
    tolerance="Biases below 1e−10; above 1e−3 where it fails.",
    when_it_fails="If the gradient does not go through the mean; in front of layer norm, whose mean is over "
    "units and not over the batch; without a norm.",
    runs=RUNS,
    failing=FAILING,
    measure=_no_gradient,
)
OUTSIDE_THE_GRADIENT = Claim(
    number=7,
    title="Normalizing outside the gradient lets a bias grow for nothing",
    statement="If the gradient ignores how the mean depends on b, b grows without bound while the loss stays as it is.",
    source="Ioffe & Szegedy 2015, section 2",
    paper="A layer u + b whose mean over the training data is subtracted; an argument on paper.",
    ours="64 points, η = 0.1, target 0.5, plain NumPy; and 64-32-32-10 tanh with batch norm on digits in "
    "float64, whose statistics the backward pass takes for constants, with biases and without.",
    tolerance="b equal to 0.05 an update and losses equal to 1e−10; with the true gradient b below 1e−10.",
    when_it_fails="With the true gradient, which goes through the mean: then b gets none and stays.",
    runs=OUTSIDE,
    failing=RUNS,
    measure=_outside,
)
