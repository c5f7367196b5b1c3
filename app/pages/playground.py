"""`GET /`, the playground, with the first result inside the HTML, so that it draws without a second round trip."""

from functools import partial
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from app.answers import answer, etag_of
from app.api.playground import is_light, light_view
from app.api.playground_answer import answer_of
from app.api.playground_query import PlaygroundFields, PlaygroundQuery
from app.batches.datasets import DATASETS
from app.batches.generators import GENERATORS
from app.errors import UserError, problem_of
from app.pages.lenient import lenient
from app.pages.rendering import HTML, html, render, titled_schema
from app.problems import as_user_error
from bncore.errors import BatchNormError

router = APIRouter(include_in_schema=False)


@router.get("/")
async def playground(request: Request) -> Response:
    """The playground. A query that is wrong in a field shows the rest, with the error beside that field."""
    query, problem = lenient(PlaygroundQuery, request.query_params.multi_items())
    light = is_light(query, request.app.state.settings)
    try:
        if light and problem is None:
            etag = etag_of("playground-page", query.stated())
            write = partial(_page, request, query)
            return await answer(request, etag, write, inline=True, media_type=HTML)
        if light:
            return html(_page(request, query, problem), 422)
        if query.is_upload:
            await anyio.to_thread.run_sync(request.app.state.uploads.describe, query.source)
    except (UserError, BatchNormError) as error:
        problem = problem_of(error if isinstance(error, UserError) else as_user_error(error))
    return html(render_playground(query, None, problem), problem["status"] if problem else 200)


def _page(request: Request, query: PlaygroundFields, problem: dict[str, Any] | None = None) -> bytes:
    return render_playground(query, answer_of(light_view(request.app.state, query)), problem)


def render_playground(query: PlaygroundFields, result: Any, problem: dict[str, Any] | None) -> bytes:
    """The page's HTML; without a result the page asks for one itself, unless there is a problem."""
    return render(
        "playground.html", schema=titled_schema(PlaygroundQuery), query=query, result=result, problem=problem,
        data_sets=DATASETS.values(), generators=GENERATORS.values(),
    )  # fmt: skip
