"""The playground's query: what stands in its address, with ranges, defaults and help."""

import re
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator

from app.api.controls import control
from app.api.source_query import SourceFields, with_generator_fields
from app.batches.batch import Batch, Source
from app.batches.inline import NUMBER
from app.errors import InvalidQuery
from bncore.activations import ACTIVATIONS
from bncore.playground import Layer
from bncore.upstream import UPSTREAMS

MOST_SELECTED = 64
RUNNING_SHARE = 10  # times the numbers of a view that its running statistics may see
EXTREME = 1e6  # largest size of a gamma or a beta
INDEX = re.compile(r"[0-9]{1,6}")
SELECTED_WORDS = f"at most {MOST_SELECTED} feature numbers from 0, each once, with commas between; or nothing for all"
PAIR_WORDS = "two different feature numbers from 0 with a comma between, or nothing for the first two"


def _numbers_or(*keywords: str) -> AfterValidator:
    """Accepts one of two keywords, one number, or a comma-separated number a feature."""

    def check(text: str) -> str:
        if text in keywords:
            return text
        parts = [part.strip() for part in text.split(",")]
        if all(NUMBER.fullmatch(part) and abs(float(part)) <= EXTREME for part in parts):
            return text
        raise ValueError(
            f"a number, or one for each feature with commas between, each from {-EXTREME:,.0f} to {EXTREME:,.0f}; "
            f"or '{keywords[0]}' or '{keywords[1]}'"
        )

    return AfterValidator(check)


def _indices(most: int, words: str) -> AfterValidator:
    """Accepts nothing, or feature numbers from 0 with commas between, each once."""

    def check(text: str) -> str:
        parts = text.split(",") if text else []
        if len(parts) > most or len(set(parts)) < len(parts) or not all(INDEX.fullmatch(part) for part in parts):
            raise ValueError(words)
        return text

    return AfterValidator(check)


def _pair(text: str) -> str:
    if text and text.count(",") != 1:
        raise ValueError(PAIR_WORDS)
    return text


