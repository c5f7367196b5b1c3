"""From the fields of a check to its answer; without the event loop, so that a thread can do it."""

from typing import Any

import numpy as np
from fastapi.exceptions import RequestValidationError
from numpy.typing import NDArray
from pydantic import ValidationError

from app.api.gradient_check_answer import Tensors, answer_of, details_of
from app.api.gradient_check_body import MOST_NUMBERS, given, too_large
from app.api.gradient_check_query import BATCH, GradientCheckQuery
from app.errors import InvalidQuery
from bncore.diagnosis import MOST_NUDGED, ORDER, Case, Printed, case_of, check, probe, third_route

MOST_ERRORS = 20  # that a refusal lists
FINE = 1e-6  # of s: a batch printed more coarsely than this is taken as it is


def answered(fields: dict[str, Any]) -> dict[str, Any]:
    """The answer to the fields of a body. Raises what is wrong with them, the field at fault named."""
    query = _query(fields)
    case, rounding = batch_of(query)
    return checked(query, case, rounding)


def checked(query: GradientCheckQuery, case: Case, rounding: float) -> dict[str, Any]:
    """The answer to a query whose batch is `case`."""
    answers = {name: given(getattr(query, name), name) for name in ORDER}
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        report = check(case, answers, rounding=rounding)
        found = answer_of(report)
        found |= details_of(case, report, answers) if query.details else {}
        return found | ({"numeric": _numeric(case, answers)} if query.numeric else {})


def _query(fields: dict[str, Any]) -> GradientCheckQuery:
    try:
        return GradientCheckQuery.model_validate(fields)
    except ValidationError as error:
        raise RequestValidationError(error.errors()[:MOST_ERRORS]) from error


def _numeric(case: Case, answers: Tensors) -> list[dict[str, Any]]:
    if case.x.size > MOST_NUDGED:
        detail = f"x holds {case.x.size:,} numbers; central differences nudge each of them, and up to {MOST_NUDGED}."
        raise InvalidQuery(detail, field="numeric", allowed="false for this batch")
    return [vars(route) for route in third_route(case, answers)]


def batch_of(query: GradientCheckQuery) -> tuple[Case, float]:
    """The batch that was sent, or the probe of the seed; and the relative error with which a text gives it."""
    sent = {name: given(getattr(query, name), name) for name in BATCH}
    if query.seed is not None:
        _only_the_seed(sent)
        return probe(query.seed, axes=query.axes, eps_placement=query.eps_placement).case(), 0.0
    units = {name: value.unit for name, value in sent.items() if isinstance(value, Printed)}
    plain = {name: _plain(name, value) for name, value in sent.items()}
    x, dy = _needed(plain, "x"), _needed(plain, "dy")
    if x.size > MOST_NUMBERS:
        raise too_large(f"x holds {x.size:,} numbers, the limit of a check is {MOST_NUMBERS:,}", "x", MOST_NUMBERS)
    rest = {name: values for name, values in plain.items() if name not in ("x", "dy")}
    placed = {"eps": query.eps, "eps_placement": query.eps_placement, "feature_axis": query.feature_axis}
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        case = case_of(x, **rest, **placed, dy=dy)  # type: ignore[arg-type]
        return case, _printed_to(case, units)


def _plain(name: str, value: NDArray[Any] | Printed | None) -> NDArray[Any] | None:
    """The numbers as they stand in a text; what a unit has one of may stand there as a column."""
    if not isinstance(value, Printed):
        return value
    return value.exact.ravel() if name not in ("x", "dy") and 1 in value.exact.shape else value.exact


def _printed_to(case: Case, units: dict[str, float]) -> float:
    """The relative error of a batch that was printed, where it is small enough to be rounding."""
    sizes = {"x": case.scale.min(), "dy": np.abs(case.dy).max(), "gamma": np.abs(case.gamma).max()}
    shares = [units[name] / float(size) for name, size in sizes.items() if name in units and size > 0]
    return max((share for share in shares if share <= FINE), default=0.0)


def _only_the_seed(sent: dict[str, Any]) -> None:
    extra = next((name for name, values in sent.items() if values is not None), None)
    if extra:
        detail = (
            f"{extra} is given with a seed: is the batch the probe of the seed, or your own? Leave one of them out."
        )
        raise InvalidQuery(detail, field=extra, allowed="nothing, if seed is given")


def _needed(plain: dict[str, NDArray[Any] | None], name: str) -> NDArray[Any]:
    values = plain[name]
    if values is None:
        detail = f"{name} is missing. Give x and dy, or the seed of a probe."
        raise InvalidQuery(detail, field=name, allowed="nested lists of numbers in the shape of the batch")
    return values
