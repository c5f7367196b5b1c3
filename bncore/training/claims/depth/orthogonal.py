"""Orthogonal weights keep the gradient of a deep linear network with batch norm from growing: claim 18."""

from math import log10

from bncore.findings.numbers import two
from bncore.training.claims.claim import Claim, Fields, Measured, Runs, Side
from bncore.training.claims.depth.collapse import layers, orthogonality_gap
from bncore.training.data import Data
from bncore.training.run import first_record
from bncore.training.spec import Spec
from bncore.training.state import start

BOUND, EXPLODES = 1.0, 4.0
HALF = 0.5
WIDTH, SHOWN, DEEP = 32, 100, 1000
LEAST = (WIDTH * (WIDTH - 1)) ** -0.5
"""The orthogonality gap of that many examples that sum to zero and are else as orthogonal as can be."""
SHARED: Fields = {
    "widths": (WIDTH,) * SHOWN,
    "activation": "identity",
    "norm": "batch",
    "eps": 0.0,
    "rate": 0.001,
    "steps": 10,
    "dtype": "float64",
}
RUNS = Runs({**SHARED, "batch_size": WIDTH}, {"a": {"initialization": "orthogonal"}, "b": {"initialization": "xavier"}})
FAILING = Runs({**SHARED, "batch_size": WIDTH // 2, "initialization": "orthogonal"}, {"a": {}})


def decades(spec: Spec) -> float:
    """By how many powers of ten the gradient of block 2 is above that of the last block, before the first update."""
    blocks = first_record(start(spec)).blocks
    return log10(blocks[1].gradient / blocks[-2].gradient)


def _of(runs: Runs, data: Data, letter: str) -> tuple[float, float]:
    """At the depth that a page shows, and at a larger one."""
    spec = runs.spec(data, letter)
    return decades(spec), decades(runs.spec(data, letter, widths=(WIDTH,) * DEEP))


def _measure(data: Data) -> Measured:
    orthogonal, gaussian = (_of(RUNS, data, letter) for letter in "ab")
    return Measured(_holds(orthogonal, gaussian, _gaps(data)), _fails(*_of(FAILING, data, "a")))


def _gaps(data: Data) -> tuple[float, float]:
    """How far the examples are from orthogonal behind the first block, and behind the last one of the deep network."""
    seen = layers(RUNS.spec(data, "a", widths=(WIDTH,) * DEEP))
    return orthogonality_gap(seen[0]), orthogonality_gap(seen[-1])


def _holds(orthogonal: tuple[float, float], gaussian: tuple[float, float], gaps: tuple[float, float]) -> Side:
    text = (
        f"Over {DEEP:,} blocks the gradient grows by {two(orthogonal[1])} powers of ten with orthogonal weights and by "
        f"{two(gaussian[1])} with Gaussian ones; over the {SHOWN} of the link by {two(orthogonal[0])} and "
        f"{two(gaussian[0])}. With orthogonal ones the examples' distance from orthogonal falls from {gaps[0]:.3f} "
        f"to {gaps[1]:.3f}; {LEAST:.3f} is the least where means are subtracted."
    )
    numbers = {"orthogonal": orthogonal[1], "gaussian": gaussian[1], "shown": orthogonal[0]}
    is_bounded = max(orthogonal) <= BOUND and gaussian[1] >= EXPLODES
    return Side(text, {**numbers, "gap_first": gaps[0], "gap_last": gaps[1]}, is_bounded and gaps[1] <= HALF * gaps[0])


def _fails(shown: float, deep: float) -> Side:
    text = (
        f"With {WIDTH // 2} examples it grows by {two(deep)} powers of ten over {DEEP:,} blocks, and by "
        f"{two(shown)} over the {SHOWN} of the link."
    )
    return Side(text, {"deep": deep, "shown": shown}, deep >= EXPLODES)


ORTHOGONAL = Claim(
    number=18,
    title="Orthogonal weights keep gradients from exploding",
    statement="With orthogonal weights a linear network with batch norm has bounded gradients at any depth, and its "
    "examples still become orthogonal.",
    source="Meterez, Joudaki, Orabona, Immer, Rätsch & Daneshmand 2024, Towards Training Without Depth Limits: Batch "
    "Normalization Without Gradient Explosion",
    paper="Linear blocks as wide as the batch is large, up to depth 1,000, whose norm does not subtract the mean.",
    ours=f"Digits, linear blocks of {WIDTH}, batches of {WIDTH}, with the usual batch norm, in float64: the gradient "
    f"by block 2's weights over that of the last block, before the first update. A page shows {SHOWN} blocks, of "
    f"{DEEP:,} that are measured.",
    tolerance="At most 10-fold with orthogonal weights, at least 10,000-fold with Gaussian ones and where it fails; a "
    "distance from orthogonal, ‖XXᵀ/‖X‖² − I/N‖, at most half as large as behind the first block.",
    when_it_fails="With fewer examples than units, which the theorem leaves out.",
    runs=RUNS,
    failing=FAILING,
    measure=_measure,
)
