"""A page whose view has a source and may take long: computed off the event loop, kept by its ETag, no dead end."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import anyio.to_thread
from fastapi import Request, Response

from app.answers import answer_from, etag_of
from app.api.source_query import BatchFields
from app.errors import UserError, problem_of
from app.pages.lenient import lenient
from app.pages.rendering import HTML, html

Fields = TypeVar("Fields", bound=BatchFields)
Write = Callable[[Fields, dict[str, Any] | None], bytes]


async def page_of(request: Request, model: type[Fields], name: str, write: Write[Fields]) -> Response:
    """The page `name` of the request's query. One that is wrong in a field shows the rest, with the error beside it.

    `write` makes the HTML of a query and of the problem that it has, if any; it is called in a thread.
    """
    query, problem = lenient(model, request.query_params.multi_items())
    try:
        if query.is_upload:
            await anyio.to_thread.run_sync(request.app.state.uploads.describe, query.source)
        if problem is None:
            computed = partial(anyio.to_thread.run_sync, write, query, None)
            return await answer_from(request, etag_of(name, query.stated()), computed, media_type=HTML)
        content = await anyio.to_thread.run_sync(write, query, problem)
    except UserError as error:
        problem = problem_of(error)
        content = await anyio.to_thread.run_sync(rest_of, query, model, error, write)
    return html(content, problem["status"])


def rest_of(query: Fields, model: type[Fields], error: UserError, write: Write[Fields]) -> bytes:
    """The page of the query without the field at fault; should it be refused for another one, of the default."""
    problem = problem_of(error)
    kept = {name: value for name, value in query.stated().items() if name != error.field}
    try:
        return write(model.model_validate(kept), problem)
    except UserError:
        return write(model.model_validate({}), problem)
