"""Batches of one class: claim 12."""

from bncore.findings.numbers import percent
from bncore.training.claims.claim import Claim, Fields, Measured, Runs, Side, right
from bncore.training.data import Data

LOST, REPAIRED, UNHARMED = 0.25, 0.5, 0.9
SHARED: Fields = {
    "widths": (100, 100, 100),
    "activation": "relu",
    "initialization": "he",
    "order": "one_class",
    "rate": 0.1,
    "steps": 2000,
}
RUNS = Runs(SHARED, {"a": {"norm": "batch"}, "b": {"norm": "renorm"}})
FAILING = Runs(SHARED, {"a": {"norm": "none"}, "b": {"norm": "layer"}, "c": {"norm": "renorm"}})


def _measure(data: Data) -> Measured:
    batch, renorm = (right(RUNS.spec(data, letter)) for letter in "ab")
    none, layer = (right(FAILING.spec(data, letter)) for letter in "ab")
    return Measured(_holds(batch, renorm), _fails(none, layer, renorm))


def _holds(batch: float, renorm: float) -> Side:
    text = (
        f"Batch norm is right on {percent(batch)} of the held-out digits, batch renormalization on {percent(renorm)}."
    )
    return Side(text, {"batch": batch, "renorm": renorm}, batch <= LOST and renorm >= REPAIRED)


def _fails(none: float, layer: float, renorm: float) -> Side:
    text = (
        f"Renormalization does not repair all of it: {percent(none)} are right without a norm and {percent(layer)} "
        f"with layer norm, which do not look at the batch at all, against its {percent(renorm)}."
    )
    numbers = {"none": none, "layer": layer, "renorm": renorm}
    return Side(text, numbers, min(none, layer) >= UNHARMED > renorm)


COMPANY = Claim(
    number=12,
    title="Batches of one class",
    statement="Where the examples of a batch are not drawn independently batch norm does far worse, and batch "
    "renormalization makes good for it.",
    source="Ioffe 2017, Batch Renormalization, section 4.3",
    paper="Inception-v3 on ImageNet, batches of 32 with two examples of each of 16 classes: 67 % with batch norm, "
    "78.5 % with renormalization.",
    ours="Digits, 64-100-100-100-10 ReLU, batches of 60 of one class each, harder than the paper's, 2,000 updates.",
    tolerance="Batch norm right on at most 25 %, renormalization on at least 50 %.",
    when_it_fails="Renormalization stays behind what does not look at the batch: no norm, or layer norm.",
    runs=RUNS,
    failing=FAILING,
    measure=_measure,
)
