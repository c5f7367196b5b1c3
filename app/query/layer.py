"""The part of a view's query that says what batch norm does to the batch, and in which symbols it is told."""

import re
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator

from app.batches.batch import Batch, Source
from app.batches.text.number import NUMBER
from app.errors import InvalidQuery, as_user_error
from app.figures.numbers import stated
from app.query.control import control
from app.query.source import BatchFields, SourceFields
from app.query.titled import titled
from app.streams import Stream
from bncore.errors import BatchNormError
from bncore.playground.rulers import BETA_REACH, GAMMA_REACH

EXTREME = 1e6  # largest size of a gamma or a beta
INDEX = re.compile(r"[0-9]{1,6}")
Placement = Literal["variance", "deviation"]
"""Where ε stands."""
Notation = Literal["frameworks", "lecture"]
"""Whose symbols are seen."""
VALUES = rf"\s*{NUMBER.pattern}\s*(?:,\s*{NUMBER.pattern}\s*)*"
"""A number, or one a feature with commas between."""


def numbers_or(*keywords: str) -> AfterValidator:
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


def listed(most: int, word: str = INDEX.pattern) -> str:
    """The form of nothing, or of at most so many words with commas between.

    >>> listed(3, "a")
    '(?:a(?:,a){0,2})?'
    """
    return f"(?:{word}(?:,{word}){{0,{most - 1}}})?"


def indices(most: int, words: str) -> AfterValidator:
    """Accepts nothing, or feature numbers from 0 with commas between, each once."""

    def check(text: str) -> str:
        parts = text.split(",") if text else []
        if len(parts) > most or len(set(parts)) < len(parts) or not all(INDEX.fullmatch(part) for part in parts):
            raise ValueError(words)
        return text

    return AfterValidator(check)


EPS = control(
    1e-5, "Keeps the denominator away from 0.", title="Epsilon", group="layer", kind="slider", symbol="eps",
    slider=(1e-8, 10), scale="log", ge=0, le=1e6,
)  # fmt: skip
EPS_PLACEMENT = control(
    "variance", "Where ε stands: √(σ²+ε), as in Ioffe & Szegedy and every framework, or σ+ε, as in the lecture.",
    title="Place of ε", group="layer", kind="select",
)  # fmt: skip
NOTATION = control(
    "frameworks", "Symbols of the frameworks (x, γ, β, N) or of the lecture (Z, G, B, K).",
    title="Notation", group="view", kind="select",
)  # fmt: skip


class LayerFields(SourceFields):
    """Scale, shift, epsilon and notation, beside the source."""

    gamma: Annotated[str, numbers_or("auto", "sigma")] = control(
        "auto", "Scale, learned: it gives back the spread that normalizing takes. One value for all features or a "
        "comma-separated value a feature; `sigma` takes the denominator "
        "that the batch is divided by; `auto` is what an upload brings along, else 1.",
        title="Scale", group="layer", kind="per_feature", symbol="gamma", slider=(-GAMMA_REACH, GAMMA_REACH), step=0.05,
        form=f"auto|sigma|{VALUES}", max_length=20_000,
    )  # fmt: skip
    beta: Annotated[str, numbers_or("auto", "mean")] = control(
        "auto", "Shift, learned: it gives back the place that normalizing takes. One value for all features or a "
        "comma-separated value a feature; `mean` takes the mean that is "
        "subtracted; `auto` is what an upload brings along, else 0.",
        title="Shift", group="layer", kind="per_feature", symbol="beta", slider=(-BETA_REACH, BETA_REACH), step=0.05,
        form=f"auto|mean|{VALUES}", max_length=20_000,
    )  # fmt: skip
    eps: float = EPS
    eps_placement: Placement = EPS_PLACEMENT
    notation: Notation = NOTATION

    def draw(self, source: Source, stream: Stream = Stream.BATCH, step: int = 0) -> Batch:
        """The batch, with a note where its file says another ε than is computed with."""
        batch = super().draw(source, stream, step)
        said = batch.said.get("eps", self.eps)
        if said == self.eps:
            return batch
        note = f"The file says ε = {stated(said)}, and this is computed with ε = {stated(self.eps)}."
        return replace(batch, warnings=(*batch.warnings, note))

    def gamma_and_beta(self, batch: Batch) -> tuple[Any, Any]:
        """Both for a batch: numbers (features,), a keyword, or None for the default.

        Raises InvalidQuery where they have neither one value nor one a feature.
        """
        features = len(batch.feature_names)
        gamma, beta = (
            batch.given.get(name) if text == "auto" else _values(text, features, name)
            for name, text in (("gamma", self.gamma), ("beta", self.beta))
        )
        return gamma, beta


def _values(text: str, features: int, name: str) -> Any:
    """The keyword, or the numbers (features,)."""
    if text in ("sigma", "mean"):
        return text
    values = np.array([float(part) for part in text.split(",")])
    if values.size not in (1, features):
        detail = f"{name} has {values.size} values, and the batch has {features} features."
        allowed = f"one value, or {features} with commas between"
        raise InvalidQuery(detail, page=titled(detail, LayerFields), field=name, given=text, allowed=allowed)
    return np.broadcast_to(values, (features,)).copy()


def check_features(name: str, numbers: tuple[int, ...], features: int) -> None:
    """Raises InvalidQuery where a feature number does not exist."""
    missing = [number for number in numbers if number >= features]
    if missing:
        there = f"this batch has the features 0 to {features - 1}"
        raise InvalidQuery(
            f"{name} names feature {missing[0]}, and {there}.", page=f"There is no feature {missing[0]}: {there}.",
            field=name, given=",".join(map(str, numbers)), allowed=f"numbers from 0 to {features - 1}",
        )  # fmt: skip


def in_terms_of_the_query(error: BatchNormError, query: BatchFields) -> InvalidQuery:
    """The numerics' refusal, with the field that a person would change: what is wrong with the data is the source's."""
    data = "values" if query.source == "inline" else "source"
    field = error.parameter if error.parameter in type(query).model_fields else data
    refusal = as_user_error(error)
    page = titled(refusal.detail, type(query))
    return InvalidQuery(refusal.detail, page=page, field=field, given=getattr(query, field), allowed=refusal.allowed)
