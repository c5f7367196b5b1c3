"""Batch norm, dropout and weight noise on a small training set, alone and together: claim 10."""

from collections.abc import Mapping
from itertools import product

import numpy as np

from bncore.arguments import Array, Float64
from bncore.findings.numbers import percent, three
from bncore.network.losses import cross_entropy
from bncore.training.claims.claim import Claim, Fields, Measured, Runs, Side, inferred, written
from bncore.training.claims.trials import Seen, Trials
from bncore.training.data import Data
from bncore.training.data.data import Labels
from bncore.training.spec import Spec
from bncore.training.state import State

SEEDS = (0, 1, 2, 3, 4, 5)
ERRORS, FEWER = 2, 0.01
STEPS = 1000
NOISE: Fields = {"dropout": 0.5, "weight_noise": 0.5}
SHARED: Fields = {
    "widths": (100, 100, 100),
    "activation": "relu",
    "initialization": "he",
    "norm": "none",
    "rate": 0.1,
    "steps": STEPS,
}
RUNS = Runs(SHARED, {"a": {}, "b": {"norm": "batch"}, "c": {"weight_noise": 0.5}, "d": {"norm": "batch", **NOISE}})
FAILING = Runs(SHARED, {"a": {}, "b": {"dropout": 0.5}, "c": NOISE})
EARLY: Fields = {"steps": STEPS // 2}
KINDS: dict[str, Fields] = {
    "plain": RUNS.variants["a"],
    "batch": RUNS.variants["b"],
    "weight_noise": RUNS.variants["c"],
    "together": RUNS.variants["d"],
    "dropout": FAILING.variants["b"],
    "noises": FAILING.variants["c"],
    "early_plain": EARLY,
    "early_batch": {**EARLY, "norm": "batch"},
}


def specs_of(data: Data) -> dict[str, Spec]:
    """A run of each kind and seed, by their names with a space between."""
    fields = {f"{kind} {seed}": {**KINDS[kind], "seed": seed} for kind, seed in product(KINDS, SEEDS)}
    return {name: Spec(data, **{**SHARED, **own}) for name, own in fields.items()}


def gap(state: State) -> Seen:
    """The held-out loss less that of the training examples, both in inference, and the held-out accuracy."""
    data = state.spec.data
    seen, _ = _told(inferred(state, data.x), data.labels)
    unseen, right = _told(inferred(state, data.held_x), data.held_labels)
    return unseen - seen, right


def _told(logits: Array, labels: Labels) -> tuple[float, float]:
    return cross_entropy(logits, labels).value, float((logits.argmax(axis=1) == labels).mean())


def told(seen: Mapping[str, Seen]) -> Measured:
    """Of the means over the seeds."""
    of = {kind: np.array([seen[f"{kind} {seed}"] for seed in SEEDS]).T for kind in KINDS}
    gaps = {kind: gap for kind, (gap, _) in of.items()}
    return Measured(_holds(gaps), _fails(gaps, right={kind: float(share.mean()) for kind, (_, share) in of.items()}))


def _holds(gaps: Mapping[str, Float64]) -> Side:
    """Of the gaps (S,) over the seeds; a seed's runs are of the same weights and batches, and are compared in pairs."""
    narrowed = [("plain", "batch"), ("plain", "weight_noise"), ("batch", "together"), ("weight_noise", "together")]
    least, its_error = min((_difference(gaps[wide] - gaps[narrow]) for wide, narrow in narrowed), key=_clear)
    text = (
        "The held-out loss is {plain} above that of training without any of them, {batch} with batch norm, "
        "{weight_noise} with weight noise, and {together} with batch norm, dropout and weight noise together. "
        "The least clear difference of one to the next is {least}, its standard error {error}."
    )
    means = {kind: float(gaps[kind].mean()) for kind in ("plain", "batch", "weight_noise", "together")}
    numbers = {**means, "least": least, "error": its_error}
    return Side(text.format(**written(three, numbers)), numbers, least > ERRORS * its_error)


def _difference(differences: Float64) -> tuple[float, float]:
    """The mean (S,) over the seeds, and its standard error."""
    return float(differences.mean()), float(differences.std(ddof=1) / len(differences) ** 0.5)


def _clear(difference: tuple[float, float]) -> float:
    """How far it is above what is asked of it."""
    mean, error = difference
    return mean - ERRORS * error


def _fails(gaps: Mapping[str, Float64], right: Mapping[str, float]) -> Side:
    numbers = {
        "noises": float(gaps["noises"].mean()),
        "right": right["noises"],
        "right_plain": right["plain"],
        "dropout": float(gaps["dropout"].mean() / gaps["plain"].mean()),
        "early": float(gaps["early_batch"].mean() / gaps["early_plain"].mean()),
    }
    text = (
        "Dropout and weight noise without batch norm have a gap of {noises}, and are right on {right} of the held-out "
        "digits, against {right_plain} without noise. With dropout alone the gap is {dropout} times as wide as "
        f"without, and after {EARLY['steps']} updates that with batch norm {{early}} times."
    )
    rights = {"right": percent(right["noises"]), "right_plain": percent(right["plain"])}
    return Side(text.format(**written(three, numbers) | rights), numbers, right["noises"] <= right["plain"] - FEWER)


TRIALS = Trials(specs_of, gap, told)
REGULARIZATION = Claim(
    number=10,
    title="Batch norm regularizes, as noise does",
    statement="Batch norm is a regularizer like noise on weights or activations, since each batch disturbs the "
    "statistics: training and held-out examples come closer.",
    source="Luo, Wang, Shao & Peng 2019, Towards Understanding Regularization in Batch Normalization, section 2; the "
    "lecture",
    paper="An explicit penalty for one layer, and ResNets on CIFAR-10 and ImageNet.",
    ours=f"300 digits to train on and 1,497 held out, 64-100-100-100-10 ReLU, {STEPS:,} updates, dropout 0.5, weight "
    f"noise of deviation 0.5; means over {len(SEEDS)} seeds.",
    tolerance=f"Each difference is more than {ERRORS} standard errors over the seeds; where it fails at least 1 point "
    "fewer is right. Of dropout alone and of the early gap it is only told how wide they are.",
    when_it_fails="Where noise keeps the network from learning what it sees: a gap closes from either side. Early on "
    "less is gained, and with dropout alone nothing that all seeds agree on.",
    runs=RUNS,
    failing=FAILING,
    measure=TRIALS.measure,
    data="few_digits",
    trials=TRIALS,
)
