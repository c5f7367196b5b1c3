"""A student's gradient, diagnosed: arrays in JSON or NPZ against a batch of their own or a seeded probe."""

from typing import Annotated, Any, Literal

import anyio.to_thread
import numpy as np
import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.answers import to_json
from app.api.controls import QueryModel, control
from app.api.gradient_check_body import numbers, received, too_large, unpacked
from app.api.query import parameters_of, query_of
from app.errors import InvalidQuery
from app.formulas import math
from app.settings import Settings
from bncore.diagnosis import MISTAKES, ORDER, Case, Probe, Report, case_of, check, example, examples, probe
from bncore.diagnosis.probe import LARGEST_SEED
from bncore.diagnosis.triple import NAMES

router = APIRouter(tags=["gradient check"])

NESTED: dict[str, Any] = {"type": "array", "items": {}}
GIVEN: dict[str, Any] = {"anyOf": [NESTED, {"type": "string"}, {"type": "null"}]}
INLINE_BYTES = (
    1.6  # of a body for each number of `inline_work`: 8 bytes a number, five times the work of a forward pass
)
MOST_NUMBERS = 2**17  # of x: about 80 mistakes are built, each as large as x
BATCH = ("x", "gamma", "beta", "dy", "running_mean", "running_var")

EXAMPLE: dict[str, Any] = {
    "x": [[1.0, 9.0], [3.0, 11.0], [1.0, 11.0], [3.0, 9.0]],
    "gamma": [1.5, -2.0],
    "beta": [0.5, -0.5],
    "eps": 3.0,
    "eps_placement": "variance",
    "feature_axis": 1,
    "dy": [[1.0, 0.0], [0.0, 2.0], [2.0, 1.0], [-1.0, 0.0]],
    "dx": [[0.75, 0.0], [0.0, -2.0], [1.5, -1.0], [-0.75, 0.0]],
    "dbeta": [2.0, 3.0],
}
ANSWER_EXAMPLE: dict[str, Any] = {
    "correct": False,
    "first_wrong": "dx",
    "tensors": {
        "dbeta": {"verdict": "exact", "max_abs_error": 0.0, "max_rel_error": 0.0},
        "dx": {"verdict": "wrong", "max_abs_error": 0.9375, "max_rel_error": 0.882},
    },
    "diagnoses": [
        {
            "id": "statistics_constant",
            "tensor": "dx",
            "title": MISTAKES["statistics_constant"].title,
            "explanation": MISTAKES["statistics_constant"].explanation,
            "look_at": MISTAKES["statistics_constant"].look_at,
            "look_at_math": str(math(MISTAKES["statistics_constant"].look_at)),
            "residual": 0.0,
        }
    ],
    "coefficients": {
        "per_unit": {"overall": [1.0, 1.0], "mean_path": [0.0, 0.0], "variance_path": [0.0, 0.0]},
        "pooled": {"overall": 1.0, "mean_path": 0.0, "variance_path": 0.0},
        "residual_per_unit": 0.0,
        "residual_pooled": 0.0,
    },
    "reasons": [],
    "warnings": [],
}


def _tensor(words: str) -> Any:
    return Field(None, description=words, json_schema_extra=GIVEN)


class ProbeQuery(QueryModel):
    """Which probe."""

    seed: int = control(
        0, "The same seed gives the same probe, everywhere.", title="Seed", group="probe", kind="seed", step=1,
        ge=0, le=LARGEST_SEED,
    )  # fmt: skip
    axes: Literal["2", "4"] = control(
        "2", "2 gives a batch (examples, features), 4 one of images (N, C, H, W).", title="Axes", group="probe",
        kind="select",
    )  # fmt: skip
    eps_placement: Literal["variance", "deviation"] = control(
        "variance", "Where epsilon sits: `variance`, as in frameworks, or `deviation`, as in the lecture.",
        title="Place of ε", group="probe", kind="select",
    )  # fmt: skip


class ExampleQuery(ProbeQuery):
    """Which probe, and which mistake to make on it."""

    mistake: str = control(
        "variance_path_missing", "The `id` of a diagnosis.", title="Mistake", group="example", kind="text",
        max_length=60,
    )  # fmt: skip


