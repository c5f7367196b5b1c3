"""Batch norm, dropout and weight noise on a small training set, alone and together: claim 10."""

from collections.abc import Mapping
from itertools import product

import numpy as np

from bncore.arguments import Array
from bncore.network.losses import cross_entropy
from bncore.training.claims.claim import Claim, Fields, Measured, Runs, Side, inferred
from bncore.training.claims.trials import Seen, Trials
from bncore.training.data import Data
from bncore.training.data.data import Labels
from bncore.training.spec import Spec
from bncore.training.state import State

SEEDS = (0, 1, 2)
NARROWER = 0.9
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
    means = {kind: np.mean([seen[f"{kind} {seed}"] for seed in SEEDS], axis=0).tolist() for kind in KINDS}
    gaps = {kind: mean[0] for kind, mean in means.items()}
    return Measured(_holds(gaps), _fails(gaps, right={kind: mean[1] for kind, mean in means.items()}))


def _holds(gaps: Mapping[str, float]) -> Side:
    text = (
        "The held-out loss is {plain:.3f} above that of training without any of them, {batch:.3f} with batch norm, "
        "{weight_noise:.3f} with weight noise, and {together:.3f} with batch norm, dropout and weight noise together."
    )
    numbers = {kind: gaps[kind] for kind in ("plain", "batch", "weight_noise", "together")}
    alone = (gaps["batch"], gaps["weight_noise"])
    is_narrower = max(alone) <= NARROWER * gaps["plain"] and gaps["together"] <= NARROWER * min(alone)
    return Side(text.format(**numbers), numbers, is_narrower)


def _fails(gaps: Mapping[str, float], right: Mapping[str, float]) -> Side:
    early = gaps["early_batch"] / gaps["early_plain"]
    text = (
        f"With dropout alone it is {gaps['dropout']:.3f} above, no narrower. After {EARLY['steps']} updates the gap "
        f"with batch norm is {early:.2f} times as wide as that without. Dropout and weight noise without batch norm "
        f"have a gap of {gaps['noises']:.3f}, and are right on {right['noises']:.1%} of the held-out digits, against "
        f"{right['plain']:.1%} without noise."
    )
    numbers = {"dropout": gaps["dropout"], "early": early, "noises": gaps["noises"], "right": right["noises"]}
    is_none = gaps["dropout"] > NARROWER * gaps["plain"] and early > NARROWER and right["noises"] < right["plain"]
    return Side(text, numbers, is_none)


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
    "noise of deviation 0.5; means over three seeds.",
    tolerance="A gap is narrower that is at most 0.9 times as wide.",
    when_it_fails="Early on, with dropout alone, and where noise keeps the network from learning what it sees: a gap "
    "closes from either side.",
    runs=RUNS,
    failing=FAILING,
    measure=TRIALS.measure,
    data="few_digits",
    trials=TRIALS,
)
