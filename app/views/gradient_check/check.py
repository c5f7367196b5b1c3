"""From the fields of a check to its answer; without the event loop, so that a thread can do it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from fastapi.exceptions import RequestValidationError
from numpy.typing import NDArray
from pydantic import ValidationError

from app.errors import InvalidQuery, UserError
from app.views.gradient_check.answer import Tensors, answer_of, details_of
from app.views.gradient_check.body import MOST_NUMBERS, as_sent, given, too_large
from app.views.gradient_check.query import BATCH, CONVENTION, GradientCheckQuery, only_the_seed
from app.web.problems import findings
from bncore.diagnosis import MOST_NUDGED, ORDER, Candidates, Case, Printed, case_of, check, probe, third_route
from bncore.epsilon import OfEpsilon

MOVING = ("x", "dy", "gamma")  # the arrays of a batch that the gradients depend on
NONE: Mapping[str, Candidates] = MappingProxyType({})
MOST_ERRORS = 20  # that a refusal lists


def answered(fields: dict[str, Any]) -> dict[str, Any]:
    """The answer to the fields of a body. Raises what is wrong with them, the field at fault named."""
    query = _query(fields)
    return checked(query, *batch_of(query))


def checked(
    query: GradientCheckQuery, case: Case, units: dict[str, float], built: Mapping[str, Candidates] = NONE
) -> dict[str, Any]:
    """The answer to a query whose batch is `case`, printed to these `units`; `built` as for `check`."""
    answers, unread = _read(query)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        report = check(case, answers, units=units, built=built, unread=unread)
        answer = answer_of(report)
        answers = {name: values for name, values in answers.items() if name not in report.refused}
        answer |= details_of(case, report, answers) if query.details else {}
        return answer | ({"numeric": _numeric(case, answers)} if query.numeric else {})


def _read(query: GradientCheckQuery) -> tuple[dict[str, NDArray[Any] | Printed | None], dict[str, str]]:
    """The student's tensors, and why some cannot be read; raises that if there are no others."""
    answers: dict[str, NDArray[Any] | Printed | None] = {}
    unread: dict[str, UserError] = {}
    for name in ORDER:
        try:
            answers[name] = given(getattr(query, name), name)
        except UserError as error:
            unread[name] = error
    if unread and not any(values is not None for values in answers.values()):
        raise next(iter(unread.values()))
    return answers, {name: error.detail for name, error in unread.items()}


def _query(fields: dict[str, Any]) -> GradientCheckQuery:
    try:
        return GradientCheckQuery.model_validate(fields)
    except ValidationError as error:
        raise RequestValidationError(findings(error, GradientCheckQuery, MOST_ERRORS)) from error


def _numeric(case: Case, answers: Tensors) -> list[dict[str, Any]]:
    if case.x.size > MOST_NUDGED:
        detail = f"x holds {case.x.size:,} numbers; central differences nudge each of them, and up to {MOST_NUDGED}."
        raise InvalidQuery(detail, field="numeric", allowed="false for this batch")
    return [vars(route) for route in third_route(case, answers)]


def batch_of(query: GradientCheckQuery) -> tuple[Case, dict[str, float]]:
    """The batch that was sent, or the probe of the seed; and half of the last digit of those arrays that are text."""
    only_the_seed(query)
    if query.seed is not None:
        axes = 4 if query.norm == "instance" else query.axes
        convention = {name: getattr(query, name) for name in CONVENTION}
        return probe(query.seed, axes=axes, eps_placement=query.eps_placement, **convention).case(), {}
    sent = {name: as_sent(getattr(query, name), name) for name in BATCH}
    units = {name: value.unit for name, value in sent.items() if isinstance(value, Printed) and name in MOVING}
    plain = {name: _plain(name, value) for name, value in sent.items()}
    x, dy = _needed(plain, "x"), _needed(plain, "dy")
    if x.size > MOST_NUMBERS:
        raise too_large(f"x holds {x.size:,} numbers, the limit of a check is {MOST_NUMBERS:,}", "x", MOST_NUMBERS)
    epsilon: OfEpsilon = {"eps": query.eps, "eps_placement": query.eps_placement}
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        case = case_of(
            x, plain["gamma"], plain["beta"], dy=dy, feature_axis=query.feature_axis,
            running_mean=plain["running_mean"], running_var=plain["running_var"], norm=query.norm, mode=query.mode,
            forward_variance=query.forward_variance, groups=query.groups, axis=query.axis, **epsilon,
        )  # fmt: skip
    return case, units


def _plain(name: str, value: NDArray[Any] | Printed | None) -> NDArray[Any] | None:
    """The numbers as they stand in a text; what a unit has one of may stand there as a column."""
    if not isinstance(value, Printed):
        return value
    return value.exact.ravel() if name not in ("x", "dy") and 1 in value.exact.shape else value.exact


def _needed(plain: dict[str, NDArray[Any] | None], name: str) -> NDArray[Any]:
    values = plain[name]
    if values is None:
        detail = f"{name} is missing. Give x and dy, or the seed of a probe."
        raise InvalidQuery(detail, field=name, allowed="nested lists of numbers in the shape of the batch")
    return values