class GradientCheckQuery(BaseModel):
    """A batch, or the seed of a probe, and any of the student's tensors."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra={"example": EXAMPLE})

    seed: int | None = Field(
        None, ge=0, le=LARGEST_SEED, description="Check against the probe of this seed; then leave the batch out."
    )
    axes: Literal[2, 4] = Field(2, description="The probe's number of axes; only with `seed`.")
    x: Any = _tensor("The batch: nested lists of numbers with two or more axes.")
    gamma: Any = _tensor("Scale, one value a feature; null is 1.")
    beta: Any = _tensor("Shift, one value a feature; null is 0.")
    eps: float = Field(1e-5, ge=0, allow_inf_nan=False, description="Epsilon of the forward pass.")
    eps_placement: Literal["variance", "deviation"] = Field(
        "variance",
        description="`variance`: s = sqrt(var + eps), the frameworks' form; `deviation`: s = sqrt(var) + eps.",
    )
    feature_axis: int = Field(1, description="The axis of the features; statistics are taken over all others.")
    dy: Any = _tensor("dL/dy, in the shape of x.")
    running_mean: Any = _tensor("Running mean, one value a feature, to recognize that it was used.")
    running_var: Any = _tensor("Running variance, one value a feature, to recognize that it was used.")
    dx: Any = _tensor("The student's dL/dx, in the shape of x.")
    dgamma: Any = _tensor("The student's dL/dgamma, one value a feature.")
    dbeta: Any = _tensor("The student's dL/dbeta, one value a feature.")
    dx_hat: Any = _tensor("The student's dL/dx_hat, in the shape of x.")
    dvar: Any = _tensor("The student's dL/dvar, one value a feature.")
    dsigma: Any = _tensor("The student's dL/ds, s the denominator, one value a feature.")
    dmean: Any = _tensor("The student's dL/dmean, one value a feature.")


class TensorAnswer(BaseModel):
    verdict: Literal["exact", "close", "wrong"] = Field(description="Up to 1e-9 exact, up to 1e-4 close, above wrong.")
    max_abs_error: float = Field(description="The largest difference from the correct tensor.")
    max_rel_error: float | None = Field(
        description="The same relative to the tensor's largest magnitude; null if that is 0."
    )


class DiagnosisAnswer(BaseModel):
    id: str = Field(description="The mistake's name; `unnamed` if only its factors are known.")
    tensor: str = Field(description="The tensor that it explains; several for one tensor cannot be told apart here.")
    title: str = Field(description="The mistake in a few words.")
    explanation: str = Field(description="Two sentences for the student.")
    look_at: str = Field(description="The line of algebra to look at, as LaTeX.")
    look_at_math: str = Field(description="The same as MathML.")
    residual: float = Field(description="How far the given tensor is from what the mistake gives, relative.")


class Factors(BaseModel):
    overall: Any = Field(description="p, the factor of the whole gradient; null where the data do not tell.")
    mean_path: Any = Field(description="a, the factor of the path through the mean.")
    variance_path: Any = Field(description="c, the factor of the path through the variance.")


class Coefficients(BaseModel):
    """dx = p (gamma/s) [ g - a <g> - c c0 x_hat <g x_hat> ]."""

    per_unit: Factors
    pooled: Factors
    residual_per_unit: float
    residual_pooled: float


class GradientCheckAnswer(BaseModel):
    """`correct` is true if nothing is wrong; what is close is named in `warnings`."""

    correct: bool = Field(description="Whether no tensor is wrong.")
    tensors: dict[str, TensorAnswer] = Field(description="Each given tensor's verdict.")
    first_wrong: str | None = Field(description="The first wrong tensor in the order of a backward pass.")
    diagnoses: list[DiagnosisAnswer] = Field(description="What explains the wrong tensors, best first.")
    coefficients: Coefficients | None = Field(description="The factors of dx; null without it or with K below 4.")
    reasons: list[str] = Field(description="Names of what keeps these data from telling more.")
    warnings: list[str] = Field(description="What the data cannot show or tell apart, and why, in sentences.")


REQUEST_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": GradientCheckQuery.model_json_schema(), "example": EXAMPLE},
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary"},
                "x-what": "An NPZ file whose arrays have the names of the JSON fields, text and numbers without axes.",
            },
        },
    },
}


@router.post(
    "/gradient-check",
    summary="Check a gradient and name the mistake",
    responses={
        200: {
            "model": GradientCheckAnswer,
            "description": "Verdicts and diagnoses.",
            "content": {"application/json": {"example": ANSWER_EXAMPLE}},
        }
    },
    openapi_extra=REQUEST_BODY,
)
async def gradient_check(request: Request) -> Response:
    """Compare any of dx, dgamma, dbeta, dx_hat, dvar, dsigma (dL/ds) and dmean with the exact ones.

    Send a batch with its dy, or the `seed` of a probe from `GET /gradient-check/probe`. JSON, or NPZ as the body.
    """
    settings: Settings = request.app.state.settings
    body = await received(request)
    inline = len(body) <= INLINE_BYTES * settings.inline_work
    answer = _answer(body) if inline else await anyio.to_thread.run_sync(_answer, body)
    return Response(answer, media_type="application/json")


@router.get(
    "/gradient-check/probe",
    summary="A batch that separates all named mistakes",
    responses={200: {"description": "The arguments of a forward and a backward pass."}},
    openapi_extra={"parameters": parameters_of(ProbeQuery), "x-examples": [{"query": "seed=1"}, {"query": "axes=4"}]},
)
async def gradient_check_probe(query: Annotated[ProbeQuery, Depends(query_of(ProbeQuery))]) -> Response:
    """Run your batch norm on it, and send the seed with your gradients to `POST /gradient-check`."""
    return Response(to_json(probe_answer(query)), media_type="application/json")


def probe_answer(query: ProbeQuery) -> dict[str, Any]:
    """The arguments of a forward and a backward pass, and the mistakes that there are examples of on them."""
    found = probe_of(query)
    return {"seed": query.seed, "axes": int(query.axes), **vars(found), "mistakes": examples(found.case())}


@router.get(
    "/gradient-check/example",
    summary="A wrong gradient of a probe, to see what the checker says",
    responses={200: {"description": "The tensors that the mistake spoils, as it makes them."}},
    openapi_extra={"parameters": parameters_of(ExampleQuery), "x-examples": [{"query": "mistake=mean_path_missing"}]},
)
async def gradient_check_example(query: Annotated[ExampleQuery, Depends(query_of(ExampleQuery))]) -> Response:
    """Send it with the seed to `POST /gradient-check`. A mistake that can be made in several ways is made in one."""
    return Response(to_json({"mistake": query.mistake, **example_of(query)}), media_type="application/json")


def example_of(query: ExampleQuery) -> dict[str, Any]:
    """The wrong tensors. Raises InvalidQuery for a mistake that does not exist on this probe."""
    case = probe_of(query).case()
    found = example(case, query.mistake)
    if not found:
        raise InvalidQuery(
            f"The mistake {query.mistake!r} does not exist, or cannot be made with {query.axes} axes and epsilon on "
            f"the {query.eps_placement}.", field="mistake", given=query.mistake, allowed=", ".join(examples(case)),
        )  # fmt: skip
    return found


def probe_of(query: ProbeQuery) -> Probe:
    """The probe of a query."""
    return probe(query.seed, axes=int(query.axes), eps_placement=query.eps_placement)


def report_on(query: ProbeQuery, tensors: dict[str, Any]) -> dict[str, Any]:
    """What the checker says of tensors for a query's probe."""
    return _report(check(probe_of(query).case(), tensors))


