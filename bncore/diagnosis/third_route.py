"""The third route: gradients by central differences of the forward pass, beside the formula's and the student's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Float64
from bncore.diagnosis.given.answers import Printed, answer_of
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.given.lying import LIKE_X
from bncore.numeric import Numeric, differentiate, numeric_gradients

MOST_NUDGED = 256
"""Numbers of x: each is nudged on its own."""


@dataclass(frozen=True)
class Route:
    """Of one tensor: the smallest and largest step that were kept, and the most that the differences may be off by.

    `difference` is the largest from the formula's gradient, `yours` from the student's, None where none was given.
    """

    tensor: str
    smallest_step: float
    largest_step: float
    bound: float
    difference: float
    yours: float | None


def third_route(case: Case, answers: Mapping[str, ArrayLike | Printed | None]) -> Iterator[Route]:
    """The route to each of dx, dgamma and dbeta; meant for up to `MOST_NUDGED` numbers."""
    routes = _routes(case)
    for name, numeric in routes.items():
        value = case.rows(numeric.value) if name in LIKE_X else numeric.value.ravel()
        given = answers.get(name)
        yours = None if given is None else _apart(answer_of(case, name, given).values, value)
        yield Route(
            name, float(numeric.step.min()), float(numeric.step.max()), float(numeric.bound.max()),
            _apart(case.truth[name], value), yours,
        )  # fmt: skip


def _apart(one: Float64, other: Float64) -> float:
    return float(np.abs(one - other).max())


def _routes(case: Case) -> dict[str, Numeric]:
    """By differences of the forward pass that the convention has."""
    if case.convention.usual:
        return numeric_gradients(
            case.as_given(case.x), case.gamma, case.beta, dy=case.as_given(case.dy), eps=case.eps,
            eps_placement=case.eps_placement, feature_axis=case.axis,
        )  # fmt: skip
    x, gamma, beta, dy = case.as_given(case.x), case.given_gamma, case.given_beta, case.as_given(case.dy)
    first = {"dx": x, "dgamma": gamma} | ({} if beta is None else {"dbeta": beta})

    def loss(name: str, moved: Float64) -> Float64:
        at = first | {name: moved}
        y = case.forward(at["dx"], at["dgamma"], at.get("dbeta"))
        return np.asarray((dy * y).sum())

    length = float(np.median(case.sigma)) or 1.0
    return {name: differentiate(partial(loss, name), at, length if name == "dx" else 1.0) for name, at in first.items()}
