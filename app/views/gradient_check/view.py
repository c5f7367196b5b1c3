"""A student's gradient, diagnosed: arrays in JSON, text or NPZ against a batch of their own or a seeded probe."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from app.errors import InvalidQuery, UserError
from app.settings import Settings
from app.views.gradient_check.answer import ANSWER_EXAMPLE, GradientCheckAnswer
from app.views.gradient_check.body import FEWER, LARGEST_BODY, ZIP, fields_of
from app.views.gradient_check.check import MOST_ERRORS, answered
from app.views.gradient_check.compute import CheckFields, view_of
from app.views.gradient_check.file import file_texts
from app.views.gradient_check.page import PAGE
from app.views.gradient_check.probe import FORMATS, probe_of
from app.views.gradient_check.query import EXAMPLE, ExampleQuery, GradientCheckQuery, ProbeFileQuery, ProbeQuery
from app.web.answers import to_json
from app.web.posted import apart, at_desk, received
from app.web.problems import findings
from app.web.reading import parameters_of, query_of
from app.web.view import Place, View
from bncore.diagnosis import TITLES, example, examples
from bncore.progress import Said

CALLS = APIRouter(tags=["gradient check"])

INLINE_BYTES = 5.0  # of a body for each number of `inline_work`: a check of 64 × 16 takes two or three milliseconds
REQUEST_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": GradientCheckQuery.model_json_schema(), "example": EXAMPLE},
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary", "minLength": 1},
                "x-what": "An NPZ file whose arrays have the names of the JSON fields, text and numbers without axes.",
            },
        },
    },
}
BINARY = {"schema": {"type": "string", "format": "binary"}}
PROBE = {
    form.media_type.partition(";")[0]: BINARY if name == "npz" else {"schema": {"type": kind}}
    for name, kind, form in ((name, "object" if name == "json" else "string", form) for name, form in FORMATS.items())
}
FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary", "minLength": 1}}},
    },
}


@CALLS.post(
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
    async with received(request, LARGEST_BODY, FEWER) as body:
        fields = light_fields(body.in_memory, INLINE_BYTES * settings.inline_work)
        if fields is None:
            return await apart(request, _answer, body)
        return await at_desk(request, lambda: to_json(answered(fields)))


@CALLS.get(
    "/gradient-check/probe",
    summary="A batch that separates all named mistakes",
    responses={200: {"description": "The arguments of a forward and a backward pass.", "content": PROBE}},
    openapi_extra={
        "parameters": parameters_of(ProbeFileQuery),
        "x-examples": [
            {"query": "seed=1"},
            {"query": "axes=4"},
            {"query": "format=npz", "curl": ["-o probe.npz"]},
        ],
    },
)
async def gradient_check_probe(query: Annotated[ProbeFileQuery, Depends(query_of(ProbeFileQuery))]) -> Response:
    """Run your batch norm on it, and send the seed with your gradients to `POST /gradient-check`."""
    form = FORMATS[query.format]
    headers = {"Content-Disposition": f'attachment; filename="{form.name}"'} if form.name else None
    return Response(form.write(query, probe_of(query)), media_type=form.media_type, headers=headers)


@CALLS.get(
    "/gradient-check/example",
    summary="A wrong gradient of a probe, to see what the checker says",
    responses={200: {"description": "The tensors that the mistake spoils, as it makes them."}},
    openapi_extra={"parameters": parameters_of(ExampleQuery), "x-examples": [{"query": "mistake=mean_path_missing"}]},
)
async def gradient_check_example(query: Annotated[ExampleQuery, Depends(query_of(ExampleQuery))]) -> Response:
    """Send it with the seed to `POST /gradient-check`. A mistake that can be made in several ways is made in one."""
    return Response(to_json({"mistake": query.mistake, **example_of(query)}), media_type="application/json")


@CALLS.get(
    "/gradient-check/examples",
    summary="The mistakes that can be made on a probe",
    responses={200: {"description": "The `id` and the title of each."}},
    openapi_extra={"parameters": parameters_of(ProbeQuery), "x-examples": [{"query": "axes=4"}]},
)
async def gradient_check_examples(query: Annotated[ProbeQuery, Depends(query_of(ProbeQuery))]) -> Response:
    """What `GET /gradient-check/example` takes as its `mistake`; some exist for images or one place of epsilon only."""
    return Response(to_json({"mistakes": examples_on(query)}), media_type="application/json")


@CALLS.post(
    "/gradient-check/view",
    summary="The check as the page shows it",
    responses={200: {"description": "The answer of a check with figures, formulas, texts, examples and the snippet."}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": CheckFields.model_json_schema(), "example": {"seed": 1}}},
        }
    },
)
async def gradient_check_view(request: Request) -> Response:
    """The fields are those of the page's address, so that what is too long for an address can be asked for, too."""
    async with received(request, LARGEST_BODY, FEWER) as body:
        return await apart(request, _view, body, str(request.base_url).rstrip("/"))


