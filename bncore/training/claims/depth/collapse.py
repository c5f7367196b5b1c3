"""What depth does to the examples of a batch, as vectors of a layer: claim 17."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from bncore.arguments import Float64
from bncore.training.claims.claim import Claim, Fields, Measured, Runs, Side
from bncore.training.data import Data
from bncore.training.run import Work
from bncore.training.spec import Spec
from bncore.training.state import start

SHARE = 0.01
HALF, WITHIN = 0.5, 0.2
WIDTH, DEPTH = 128, 100
WIDTHS = (32, 128, 512)
FEW, LATE = 16, 50
SHARED: Fields = {"activation": "identity", "eps": 0.0, "rate": 0.001, "steps": 10, "dtype": "float64"}
RUNS = Runs(
    {**SHARED, "widths": (WIDTH,) * DEPTH, "batch_size": WIDTH}, {"a": {"norm": "none"}, "b": {"norm": "batch"}}
)
FAILING = Runs(
    {**SHARED, "norm": "batch", "batch_size": FEW},
    {letter: {"widths": (width,) * LATE} for letter, width in zip("abc", WIDTHS, strict=True)},
)


def layers(spec: Spec) -> list[Float64]:
    """What each block makes of the first batch, (N, D), before the first update."""
    work = Work(start(spec))
    work.look()
    return [block.activation.y.astype(np.float64) for block in work.network.blocks]


def rank(x: Float64) -> int:
    """How many squared singular values of a layer are at least SHARE of their mean over its units."""
    squares = np.square(np.linalg.svd(x, compute_uv=False))
    return int((squares >= SHARE * squares.sum() / x.shape[1]).sum())


def orthogonality_gap(x: Float64) -> float:
    """|| x x^T / ||x||² - I / N ||, 0 where the N examples are orthogonal and of equal length."""
    products = x @ x.T
    return float(np.linalg.norm(products / np.trace(products) - np.eye(len(x)) / len(x)))


def _measure(data: Data) -> Measured:
    without, normed = (rank(layers(RUNS.spec(data, letter))[-1]) for letter in "ab")
    floors = [_floor(FAILING.spec(data, letter)) for letter in FAILING.variants]
    return Measured(_holds(without, normed), _fails(floors))


def _floor(spec: Spec) -> float:
    """The mean gap of the second half of the blocks."""
    return float(np.mean([orthogonality_gap(x) for x in layers(spec)[LATE // 2 :]]))


def _holds(without: int, normed: int) -> Side:
    text = (
        f"Behind {DEPTH} blocks the rank of {WIDTH} digits is {without} without batch norm and {normed} with it; the "
        f"root of the width is {WIDTH**0.5:.1f}."
    )
    numbers = {"without": float(without), "with": float(normed)}
    return Side(text, numbers, normed >= WIDTH**0.5 > without)


def _fails(floors: Sequence[float]) -> Side:
    falls = [narrow / wide for wide, narrow in pairwise(floors)]
    text = (
        f"{FEW} digits do not become orthogonal: the gap stays at {', '.join(f'{floor:.2f}' for floor in floors)} at "
        f"widths {', '.join(map(str, WIDTHS))}, where four times the width makes it "
        f"{' and '.join(f'{fall:.2f}' for fall in falls)} times as large."
    )
    numbers = {f"gap_{width}": floor for width, floor in zip(WIDTHS, floors, strict=True)}
    return Side(text, numbers, all(abs(fall - HALF) <= WITHIN for fall in falls))


COLLAPSE = Claim(
    number=17,
    title="Batch norm keeps examples apart in deep networks",
    statement="Deep random networks map all examples to one direction; with batch norm the rank of a layer stays at "
    "the order of the root of its width, and examples become orthogonal up to a term that falls with the width.",
    source="Daneshmand, Kohler, Bach, Hofmann & Lucchi 2020, Batch Normalization Provably Avoids Rank Collapse; "
    "Daneshmand, Joudaki & Bach 2021, Batch Normalization Orthogonalizes Representations in Deep Random Networks",
    paper="Linear blocks with Gaussian weights, without updates; the rank counts singular values above a threshold.",
    ours=f"The networks of the link before their first update, in float64: {DEPTH} linear blocks of {WIDTH}, {WIDTH} "
    f"digits a batch; a singular value counts whose square is 1 % of their mean. Of {FEW} digits, {LATE} blocks. The "
    "page shows these networks, their ranks are measured here.",
    tolerance="With batch norm at least the root of the width, without it less; a gap 0.3 to 0.7 times as large at "
    "four times the width, where 1/√width would be 0.5.",
    when_it_fails="Of a finite width examples do not become orthogonal, and the rank is far from full.",
    runs=RUNS,
    failing=FAILING,
    measure=_measure,
)
