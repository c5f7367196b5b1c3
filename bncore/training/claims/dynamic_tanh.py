"""A tanh in the place of a norm: claim 20."""

from collections.abc import Mapping

from bncore.training.claims.claim import Claim, Fields, Measured, Runs, Side, right
from bncore.training.data import Data
from bncore.training.spec import Spec

LEVEL, BEHIND = 0.02, 0.05
LARGE, TOO_LARGE = 1.0, 10.0
SHARED: Fields = {"widths": (100, 100, 100), "activation": "relu", "initialization": "he", "rate": 0.3, "steps": 1000}
NORMS: dict[str, Fields] = {"a": {"norm": "layer"}, "b": {"norm": "dyt"}}
RUNS = Runs(SHARED, NORMS)
FAILING = Runs({**SHARED, "scale": TOO_LARGE}, NORMS)


def _measure(data: Data) -> Measured:
    layer, tanh = (right(RUNS.spec(data, letter)) for letter in "ab")
    scaled = {"layer": right(FAILING.spec(data, "a")), "tanh": right(FAILING.spec(data, "b"))}
    norms = {"large_layer": "layer", "large_tanh": "dyt", "large_batch": "batch"}
    large = {name: right(Spec(data, **{**SHARED, "rate": LARGE, "norm": norm})) for name, norm in norms.items()}
    return Measured(_holds(layer, tanh), _fails({**scaled, **large}))


def _holds(layer: float, tanh: float) -> Side:
    text = f"Dynamic tanh is right on {tanh:.1%} of the held-out digits, layer norm on {layer:.1%}."
    return Side(text, {"layer": layer, "tanh": tanh}, tanh >= layer - LEVEL)


def _fails(numbers: Mapping[str, float]) -> Side:
    text = (
        f"From weights {TOO_LARGE:g} times as large, which a norm does not notice, it is right on {{tanh:.1%}}, layer "
        f"norm on {{layer:.1%}}. At η = {LARGE:g} it is right on {{large_tanh:.1%}}, layer norm on "
        "{large_layer:.1%}, batch norm on {large_batch:.1%}."
    )
    return Side(text.format(**numbers), numbers, numbers["tanh"] <= numbers["layer"] - BEHIND)


DYNAMIC_TANH = Claim(
    number=20,
    title="A tanh in the place of a norm",
    statement="γ tanh(αx) + β, with α learned, in the place of each norm matches or exceeds the normalized network, "
    "mostly without another setting.",
    source="Zhu, Chen, He, LeCun & Liu 2025, Transformers without Normalization, abstract and section 4",
    paper="Transformers for images, speech, language and DNA, in place of layer norm or RMSNorm.",
    ours="Digits, 64-100-100-100-10 ReLU at η = 0.3, 1,000 updates, α from 0.5 on, against layer norm.",
    tolerance="At most 2 points behind layer norm; at least 5 behind it where it fails.",
    when_it_fails="Its slope is set for inputs of a certain size: nothing brings them back from weights that are too "
    "large, where the tanh is flat.",
    runs=RUNS,
    failing=FAILING,
    measure=_measure,
)
