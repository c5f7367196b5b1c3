"""A tanh in the place of a norm: claim 20."""

from collections.abc import Mapping
from itertools import product

from bncore.findings.numbers import percent
from bncore.training.claims.batches.sizes import error
from bncore.training.claims.claim import Claim, Fields, Measured, Runs, Side, written
from bncore.training.claims.trials import Seen, Trials
from bncore.training.data import Data
from bncore.training.spec import Spec
from bncore.training.state import State

SEEDS = (0, 1, 2)
LEVEL, BEHIND = 0.02, 0.2
LARGE, TOO_LARGE = 1.0, 30.0
SHARED: Fields = {"widths": (100, 100, 100), "activation": "relu", "initialization": "he", "rate": 0.3, "steps": 1000}
NORMS: dict[str, Fields] = {"a": {"norm": "layer"}, "b": {"norm": "dyt"}}
RUNS = Runs(SHARED, NORMS)
FAILING = Runs({**SHARED, "scale": TOO_LARGE}, NORMS)
KINDS: dict[str, Fields] = {
    "layer": NORMS["a"],
    "tanh": NORMS["b"],
    "scaled_layer": {**NORMS["a"], "scale": TOO_LARGE},
    "scaled_tanh": {**NORMS["b"], "scale": TOO_LARGE},
    "large_layer": {**NORMS["a"], "rate": LARGE},
    "large_tanh": {**NORMS["b"], "rate": LARGE},
    "large_batch": {"norm": "batch", "rate": LARGE},
}


def specs_of(data: Data) -> dict[str, Spec]:
    """A run of each kind and seed, by their names with a space between."""
    fields = {f"{kind} {seed}": {**KINDS[kind], "seed": seed} for kind, seed in product(KINDS, SEEDS)}
    return {name: Spec(data, **{**SHARED, **own}) for name, own in fields.items()}


def accuracy(state: State) -> Seen:
    """The share of held-out examples that a run is right on at its end; 0 where it has diverged."""
    return (1 - error(state)[0],)


def told(seen: Mapping[str, Seen]) -> Measured:
    """Of the means over the seeds."""
    means = {kind: sum(seen[f"{kind} {seed}"][0] for seed in SEEDS) / len(SEEDS) for kind in KINDS}
    large = [seen[f"large_tanh {seed}"][0] for seed in SEEDS]
    return Measured(_holds(means["layer"], means["tanh"]), _fails({**means, "least": min(large), "most": max(large)}))


def _holds(layer: float, tanh: float) -> Side:
    text = f"Dynamic tanh is right on {percent(tanh)} of the held-out digits, layer norm on {percent(layer)}."
    return Side(text, {"layer": layer, "tanh": tanh}, tanh >= layer - LEVEL)


def _fails(means: Mapping[str, float]) -> Side:
    text = (
        f"From weights {TOO_LARGE:g} times as large it is right on {{scaled_tanh}}, layer norm on "
        f"{{scaled_layer}}. At η = {LARGE:g} it is right on {{large_tanh}}, from {{least}} to "
        "{most} by the seed, layer norm on {large_layer}, batch norm on {large_batch}: that it loses there "
    )
    numbers = {name: value for name, value in means.items() if name not in ("layer", "tanh")}
    loses = numbers["large_tanh"] < numbers["large_layer"] - LEVEL
    told = text.format(**written(percent, numbers)) + ("does reproduce." if loses else "does not reproduce.")
    return Side(told, numbers, numbers["scaled_tanh"] <= numbers["scaled_layer"] - BEHIND)


TRIALS = Trials(specs_of, accuracy, told)
DYNAMIC_TANH = Claim(
    number=20,
    title="A tanh in the place of a norm",
    statement="γ tanh(αx) + β, with α learned, in the place of each norm matches or exceeds the normalized network, "
    "mostly without another setting.",
    source="Zhu, Chen, He, LeCun & Liu 2025, Transformers without Normalization, abstract and section 4",
    paper="Transformers for images, speech, language and DNA, in place of layer norm or RMSNorm.",
    ours="Digits, 64-100-100-100-10 ReLU at η = 0.3, 1,000 updates, α from 0.5 on, against layer norm; means over "
    f"{len(SEEDS)} seeds.",
    tolerance="At most 2 points behind layer norm; at least 20 behind it where it fails. η = 1 has no verdict.",
    when_it_fails="Its slope is set for inputs of a certain size: nothing brings them back from weights that are too "
    "large, where the tanh is flat. At η = 1 some runs collapse, and a processor's rounding decides which.",
    runs=RUNS,
    failing=FAILING,
    measure=TRIALS.measure,
    trials=TRIALS,
)
