"""The largest learning rate at which a network still learns: claim 8."""

from bncore.training.claims.claim import Claim, Fields, Measured, Runs, Side, right
from bncore.training.data import Data

LEARNS = 0.5
MANY, FEW = 8.0, 4.0
RATES = tuple(2.0**power for power in range(5, -7, -1))
SHARED: Fields = {"activation": "relu", "initialization": "he", "rate": 1.0, "steps": 200}
NORMS: dict[str, Fields] = {"a": {"norm": "none"}, "b": {"norm": "batch"}}
RUNS = Runs({**SHARED, "widths": (32,) * 8}, NORMS)
FAILING = Runs({**SHARED, "widths": (32,)}, NORMS)


def largest(runs: Runs, data: Data, letter: str) -> float:
    """The largest of RATES at which more than half of the held-out examples are right in the end, or 0."""
    return next((rate for rate in RATES if right(runs.spec(data, letter, rate=rate)) > LEARNS), 0.0)


def _measure(data: Data) -> Measured:
    return Measured(_side(RUNS, data, is_deep=True), _side(FAILING, data, is_deep=False))


def _side(runs: Runs, data: Data, *, is_deep: bool) -> Side:
    without, normed = (largest(runs, data, letter) for letter in "ab")
    times, depth = normed / without if without else float("inf"), len(runs.shared["widths"])
    text = (
        f"With {depth} block{'s' if is_deep else ''} the largest rate that learns is {without:g} without batch norm "
        f"and {normed:g} with it, {times:.0f} times as large, of rates up to {RATES[0]:g}."
    )
    as_said = times >= MANY if is_deep else times <= FEW
    numbers = {"without": without, "with": normed, "times": times}
    return Side(text, numbers, as_said and 0 < normed < RATES[0])


LARGEST_RATE = Claim(
    number=8,
    title="Batch norm lets a network learn at larger rates",
    statement="Batch norm enables training with larger learning rates, at which activations and gradients otherwise "
    "explode.",
    source="Bjorck, Gomes, Selman & Weinberger 2018, Understanding Batch Normalization, sections 2 and 3",
    paper="ResNet-110 on CIFAR-10: 0.0001 to 0.003 without batch norm, up to 0.1 with it.",
    ours="Digits, blocks of 32 ReLUs, plain SGD, rates in powers of 2 from 1/64 to 32; it learns if more than half of "
    "the held-out digits are right after 200 updates.",
    tolerance="At least 8 times as large a rate with 8 blocks; at most 4 times with one.",
    when_it_fails="In a shallow network little is gained: the gain comes with depth.",
    runs=RUNS,
    failing=FAILING,
    measure=_measure,
)
