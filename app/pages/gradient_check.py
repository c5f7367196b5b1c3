"""`GET /gradient-check`: a student's gradient and what is wrong with it; and snippets that check code in a notebook."""

from typing import Any

from fastapi import APIRouter, Request, Response

from app.api.gradient_check import ExampleQuery, example_of, probe_answer, report_on
from app.errors import UserError, problem_of
from app.formulas import math
from app.pages.lenient import lenient
from app.pages.rendering import html, render, titled_schema
from bncore.diagnosis import MISTAKES

router = APIRouter(include_in_schema=False)
OWN = "own"  # in place of a mistake: the tensors are the visitor's
FACTORS = r"dx=p\,\frac{\gamma}{s}\left(g-a\,\langle g\rangle-c\,c_0\,\hat{x}\langle g\hat{x}\rangle\right)"
SNIPPETS = {"cs231n": "batchnorm_forward and batchnorm_backward", "function": "any function"}


@router.get("/gradient-check")
async def gradient_check(request: Request) -> Response:
    """The page, with the report on an example inside it. A query that is wrong in a field shows the rest."""
    query, problem = lenient(ExampleQuery, request.query_params.multi_items())
    try:
        return html(_page(request, query, problem), 422 if problem else 200)
    except UserError as error:
        kept = ExampleQuery.model_validate(query.model_dump(exclude={"mistake"}))
        return html(_page(request, kept, problem_of(error)), 422)


@router.get("/gradient-check/{name}.py")
async def snippet(request: Request, name: str) -> Response:
    """Python for a notebook, with this server's address."""
    query, problem = lenient(ExampleQuery, request.query_params.multi_items())
    if name not in SNIPPETS or problem:
        return Response(f"# There is no such snippet; there are {', '.join(SNIPPETS)}.\n", 404, media_type="text/plain")
    return Response(_snippet(request, query, name), media_type="text/x-python; charset=utf-8")


def _snippet(request: Request, query: ExampleQuery, name: str) -> bytes:
    origin = str(request.base_url).rstrip("/")
    return render(f"snippets/{name}.py.txt", origin=origin, **query.model_dump())


def _page(request: Request, query: ExampleQuery, problem: dict[str, Any] | None) -> bytes:
    tensors = {} if query.mistake == OWN else example_of(query)
    result = {
        "probe": probe_answer(query), "tensors": tensors, "report": report_on(query, tensors) if tensors else None,
    }  # fmt: skip
    return render(
        "gradient_check.html", schema=titled_schema(ExampleQuery), query=query, problem=problem, result=result,
        catalogue={name: mistake.title for name, mistake in MISTAKES.items()},
        dx_formula=math(FACTORS), snippets={name: _snippet(request, query, name).decode() for name in SNIPPETS},
    )  # fmt: skip
