"""Training nothing but γ and β: claim 19."""

import numpy as np

from bncore.findings.numbers import percent
from bncore.training.claims.claim import Claim, Fields, Measured, Runs, Side, end
from bncore.training.data import Data
from bncore.training.layout import layout_of
from bncore.training.state import State

ABLE, POOR = 0.8, 0.5
OFF = 0.01
THIRD = 1 / 3
SHARED: Fields = {"activation": "relu", "initialization": "he", "norm": "batch", "rate": 0.5, "steps": 2000}
RUNS = Runs({**SHARED, "widths": (100, 100, 100)}, {"a": {}, "b": {"trained": "norms"}})
FAILING = Runs({**SHARED, "widths": (10, 10, 10)}, {"a": {}, "b": {"trained": "norms"}})


def switched_off(state: State) -> float:
    """The share of features whose |γ| is below OFF."""
    layout, blocks = layout_of(state.spec), range(state.spec.blocks)
    gammas = np.concatenate([layout.of_block(state.parameters, block)["gamma"] for block in blocks])
    return float((np.abs(gammas) < OFF).mean())


def _right(runs: Runs, data: Data, letter: str) -> tuple[float, State]:
    state, record = end(runs.spec(data, letter))
    return (record.held.accuracy if record.held else 0.0), state


def _measure(data: Data) -> Measured:
    (everything, _), (norms, state) = (_right(RUNS, data, letter) for letter in "ab")
    narrow, _ = _right(FAILING, data, "b")
    return Measured(_holds(everything, norms), _fails(narrow, switched_off(state)))


def _holds(everything: float, norms: float) -> Side:
    text = (
        f"With random weights that stay as they are {percent(norms)} of the held-out digits are right, and "
        f"{percent(everything)} if all is trained; one in ten is right by chance."
    )
    return Side(text, {"norms": norms, "all": everything}, ABLE <= norms < everything)


def _fails(narrow: float, off: float) -> Side:
    text = (
        f"With ten features a block {percent(narrow)} are right. That a third of the features is switched off does not "
        f"reproduce at this size: |γ| is below {OFF:g} in {percent(off)}."
    )
    return Side(text, {"narrow": narrow, "off": off}, narrow <= POOR and off < THIRD)


GAMMAS = Claim(
    number=19,
    title="γ and β alone",
    statement="Networks that train only γ and β of random features reach high accuracy, and switch about a third of "
    "the features off.",
    source="Frankle, Schwab & Morcos 2021, Training BatchNorm and Only BatchNorm, sections 4 and 5",
    paper="ResNets on CIFAR-10 (up to 866 layers: 82 %) and ImageNet; |γ| below 0.01 counts as off.",
    ours="Digits, 64-100-100-100-10 ReLU with batch norm, 2,000 updates at η = 0.5; weights and read-out stay.",
    tolerance="At least 80 % right, less than with all trained; at most 50 % where it fails.",
    when_it_fails="With few random features there is too little to choose from. Hardly a feature is switched off here.",
    runs=RUNS,
    failing=FAILING,
    measure=_measure,
)
