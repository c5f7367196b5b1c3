"""How much the inputs of a unit move while its network learns: claim 5."""

import numpy as np

from bncore.training.claims.claim import Claim, Fields, Measured, Runs, Side, course
from bncore.training.data import Data
from bncore.training.run import Work
from bncore.training.spec import Spec

STABLE, MOVING = 0.5, 2.0
SHARED: Fields = {"widths": (100, 100, 100), "activation": "sigmoid", "batch_size": 60, "rate": 0.1, "steps": 2000}
RUNS = Runs(SHARED, {"a": {"norm": "none"}, "b": {"norm": "batch"}})
FAILING = Runs(SHARED, {"a": {"norm": "batch"}, "b": {"norm": "layer"}})


def way(spec: Spec) -> tuple[float, float]:
    """How far the median of the observed unit's input moves over a run: in its own unit, and in widths (q85 - q15)."""
    low, middle, high = np.array(course(spec, Work.unit)[1]).T
    moved = float(np.ptp(middle))
    return moved, moved / float((high - low).mean())


def _measure(data: Data) -> Measured:
    without, normed, layer = (
        way(runs.spec(data, letter)) for runs, letter in ((RUNS, "a"), (RUNS, "b"), (FAILING, "b"))
    )
    return Measured(_holds(without[1], normed[1]), _fails(without[0], normed[0], layer[1]))


def _holds(without: float, normed: float) -> Side:
    text = f"Without batch norm the median wanders over {without:.1f} widths of the unit, with it over {normed:.2f}."
    return Side(text, {"without": without, "with": normed}, normed <= STABLE and without >= MOVING)


def _fails(without: float, normed: float, layer: float) -> Side:
    text = (
        f"Not divided by the width it moves by {normed:.2f} with batch norm and by {without:.2f} without: the numbers "
        f"do not move less, they are spread wider. With layer norm it wanders over {layer:.1f} widths."
    )
    numbers = {"absolute_without": without, "absolute_with": normed, "layer": layer}
    return Side(text, numbers, normed > STABLE * without and layer > STABLE)


STABILITY = Claim(
    number=5,
    title="The distribution of a unit's input stays where it is",
    statement="Batch norm makes the distribution of the inputs of a sigmoid more stable as training goes on.",
    source="Ioffe & Szegedy 2015, section 4.1 and figure 1",
    paper="MNIST, three layers of 100 sigmoids, batches of 60, 50,000 steps; percentiles 15, 50 and 85 of one typical "
    "unit of the last of them.",
    ours="Digits, 64-100-100-100-10 sigmoid, batches of 60, 2,000 updates at η = 0.1, unit 0 of the last block.",
    tolerance="The median's range is at most 0.5 widths with batch norm and at least 2 without.",
    when_it_fails="If the way is not measured against the width; and with layer norm, which holds no unit in place.",
    runs=RUNS,
    failing=FAILING,
    measure=_measure,
)