def _answer(body: bytes) -> bytes:
    """Body to JSON; without the event loop, so that a thread can do it."""
    query = _query(body)
    answers = {name: numbers(getattr(query, name), name) for name in ORDER}
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        return to_json(_report(check(_case(query), answers)))


def _query(body: bytes) -> GradientCheckQuery:
    fields = unpacked(body) if body[:2] == b"PK" else _json(body)
    try:
        return GradientCheckQuery.model_validate(fields)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        detail = f"The body is neither JSON nor NPZ: {error}. Numbers must be finite: JSON has no NaN."
        raise InvalidQuery(detail, field="body", allowed="a JSON object, or an NPZ file") from error


def _case(query: GradientCheckQuery) -> Case:
    """The batch that was sent, or the probe of the seed."""
    given = {name: numbers(getattr(query, name), name) for name in BATCH}
    if query.seed is not None:
        _only_the_seed(given)
        return probe(query.seed, axes=query.axes, eps_placement=query.eps_placement).case()
    x, dy = _needed(given, "x"), _needed(given, "dy")
    if x.size > MOST_NUMBERS:
        raise too_large(f"x holds {x.size:,} numbers, the limit of a check is {MOST_NUMBERS:,}", "x", MOST_NUMBERS)
    rest = {name: values for name, values in given.items() if name not in ("x", "dy")}
    placed = {"eps": query.eps, "eps_placement": query.eps_placement, "feature_axis": query.feature_axis}
    return case_of(x, **rest, **placed, dy=dy)  # type: ignore[arg-type]


def _only_the_seed(given: dict[str, NDArray[Any] | None]) -> None:
    extra = next((name for name, values in given.items() if values is not None), None)
    if extra:
        detail = (
            f"{extra} is given with a seed: is the batch the probe of the seed, or your own? Leave one of them out."
        )
        raise InvalidQuery(detail, field=extra, allowed="nothing, if seed is given")


def _needed(given: dict[str, NDArray[Any] | None], name: str) -> NDArray[Any]:
    values = given[name]
    if values is None:
        detail = f"{name} is missing. Give x and dy, or the seed of a probe."
        raise InvalidQuery(detail, field=name, allowed="nested lists of numbers in the shape of the batch")
    return values


def _report(report: Report) -> dict[str, Any]:
    """The answer's fields; factors that the data do not tell are null."""
    verdicts = {
        name: {key: getattr(verdict, key) for key in TensorAnswer.model_fields}
        for name, verdict in report.tensors.items()
    }
    diagnoses = [vars(found) | {"look_at_math": str(math(found.look_at))} for found in report.diagnoses]
    plain = {name: getattr(report, name) for name in ("correct", "first_wrong", "reasons", "warnings")}
    return plain | {"tensors": verdicts, "diagnoses": diagnoses, "coefficients": _coefficients(report)}


def _coefficients(report: Report) -> dict[str, Any] | None:
    found = report.coefficients
    if found is None:
        return None
    pooled = [float(value) for value in found.pooled]
    return {
        "per_unit": dict(zip(NAMES, found.per_unit.tolist(), strict=True)),
        "pooled": dict(zip(NAMES, pooled, strict=True)),
        "residual_per_unit": found.residual_per_unit,
        "residual_pooled": found.residual_pooled,
    }