TEXTS = (
    "The text of each array and setting that a check takes, by its name; `not_used` names in a sentence what else the "
    "file holds."
)


@CALLS.post(
    "/gradient-check/arrays",
    summary="The arrays of an NPZ or NPY file as text",
    responses={200: {"description": TEXTS}},
    openapi_extra=FILE_BODY
    | {
        "parameters": [
            {
                "name": "name", "in": "query", "required": False, "schema": {"type": "string", "default": "dx"},
                "description": "What an NPY file's array is called.",
            }
        ]
    },
)  # fmt: skip
async def gradient_check_arrays(request: Request, name: str = "dx") -> Response:
    """For filling the fields of the page with a file."""
    async with received(request, LARGEST_BODY, FEWER) as body:
        return await apart(request, _texts, body, name)


def light_fields(body: bytes | None, most: float) -> dict[str, Any] | None:
    """The fields of a check that may be done at once; None for what may take long, and goes to a thread unread.

    A small NPZ file may hold much, and central differences take long on any batch.
    """
    if body is None or len(body) > most or body.startswith(ZIP):
        return None
    fields = fields_of(body)
    return None if fields.get("numeric") else fields


def examples_on(query: ProbeQuery) -> dict[str, str]:
    """The titles of the mistakes that a query's probe has examples of."""
    return {name: TITLES[name] for name in examples(probe_of(query).case())}


def example_of(query: ExampleQuery) -> dict[str, Any]:
    """The wrong tensors. Raises InvalidQuery for a mistake that does not exist on this probe."""
    case = probe_of(query).case()
    answers = example(case, query.mistake)
    if not answers:
        raise InvalidQuery(
            f"The mistake {query.mistake!r} does not exist, or cannot be made with {query.probe_axes} axes, epsilon on "
            f"the {query.eps_placement} and this norm and mode.",
            field="mistake", given=query.mistake, allowed=", ".join(examples(case)),
        )  # fmt: skip
    return answers


def _answer(body: bytes) -> bytes:
    return to_json(answered(fields_of(body)))


def _view(body: bytes, origin: str) -> bytes:
    try:
        query = CheckFields.model_validate(fields_of(body))
    except ValidationError as error:
        raise RequestValidationError(findings(error, CheckFields, MOST_ERRORS)) from error
    return to_json(view_of(query, origin))


def _texts(body: bytes, name: str) -> bytes:
    try:
        return to_json(file_texts(body, name))
    except UserError as error:
        error.field = "file"
        raise


@dataclass(frozen=True, eq=False)
class Prepared:
    """The page's query, and the address of the server, which its snippet names."""

    query: CheckFields
    origin: str
    work: int = 0


def _prepared(place: Place, query: CheckFields) -> Prepared:
    return Prepared(query, place.origin)


def _computed(ready: Prepared, _say: Said) -> dict[str, Any]:
    return view_of(ready.query, ready.origin)


def _as_computed(computed: dict[str, Any]) -> dict[str, Any]:
    return computed


def _further(_view: View[Any, Any, Any]) -> APIRouter:
    return CALLS


VIEW = View(
    name="gradient-check", title="Gradient check", query=CheckFields, prepare=_prepared, compute=_computed,
    answer=_as_computed, page=PAGE, names_origin=True, further=_further,
)  # fmt: skip
