"""The size of weights in front of a norm is nothing but a learning rate: claims 1 and 2."""

from collections.abc import Mapping
from typing import Any

from bncore.findings.numbers import two
from bncore.training.claims.claim import Claim, Fields, Measured, Runs, Side, apart, written
from bncore.training.data import Data

EXACT = 1e-10
APART = 1e-3
STEPS = 2000
RATE, DECAY = 0.1, 0.005
ALPHA = 1 - RATE * DECAY
SCALE = 10.0
EPS = 1e-5
SHARED: Fields = {
    "widths": (32, 32),
    "activation": "tanh",
    "norm": "batch",
    "eps": 0.0,
    "trained": "weights",
    "rate": RATE,
    "steps": STEPS,
    "dtype": "float64",
}
PLAIN = {**SHARED, "norm": "none"}
GROWING = {"rate": RATE / ALPHA, "schedule": "exponential", "factor": ALPHA**-2, "every": 1}
DECAYING: Mapping[str, Fields] = {"a": {"weight_decay": DECAY}, "b": GROWING}
SCALED: Mapping[str, Fields] = {"a": {}, "b": {"scale": SCALE, "rate": SCALE**2 * RATE}}


def _growing(data: Data) -> Measured:
    equal, growth = _apart(data, GROWING_RATE.runs), ALPHA ** (-2 * STEPS)
    text = (
        f"Over {STEPS:,} updates, in which one rate grows {growth:.1f}-fold, the losses are {two(equal)} apart at most."
    )
    holds = Side(text, {"apart": equal, "growth": growth}, equal <= EXACT)
    return Measured(holds, _other_than_decay(data))


def _other_than_decay(data: Data) -> Side:
    numbers = {
        "without_norm": _apart(data, GROWING_RATE.failing),
        "with_eps": _apart(data, GROWING_RATE.runs, eps=EPS),
        "all_trained": _apart(data, GROWING_RATE.runs, trained="all"),
    }
    text = (
        "Without a norm they are up to {without_norm} apart, with ε = 1e−5 {with_eps}, and {all_trained} "
        "if γ, β and the read-out are trained, too, whose size does matter."
    )
    return Side(text.format(**written(two, numbers)), numbers, _fails(numbers))


def _scaled(data: Data) -> Measured:
    equal = _apart(data, SCALE_INVARIANCE.runs)
    text = (
        f"With weights {SCALE:g} times as large and a rate {SCALE**2:g} times as large the losses of {STEPS:,} updates "
        f"are {two(equal)} apart at most."
    )
    return Measured(Side(text, {"apart": equal}, equal <= EXACT), _size_matters(data))


def _size_matters(data: Data) -> Side:
    numbers = {
        "without_norm": _apart(data, SCALE_INVARIANCE.failing),
        "with_eps": _apart(data, SCALE_INVARIANCE.runs, eps=EPS),
        "same_rate": _apart(data, SCALE_INVARIANCE.runs, rate=RATE),
    }
    text = (
        "Without a norm they are up to {without_norm} apart, with ε = 1e−5 {with_eps}, and at the same rate "
        "{same_rate}."
    )
    return Side(text.format(**written(two, numbers)), numbers, _fails(numbers))


def _fails(numbers: Mapping[str, float]) -> bool:
    """All by far, and with ε by little."""
    return all(apart > (EXACT if name == "with_eps" else APART) for name, apart in numbers.items())


def _apart(data: Data, runs: Runs, **other: Any) -> float:
    return apart(runs.spec(data, "a", **other), runs.spec(data, "b", **other))


GROWING_RATE = Claim(
    number=1,
    title="A growing learning rate is weight decay",
    statement="Training a normalized network with weight decay and a constant learning rate is the same as training "
    "it without decay and with a learning rate that grows exponentially.",
    source="Li & Arora 2020, An Exponential Learning Rate Schedule for Deep Learning, section 2, here without momentum",
    paper="Networks whose loss does not change with the size of the trained weights; ResNets on CIFAR-10.",
    ours="64-32-32-10 tanh with batch norm and ε = 0 on digits in float64; the blocks' weights are trained. With "
    "α = 1 − ηλ, η = 0.1 and λ = 0.005 the growing rate is η α⁻²ᵗ⁻¹.",
    tolerance="Losses equal to 1e−10; unequal by more than 1e−3 where it fails (by more than 1e−10 with ε).",
    when_it_fails="Where the loss depends on the weights' size: without a norm, with an ε, in γ, β and the read-out.",
    runs=Runs(SHARED, DECAYING),
    failing=Runs(PLAIN, DECAYING),
    measure=_growing,
)
SCALE_INVARIANCE = Claim(
    number=2,
    title="Larger weights are a smaller learning rate",
    statement="With a norm behind them, weights times a and a learning rate times a² give the same training.",
    source="van Laarhoven 2017, L2 Regularization versus Batch and Weight Normalization, section 2",
    paper="A layer with batch, weight or layer normalization and plain gradient descent; an equality.",
    ours="64-32-32-10 tanh with batch norm and ε = 0 on digits in float64; the blocks' weights are trained, a = 10.",
    tolerance="Losses equal to 1e−10; unequal by more than 1e−3 where it fails (by more than 1e−10 with ε).",
    when_it_fails="Without a norm, with an ε beside a small variance, or if the rate stays as it was.",
    runs=Runs(SHARED, SCALED),
    failing=Runs(PLAIN, SCALED),
    measure=_scaled,
)
