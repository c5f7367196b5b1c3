"""`GET /gradient-check`, with the first result inside the HTML, and the snippet of its own as a file."""

from functools import partial
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from app.answers import answer, etag_of
from app.api.controls import schema_of
from app.api.gradient_check_query import ProbeQuery
from app.api.gradient_check_snippet import RUN, snippet
from app.api.gradient_check_view import CheckFields, titles, view_of
from app.errors import UserError, problem_of
from app.pages.lenient import lenient
from app.pages.rendering import HTML, html, render
from app.problems import as_user_error
from bncore.diagnosis import MISTAKES
from bncore.errors import BatchNormError

router = APIRouter(include_in_schema=False)

CHOICES = {
    "paste": "Paste or drop", "code": "Run in my notebook", "probe": "A probe", "own": "My own batch",
    "cs231n": "CS231n's two functions", "function": "Any function", "variance": "the variance",
    "deviation": "the deviation", "2": "2: examples × features", "4": "4: images N × C × H × W",
}  # fmt: skip


@router.get("/gradient-check")
async def gradient_check(request: Request) -> Response:
    """The page. A query that is wrong in a field shows the rest, with the error beside that field."""
    query, problem = lenient(CheckFields, request.query_params.multi_items())
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
    return html(content, problem["status"])


@router.get("/gradient-check/{form}.py")
async def snippet_file(request: Request, form: str) -> Response:
    """The snippet that the page shows, as a file."""
    query, problem = lenient(ProbeQuery, request.query_params.multi_items())
    if form not in RUN or problem:
        said = problem["detail"] if problem else f"There is no such snippet; there are {', '.join(RUN)}."
        return Response(f"# {said}\n", 422 if problem else 404, media_type="text/plain")
    text = snippet(str(request.base_url).rstrip("/"), form, query)
    return Response(text, media_type="text/x-python; charset=utf-8")


def _page(query: CheckFields, origin: str, problem: dict[str, Any] | None = None) -> bytes:
    return _render(query, origin, view_of(query, origin), problem)


def _render(query: CheckFields, origin: str, result: Any, problem: dict[str, Any] | None) -> bytes:
    """The page's HTML; without a result there is a problem that says why."""
    return render(
        "gradient_check.html", schema=page_schema(), query=query, result=result, problem=problem,
        examples=result["examples"] if result else titles(["correct", *MISTAKES]),
        snippet=snippet(origin, query.form, query.probe),
    )  # fmt: skip


def page_schema() -> dict[str, dict[str, Any]]:
    """The fields, with a title for each choice."""
    schema = schema_of(CheckFields)
    for field in schema.values():
        field["choices"] = [(name, CHOICES[name]) for name in field.get("choices", [])]
    return schema
