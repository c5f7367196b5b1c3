"""`GET /gradient-check`, with the first result inside the HTML, and the snippet of its own as a file."""

from functools import partial
from typing import Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from app.answers import answer, etag_of
from app.api.controls import schema_of
from app.api.gradient_check_query import ProbeQuery
from app.api.gradient_check_snippet import snippet
from app.api.gradient_check_view import CheckFields, titles, view_of
from app.api.query import repeated
from app.errors import UserError, problem_of
from app.pages import environment
from app.problems import as_user_error, problem_of_validation, validation_rows
from bncore.diagnosis import MISTAKES
from bncore.errors import BatchNormError

router = APIRouter(include_in_schema=False)
HTML = "text/html; charset=utf-8"

CHOICES = {
    "paste": "Paste or drop", "code": "Run in my notebook", "probe": "A probe", "own": "My own batch",
    "cs231n": "CS231n's two functions", "function": "Any function", "variance": "the variance",
    "deviation": "the deviation", "2": "2: examples × features", "4": "4: images N × C × H × W",
}  # fmt: skip


@router.get("/gradient-check")
async def gradient_check(request: Request) -> Response:
    """The page. A query that is wrong in a field shows the rest, with the error beside that field."""
    query, problem = lenient(request.query_params.multi_items())
    origin = str(request.base_url).rstrip("/")
    try:
        if problem is None:
            etag = etag_of("gradient-check-page", query.stated() | {"origin": origin})
            write = partial(_page, query, origin)
            return await answer(request, etag, write, inline=False, media_type=HTML)
        content = await anyio.to_thread.run_sync(_page, query, origin, problem)
    except UserError as error:
        problem = problem_of(error)
        content = _render(query, origin, None, problem)
    except BatchNormError as error:
        problem = problem_of(as_user_error(error))
        content = _render(query, origin, None, problem)
    return Response(content, problem["status"], headers={"Cache-Control": "no-cache"}, media_type=HTML)


@router.get("/gradient-check/snippet.py")
async def snippet_file(
    request: Request,
    seed: int = 0,
    axes: Literal["2", "4"] = "2",
    eps_placement: Literal["variance", "deviation"] = "variance",
    form: Literal["cs231n", "function"] = "cs231n",
) -> Response:
    """The snippet that the page shows, as a file."""
    query = _probe(seed, axes, eps_placement)
    text = snippet(str(request.base_url).rstrip("/"), form, query)
    return Response(text, media_type="text/x-python; charset=utf-8")


def _probe(seed: int, axes: Any, eps_placement: Any) -> ProbeQuery:
    try:
        return ProbeQuery(seed=seed, axes=axes, eps_placement=eps_placement)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


def lenient(pairs: list[tuple[str, str]]) -> tuple[CheckFields, dict[str, Any] | None]:
    """The query of an address: fields that are not allowed are left at their defaults and named in a problem."""
    raw = dict(pairs)
    if len(raw) < len(pairs):
        return CheckFields(), problem_of(repeated([name for name, _ in pairs]))
    try:
        return CheckFields.model_validate(raw), None
    except ValidationError as error:
        wrong = {row["field"] for row in validation_rows(error)}
        kept = {name: value for name, value in raw.items() if name not in wrong}
        return CheckFields.model_validate(kept), problem_of_validation(list(error.errors()))


def _page(query: CheckFields, origin: str, problem: dict[str, Any] | None = None) -> bytes:
    return _render(query, origin, view_of(query, origin), problem)


def _render(query: CheckFields, origin: str, result: Any, problem: dict[str, Any] | None) -> bytes:
    """The page's HTML; without a result there is a problem that says why."""
    page = environment().get_template("gradient_check.html")
    return page.render(
        schema=page_schema(), query=query, result=result, problem=problem,
        examples=result["examples"] if result else titles(["correct", *MISTAKES]),
        snippet=snippet(origin, query.form, query.probe),
    ).encode()  # fmt: skip


def page_schema() -> dict[str, dict[str, Any]]:
    """The fields, with a title for each choice."""
    schema = schema_of(CheckFields)
    for field in schema.values():
        field["choices"] = [(name, CHOICES[name]) for name in field.get("choices", [])]
    return schema
