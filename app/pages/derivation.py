"""`GET /derivation`: batch norm node by node, with the first result inside the HTML."""

from functools import partial
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from app.answers import answer, etag_of
from app.api.derivation_answer import answer_of
from app.api.derivation_query import DerivationFields, DerivationQuery
from app.api.derivation_view import view_of
from app.batches.datasets import DATASETS
from app.batches.generators import GENERATORS
from app.errors import UserError, problem_of
from app.pages.lenient import lenient
from app.pages.rendering import HTML, html, render, titled_schema
from app.pages.sourced import rest_of

router = APIRouter(include_in_schema=False)


@router.get("/derivation")
async def derivation(request: Request) -> Response:
    """The derivation. A query that is wrong in a field shows the rest, with the error beside that field."""
    query, problem = lenient(DerivationQuery, request.query_params.multi_items())
    try:
        if query.is_upload:
            await anyio.to_thread.run_sync(request.app.state.uploads.describe, query.source)
        if problem:
            return html(_page(request, query, problem), 422)
        etag = etag_of("derivation-page", query.stated())
        write = partial(_page, request, query)
        return await answer(request, etag, write, inline=not query.is_upload, media_type=HTML)
    except UserError as error:
        return html(rest_of(query, DerivationQuery, error, partial(_page, request)), problem_of(error)["status"])


def _page(request: Request, query: DerivationFields, problem: dict[str, Any] | None = None) -> bytes:
    state = request.app.state
    return render(
        "derivation.html", schema=titled_schema(DerivationQuery), query=query, problem=problem,
        result=answer_of(view_of(query, state.uploads, state.settings.view_numbers)),
        data_sets=DATASETS.values(), generators=GENERATORS.values(),
    )  # fmt: skip
