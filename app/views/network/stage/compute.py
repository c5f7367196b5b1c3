"""The stage of a network, computed: what a hand on a knob is shown, of a whole contrast or of a glance."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from app.query.layer import in_terms_of_the_query
from app.views.network.prepare import Prepared, known_work, setup_of, weights_rng
from app.views.network.query import NetworkFields
from bncore.errors import BatchNormError
from bncore.network.claims import CLAIMS, TAMED, Measured, gradient_growth
from bncore.network.contrast import Column, Contrast
from bncore.network.glance import glance, pulled, the_other_way
from bncore.network.measures.bells import Bell, bells
from bncore.network.measures.decades import Decades, decades_for

LIGHT = 60_000_000  # steps of work: a few hundredths of a second
KEPT = 4  # networks whose undisturbed passes are kept: a few megabytes each
DISTURBED = ("disturb_layer", "disturb_factor", "disturb_shift")
AT_A_GLANCE = ("vanishing", "exploding", "gradient_growth", "residual_tames")
"""The claims whose measurement a glance allows."""


@dataclass(frozen=True, eq=False)
class AtRest:
    """What stays while a hand moves a knob: the undisturbed passes' bells, and the rulers, made of them alone.

    `other` is ||dL/dz|| by block with residual connections, or without where there are some, if that tells something.
    """

    bells: dict[str, dict[int, Bell]]
    spread: Decades
    gradient: Decades
    other: dict[int, float] | None


@dataclass(frozen=True, eq=False)
class Stage:
    """Both rows: `bells` are those of the disturbed passes, `measured` the claim in force where none is disturbed."""

    contrast: Contrast
    at_rest: AtRest
    bells: dict[str, dict[int, Bell]]
    measured: Measured | None


@dataclass(frozen=True, eq=False)
class Staged:
    """A query of which the stage alone is asked for."""

    prepared: Prepared
    stage: Stage


def staged(prepared: Prepared) -> Staged:
    """The stage of a prepared query. Raises InvalidQuery where the numerics refuse."""
    query, d = prepared.query, setup_of(prepared).disturbance
    try:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
            calm, rest = _kept(_Calm.of(prepared)) if is_light(query) else _at_rest(prepared)
            return Staged(prepared, _with_rest(calm if d is None else pulled(calm, d), rest, query))
    except BatchNormError as error:
        raise in_terms_of_the_query(error, query) from error


def is_light(query: NetworkFields) -> bool:
    """Whether the query says what enters, and its stage is small enough for the event loop."""
    work = known_work(query) if query.is_stage else None
    return work is not None and work <= LIGHT


def stage_of(shown: Contrast, query: NetworkFields) -> Stage:
    """The stage of a whole contrast."""
    return _with_rest(shown, _rest_of(shown, query), query)


@dataclass(frozen=True)
class _Calm:
    """A network that a hand is on, known by its query without the disturbance."""

    query: NetworkFields
    prepared: Prepared = field(compare=False)

    @classmethod
    def of(cls, prepared: Prepared) -> "_Calm":
        fields = type(prepared.query).model_fields
        undisturbed = {name: fields[name].default for name in DISTURBED}
        return cls(prepared.query.model_copy(update=undisturbed), prepared)


@lru_cache(maxsize=KEPT)
def _kept(calm: _Calm) -> "tuple[Contrast, AtRest]":
    """The undisturbed passes are the same at the hand's next move."""
    return _at_rest(calm.prepared)


def _at_rest(prepared: Prepared) -> tuple[Contrast, AtRest]:
    calm = glance(setup_of(prepared), weights_rng(prepared.query))
    return calm, _rest_of(calm, prepared.query)


def _rest_of(shown: Contrast, query: NetworkFields) -> AtRest:
    drawn = {name: bells(column.survey.at("z"), _units(column)) for name, column in shown.columns.items()}
    columns = shown.columns.values()
    spread = decades_for(joint.forward.sd for column in columns for joint in column.survey.at("z").values())
    gradient = decades_for(size for column in columns for size in _gradients(column))
    return AtRest(drawn, spread, gradient, _other(shown, query))


def _with_rest(shown: Contrast, rest: AtRest, query: NetworkFields) -> Stage:
    after = {
        name: bells(column.disturbed.survey.at("z"), _units(column))
        for name, column in shown.columns.items() if column.disturbed
    }  # fmt: skip
    measures = not after and query.preset in AT_A_GLANCE
    return Stage(shown, rest, after, CLAIMS[query.preset](shown) if measures else None)


def _units(column: Column) -> dict[int, float]:
    """Each block's deviation before anything was disturbed."""
    return {block: joint.forward.sd for block, joint in column.survey.at("z").items()}


def _gradients(column: Column) -> Iterator[float]:
    """The gradients that are more than rounding."""
    return (j.backward.norm for block, j in column.survey.at("z").items() if block not in column.vanished)


def _other(shown: Contrast, query: NetworkFields) -> dict[int, float] | None:
    """Residual connections where the gradient grows for want of them, and their absence where the claim is theirs."""
    growth = gradient_growth(shown).numbers.get("growth")
    explodes = query.residual == "off" and growth is not None and growth > TAMED
    tamed = query.residual == "on" and query.preset == "residual_tames"
    if "with" not in shown.columns or not (explodes or tamed):
        return None
    return the_other_way(shown.setup, weights_rng(query))
