"""A view's page: the result inside the HTML unless it takes long, kept by its ETag, and never a dead end."""

from functools import partial
from typing import Any

import anyio.to_thread
from fastapi import Request, Response

from app.batches.datasets import DATASETS
from app.batches.generators import GENERATORS
from app.errors import UserError, as_user_error, problem_of
from app.web.answers import answer_from, etag_of
from app.web.pages.lenient import lenient
from app.web.pages.rendering import HTML, html, render
from app.web.respond import Asked, known
from app.web.view import Page, View
from bncore.errors import BatchNormError

Problem = dict[str, Any] | None


async def page_of(request: Request, view: View[Any, Any, Any], page: Page[Any]) -> Response:
    """The page of the request's query. What is wrong in a field shows the rest, with the error beside that field."""
    query, problem = lenient(view.query, request.query_params.multi_items())
    asked = Asked(request, view, query)
    etag = etag_of(f"{view.name}-page", view.stated(asked.place, query))
    try:
        await known(asked.place, query)
        if problem is None:
            return await answer_from(request, etag, partial(_written, asked, page, None), HTML)
        content = await _written(asked, page, problem)
    except (UserError, BatchNormError) as error:
        refused = error if isinstance(error, UserError) else as_user_error(error)
        problem = problem_of(refused)
        content = await _refused(asked, page, refused, problem)
    return html(content, problem["status"])


async def _written(asked: Asked, page: Page[Any], problem: Problem) -> bytes:
    """The HTML: in the event loop if the view is light, else in a thread."""
    if asked.is_light:
        return _with_result(asked, page, problem)
    if page.at_once_only_if_light:
        return _html(asked, page, None, problem)
    return await anyio.to_thread.run_sync(_with_result, asked, page, problem)


def _with_result(asked: Asked, page: Page[Any], problem: Problem) -> bytes:
    """What is large comes without a result, and asks for one itself."""
    ready = asked.view.prepare(asked.place, asked.query.model_copy(update=page.whole))
    return _html(asked, page, None if ready.work > asked.view.large else asked.view.result(ready), problem)


def _html(asked: Asked, page: Page[Any], result: Any, problem: Problem) -> bytes:
    own = page.context(asked.query, result, asked.place)
    return render(
        page.template, asked.request.app.state.navigation, here=page.path, room=asked.view.name.replace("-", "_"),
        query=asked.query, result=result, problem=problem, data_sets=DATASETS.values(), generators=GENERATORS.values(),
        **own,
    )  # fmt: skip


async def _refused(asked: Asked, page: Page[Any], error: UserError, problem: dict[str, Any]) -> bytes:
    """The query as it is, without a result; or without the field at fault, and should that be refused, the default."""
    if page.keeps_refused:
        return _html(asked, page, None, problem)
    kept = {name: value for name, value in asked.query.stated().items() if name != error.field}
    try:
        return await _written(asked.of(kept), page, problem)
    except UserError:
        return await _written(asked.of({}), page, problem)
