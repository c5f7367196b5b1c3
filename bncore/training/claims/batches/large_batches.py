"""Large batches generalize as well, if they are trained for as many updates: claim 14."""

from bncore.findings.numbers import percent
from bncore.training.claims.claim import Claim, Fields, Measured, Runs, Side, right
from bncore.training.data import Data

WORSE, LEVEL = 0.2, 0.02
SMALL, LARGE, EPOCHS = 50, 1200, 8
RATE = 0.05
ROOT = (LARGE / SMALL) ** 0.5
UPDATES = EPOCHS * LARGE // SMALL
SHARED: Fields = {"widths": (100, 100, 100), "activation": "relu", "initialization": "he", "rate": RATE}
GHOSTS: Fields = {"batch_size": LARGE, "rate": RATE * ROOT, "norm": "ghost", "ghost_size": SMALL}
FEW: Fields = {"batch_size": LARGE, "steps": EPOCHS}
RUNS = Runs(
    SHARED,
    {
        "a": {"batch_size": SMALL, "steps": UPDATES},
        "b": FEW,
        "c": {**GHOSTS, "steps": UPDATES // 2},
    },
)
FAILING = Runs(
    SHARED, {"a": RUNS.variants["a"], "b": {**FEW, "rate": RATE * ROOT}, "c": {**GHOSTS, **FEW, "rate": RATE * ROOT}}
)


def _measure(data: Data) -> Measured:
    small, large, long = (right(RUNS.spec(data, letter)) for letter in "abc")
    root, ghosts = (right(FAILING.spec(data, letter)) for letter in "bc")
    return Measured(_holds(small, large, long), _fails(small, root, ghosts))


def _holds(small: float, large: float, long: float) -> Side:
    text = (
        f"Batches of {SMALL} are right on {percent(small)}, those of {LARGE:,} after as many epochs on "
        f"{percent(large)}, and on {percent(long)} with ghost batches of {SMALL}, a rate √{LARGE // SMALL} times as "
        f"large and {UPDATES // 2} updates."
    )
    is_level = large <= small - WORSE and long >= small - LEVEL
    return Side(text, {"small": small, "large": large, "long": long}, is_level)


def _fails(small: float, root: float, ghosts: float) -> Side:
    text = (
        f"With the {EPOCHS} updates of as many epochs the larger rate reaches {percent(root)}, with ghost batches "
        f"{percent(ghosts)}, and not {percent(small)}: what is missing is updates."
    )
    is_behind = root < small - LEVEL and ghosts < small - LEVEL
    return Side(text, {"root": root, "ghosts": ghosts, "small": small}, is_behind)


LARGE_BATCHES = Claim(
    number=14,
    title="Train longer, and large batches generalize as well",
    statement="Large batches generalize worse because they are trained for fewer updates: with a rate times the "
    "root of the batch's growth, ghost batches and more updates the gap is gone.",
    source="Hoffer, Hubara & Soudry 2017, Train longer, generalize better, sections 4 to 6",
    paper="CIFAR-10 and ImageNet, batches of 128 against 4,096, ghost batches of 128, plateaus stretched by the ratio.",
    ours=f"Digits, 64-100-100-100-10 ReLU with batch norm, batches of {SMALL} against all {LARGE:,}, {EPOCHS} epochs.",
    tolerance="At least 20 points lost with the large batch, and all but 2 of them recovered.",
    when_it_fails="Without more updates neither the larger rate nor ghost batches close the gap.",
    runs=RUNS,
    failing=FAILING,
    measure=_measure,
)
