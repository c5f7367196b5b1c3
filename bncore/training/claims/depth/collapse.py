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

SHARES = (1e-2, 1e-4)
NORMED, PLAIN = 1 / 2, 1 / 4
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


def rank(x: Float64, share: float) -> int:
    """The soft rank: how many squared singular values of a layer are at least a share of their mean over its units.

    Source: Daneshmand et al. 2020, section 2, whose threshold tau is this share where all units have a variance of 1.
    """
    squares = np.square(np.linalg.svd(x, compute_uv=False))
    return int((squares >= share * squares.sum() / x.shape[1]).sum())


def directions(x: Float64) -> float:
    """(sum of s²)² / (sum of s⁴) of a layer's singular values s: n where n are equal and the others are 0.

    It needs no threshold, and bounds the soft rank by each: rank(x, tau) >= (1 - tau)² directions(x).
    """
    squares = np.square(np.linalg.svd(x, compute_uv=False))
    return float(squares.sum() ** 2 / np.square(squares).sum())


def orthogonality_gap(x: Float64) -> float:
    """|| x x^T / ||x||² - I / N ||, 0 where the N examples are orthogonal and of equal length."""
    products = x @ x.T
    return float(np.linalg.norm(products / np.trace(products) - np.eye(len(x)) / len(x)))


def _measure(data: Data) -> Measured:
    without, normed = (layers(RUNS.spec(data, letter))[-1] for letter in "ab")
    floors = [_floor(FAILING.spec(data, letter)) for letter in FAILING.variants]
    return Measured(_holds(without, normed), _fails(floors))


def _floor(spec: Spec) -> float:
    """The mean gap of the second half of the blocks."""
    return float(np.mean([orthogonality_gap(x) for x in layers(spec)[LATE // 2 :]]))


def _holds(without: Float64, normed: Float64) -> Side:
    of = {"without": directions(without), "with": directions(normed)}
    ranks = [(rank(without, share), rank(normed, share)) for share in SHARES]
    counted = " and ".join(
        f"{few} and {many} at τ = {share:g}" for (few, many), share in zip(ranks, SHARES, strict=True)
    )
    text = (
        f"Behind {DEPTH} blocks {WIDTH} digits have {of['without']:.1f} directions without batch norm and "
        f"{of['with']:.1f} with it; the root of the width is {WIDTH**0.5:.1f}. Counted by a threshold, it decides: the "
        f"soft rank is {counted}."
    )
    numbers = {
        f"rank_{kind}_{share:g}": float(rank(x, share))
        for share in SHARES
        for kind, x in (("without", without), ("with", normed))
    }
    root = WIDTH**0.5
    return Side(text, {**of, **numbers}, of["with"] >= NORMED * root and of["without"] <= PLAIN * root)


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
    "digits a batch. Directions are (Σs²)²/Σs⁴ of the singular values s: they need no threshold, and bound by each "
    "the soft rank of the paper, in which s² counts from τ of its mean on. Of "
    f"{FEW} digits, {LATE} blocks. The page shows these networks, their ranks are measured here.",
    tolerance="Directions at least half the root of the width with batch norm, at most a quarter of it without; a gap "
    "0.3 to 0.7 times as large at four times the width, where 1/√width would be 0.5.",
    when_it_fails="Of a finite width examples do not become orthogonal, and the rank is far from full. How large a "
    "soft rank is, its threshold decides.",
    runs=RUNS,
    failing=FAILING,
    measure=_measure,
)
