"""The third route: gradients by central differences of the forward pass, beside the formula's and the student's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Float64
from bncore.diagnosis.given.answers import Printed, answer_of
from bncore.diagnosis.given.case import LIKE_X, Case
from bncore.numeric import numeric_gradients

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
    routes = numeric_gradients(
        case.as_given(case.x), case.gamma, case.beta, dy=case.as_given(case.dy), eps=case.eps,
        eps_placement=case.eps_placement, feature_axis=case.axis,
    )  # fmt: skip
    for name, numeric in routes.items():
        value = case.rows(numeric.value) if name in LIKE_X else numeric.value
        given = answers.get(name)
        yours = None if given is None else _apart(answer_of(case, name, given).values, value)
        yield Route(
            name, float(numeric.step.min()), float(numeric.step.max()), float(numeric.bound.max()),
            _apart(case.truth[name], value), yours,
        )  # fmt: skip


def _apart(one: Float64, other: Float64) -> float:
    return float(np.abs(one - other).max())