class PlaygroundFields(SourceFields):
    """The fields without the generators' own; use `PlaygroundQuery`."""

    mode: Literal["train", "inference"] = control(
        "train", "Normalize by this batch's statistics, or by the running ones.",
        title="Mode", group="layer", kind="select",
    )  # fmt: skip
    gamma: Annotated[str, _numbers_or("auto", "sigma")] = control(
        "auto", "Scale: one value for all features or a comma-separated value a feature; `sigma` takes the denominator "
        "that the batch is divided by; `auto` is what an upload brings along, else 1.",
        title="Scale", group="layer", kind="per_feature", symbol="gamma", slider=(-3, 3), step=0.05,
        max_length=20_000,
    )  # fmt: skip
    beta: Annotated[str, _numbers_or("auto", "mean")] = control(
        "auto", "Shift: one value for all features or a comma-separated value a feature; `mean` takes the mean that is "
        "subtracted; `auto` is what an upload brings along, else 0.",
        title="Shift", group="layer", kind="per_feature", symbol="beta", slider=(-3, 3), step=0.05,
        max_length=20_000,
    )  # fmt: skip
    eps: float = control(
        1e-5, "Keeps the denominator away from 0.", title="Epsilon", group="layer", kind="slider", symbol="eps",
        slider=(1e-8, 10), scale="log", ge=0, le=1e6,
    )  # fmt: skip
    eps_placement: Literal["variance", "deviation"] = control(
        "variance", "Where ε stands: √(σ²+ε), as in Ioffe & Szegedy and every framework, or σ+ε, as in the lecture.",
        title="Place of ε", group="layer", kind="select",
    )  # fmt: skip
    momentum: float = control(
        0.1, "Weight of the new batch in the running statistics.", title="Momentum", group="layer", kind="slider",
        slider=(0, 1), step=0.01, ge=0, le=1,
    )  # fmt: skip
    running_steps: int = control(
        100, "Batches of the same source that the running statistics have seen, from mean 0 and variance 1.",
        title="Running steps", group="layer", kind="slider", slider=(0, 1000), step=1, ge=0, le=1000,
    )  # fmt: skip
    running_variance: Literal["unbiased", "biased"] = control(
        "unbiased", "What the running variance stores: unbiased (PyTorch) or biased (Keras 3, Flax).",
        title="Running variance", group="layer", kind="select",
    )  # fmt: skip
    activation: Literal[tuple(ACTIVATIONS)] = control(  # type: ignore[valid-type]
        "relu", "The activation f behind batch norm.", title="Activation", group="activation", kind="select",
    )  # fmt: skip
    upstream: Literal[("auto", *UPSTREAMS)] = control(  # type: ignore[valid-type]
        "auto", "The gradient ∂L/∂f that arrives from above; `auto` is an upload's own `dy` (as ∂L/∂y), else random.",
        title="Gradient from above", group="gradient", kind="select",
    )  # fmt: skip
    upstream_example: int = control(
        0, "The example that the gradient from above looks at.", title="Example", group="gradient", kind="number",
        step=1, ge=0,
    )  # fmt: skip
    notation: Literal["frameworks", "lecture"] = control(
        "frameworks", "Symbols of the frameworks (x, γ, β, N) or of the lecture (Z, G, B, K).",
        title="Notation", group="view", kind="select",
    )  # fmt: skip
    axis: Literal["auto", "linear", "symlog"] = control(
        "auto", "Scale of the distributions' axes: symmetric log where scales differ too much for a linear one.",
        title="Axis", group="view", kind="select",
    )  # fmt: skip
    selected: Annotated[str, _indices(MOST_SELECTED, SELECTED_WORDS)] = control(
        "", "Features shown, by number from 0 with commas between; empty shows all, above 16 as a map.",
        title="Features shown", group="view", kind="text", max_length=2_000,
    )  # fmt: skip
    pair: Annotated[str, _indices(2, PAIR_WORDS), AfterValidator(_pair)] = control(
        "", "Two features to hold against each other, by number with a comma between; empty takes the first two shown.",
        title="Pair", group="view", kind="pair", max_length=20,
    )  # fmt: skip

    @cached_property
    def selected_features(self) -> tuple[int, ...]:
        """The numbers of the features shown, in order, each once; empty for all."""
        return tuple(sorted(int(part) for part in self.selected.split(",") if part))

    @property
    def named_pair(self) -> tuple[int, int] | None:
        """The numbers of the two features to hold against each other, if named."""
        if not self.pair:
            return None
        first, second = self.pair.split(",")
        return int(first), int(second)

    def check_work(self, source: Source, most: int) -> int:
        """As for every view; the running statistics of inference may see ten times as many numbers."""
        work = super().check_work(source, most)
        drawn = 0 if self.mode == "train" or self.size_of(source) in (None, source.examples) else self.running_steps
        if work * drawn > RUNNING_SHARE * most:
            raise InvalidQuery(
                f"The running statistics would see {work * drawn:,} numbers, more than {RUNNING_SHARE * most:,}.",
                field="running_steps", given=self.running_steps,
                allowed=f"up to {RUNNING_SHARE * most // work:,} steps at this batch size",
            )  # fmt: skip
        return work

    def layer(self, batch: Batch) -> Layer:
        """The layer for a batch. Raises InvalidQuery where gamma or beta have not one value, or one a feature."""
        features = len(batch.feature_names)
        gamma, beta = (
            batch.given.get(name) if text == "auto" else _values(text, features, name)
            for name, text in (("gamma", self.gamma), ("beta", self.beta))
        )
        return Layer(
            gamma=gamma, beta=beta, eps=self.eps, eps_placement=self.eps_placement, mode=self.mode,
            activation=self.activation, upstream="random" if self.upstream == "auto" else self.upstream,
            upstream_example=self.upstream_example,
        )  # fmt: skip


def _values(text: str, features: int, name: str) -> Any:
    """The keyword, or the numbers (features,)."""
    if text in ("sigma", "mean"):
        return text
    values = np.array([float(part) for part in text.split(",")])
    if values.size not in (1, features):
        raise InvalidQuery(
            f"{name} has {values.size} values, and the batch has {features} features.",
            field=name, given=text, allowed=f"one value, or {features} with commas between",
        )  # fmt: skip
    return np.broadcast_to(values, (features,)).copy()


def check_features(name: str, numbers: tuple[int, ...], features: int) -> None:
    """Raises InvalidQuery where a feature number does not exist."""
    missing = [number for number in numbers if number >= features]
    if missing:
        raise InvalidQuery(
            f"{name} names feature {missing[0]}, and this batch has the features 0 to {features - 1}.",
            field=name, given=",".join(map(str, numbers)), allowed=f"numbers from 0 to {features - 1}",
        )  # fmt: skip


if TYPE_CHECKING:
    PlaygroundQuery = PlaygroundFields
else:
    PlaygroundQuery = with_generator_fields(PlaygroundFields)
