"""Batch norm whose outputs are disturbed anew in each step: claim 9."""

from math import nan

from bncore.findings.numbers import percent
from bncore.training.claims.claim import Claim, Fields, Measured, Runs, Side, course
from bncore.training.data import Data
from bncore.training.run import Work
from bncore.training.spec import Spec

AHEAD, BEHIND, SLOWER = 0.1, 0.05, 0.03
EARLY = 96
SHARED: Fields = {"widths": (100, 100, 100), "activation": "sigmoid", "rate": 0.1, "steps": 2000}
RUNS = Runs(SHARED, {"a": {"norm": "none"}, "b": {"norm": "batch"}, "c": {"norm": "batch", "norm_noise": 0.5}})
FAILING = Runs(SHARED, {"a": {"norm": "batch"}, "b": {"norm": "batch", "norm_noise": 0.5}})


def way(spec: Spec) -> tuple[float, float]:
    """The share of right answers on held-out examples early and at the end."""
    seen = dict(course(spec, _told)[1])
    return seen[EARLY], seen[spec.steps]


def _told(work: Work) -> tuple[int, float]:
    held = work.held() if work.step in (EARLY, work.spec.steps) else None
    return work.step, held.accuracy if held else nan


def _measure(data: Data) -> Measured:
    plain, normed, noisy = (way(RUNS.spec(data, letter)) for letter in "abc")
    return Measured(_holds(plain[1], normed[1], noisy[1]), _fails(normed[0], noisy[0]))


def _holds(plain: float, normed: float, noisy: float) -> Side:
    text = (
        f"After {SHARED['steps']:,} updates {percent(noisy)} are right with noisy batch norm, {percent(normed)} with "
        f"batch norm and {percent(plain)} without."
    )
    is_near = noisy >= normed - BEHIND and noisy >= plain + AHEAD
    return Side(text, {"plain": plain, "normed": normed, "noisy": noisy}, is_near)


def _fails(normed: float, noisy: float) -> Side:
    text = (
        f"After {EARLY} updates noisy batch norm is right on {percent(noisy)}, batch norm on {percent(normed)}: noise "
        "does cost."
    )
    return Side(text, {"normed": normed, "noisy": noisy}, noisy <= normed - SLOWER)


NOISY = Claim(
    number=9,
    title="Batch norm helps although the distributions shift",
    statement="With noise behind batch norm that shifts the distributions anew in each step, training is still nearly "
    "as good as with batch norm, and better than without: it is not the shift that matters.",
    source="Santurkar, Tsipras, Ilyas & Madry 2018, How Does Batch Normalization Help Optimization?, section 2.1",
    paper="VGG on CIFAR-10; noise of non-zero mean and non-unit variance behind each batch norm.",
    ours="Digits, 64-100-100-100-10 sigmoid at η = 0.1, noise of deviation 0.5 in factor and shift of each unit.",
    tolerance="At most 5 points behind batch norm at the end, and at least 10 ahead of none; at least 3 behind early.",
    when_it_fails="At first, where noisy batch norm is slower than batch norm.",
    runs=RUNS,
    failing=FAILING,
    measure=_measure,
)
