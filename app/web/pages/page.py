"""A view's page: the result inside the HTML unless it takes long, kept by its ETag, and never a dead end."""

from dataclasses import dataclass
from typing import Any

import anyio
import anyio.to_thread
import orjson
from fastapi import Request, Response

from app.batches.datasets import DATASETS
from app.batches.generators import GENERATORS
from app.errors import Busy, UserError, as_user_error, problem_of
from app.web.answers import answer_of, etag_of, is_known, unchanged
from app.web.pages.lenient import lenient
from app.web.pages.opened import Opened, opened
from app.web.pages.rendering import HTML, html, render
from app.web.respond import Asked, held_of, known
from app.web.view import Page, View
from app.web.work.turns import Rank
from bncore.errors import BatchNormError

PATIENCE = 2.0  # seconds for which a page waits for its result; after that it comes without, and asks itself
Problem = dict[str, Any] | None


@dataclass(frozen=True)
class Written:
    """A page, and whether it is what this query's page always is: not one that came without its result for once."""

    content: bytes
    always: bool = True


async def page_of(request: Request, view: View[Any, Any, Any], page: Page[Any]) -> Response:
    """The page of the request's query. What is wrong in a field shows the rest, with the error beside that field."""
    at, pairs, ill = opened(page, request.query_params.multi_items())
    query, problem = lenient(view.query, pairs)
    asked, problem = Asked(request, view, query.model_copy(update=page.whole)), problem or ill
    large = asked.place.uploads.large
    try:
        if large.is_due:  # the menu of sources has them
            await anyio.to_thread.run_sync(large.listed)
        await known(asked.place, query)
        if problem is None:
            return await _kept_or_written(asked, at)
        content = (await _written(asked, at, problem)).content
    except Busy as error:
        return _busy(request, error)
    except (UserError, BatchNormError) as error:
        refused = error if isinstance(error, UserError) else as_user_error(error)
        problem = problem_of(refused)
        content = await _refused(asked, at, refused, problem)
    return html(content, problem["status"])


def _busy(request: Request, error: Busy) -> Response:
    """A page that asks again by itself."""
    seconds = error.retry_after or Busy.retry_after
    answer = html(render("busy.html", request.app.state.navigation, seconds=seconds), 503)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _etag(asked: Asked, at: Opened) -> str:
    return etag_of(f"{asked.view.name}-page", asked.view.stated(asked.place, asked.query) | at.shown.stated())


async def _kept_or_written(asked: Asked, at: Opened) -> Response:
    etag = _etag(asked, at)
    if is_known(asked.request, etag):
        return unchanged(etag)
    held = asked.answers.held(etag)
    if held is None:
        written = await _written(asked, at, None)
        if not written.always:
            return html(written.content)
        held = asked.answers.put(etag, written.content)
    return answer_of(asked.request, etag, held, HTML)


async def _written(asked: Asked, at: Opened, problem: Problem) -> Written:
    """The HTML, with its result where that does not take long."""
    if asked.is_light:
        try:
            return await _at_desk(asked, at, problem)
        except Busy:
            if not at.page.at_once_only_if_light:
                raise
            return Written(_html(asked, at, None, problem), always=False)
    if at.page.at_once_only_if_light:
        return Written(_html(asked, at, None, problem))
    result, always = await _result(asked)
    return _meanwhile(asked, at, problem) or Written(_html(asked, at, result, problem), always)


def _meanwhile(asked: Asked, at: Opened, problem: Problem) -> Written | None:
    """The page that another request has written while this one waited: of a herd the first writes it for all."""
    content = asked.answers.get(_etag(asked, at)) if problem is None else None
    return None if content is None else Written(content)


async def _at_desk(asked: Asked, at: Opened, problem: Problem) -> Written:
    async with asked.work.at_desk(asked.request, Rank.PAGE):
        if (written := _meanwhile(asked, at, problem)) is not None:
            return written
        result = asked.view.result(asked.view.prepare(asked.place, asked.query))
        return Written(_html(asked, at, result, problem))


async def _result(asked: Asked) -> tuple[Any, bool]:
    """The result as plain data if it is there soon, None of what is long or waits; and whether that is always so."""
    with asked.work.here.floor.join(asked.errand, asked.client) as flight:
        with anyio.move_on_after(PATIENCE):
            while not (flight.has_ended or flight.long or flight.waits):
                await flight.change()
        if flight.result is None and not flight.has_ended:
            return None, flight.long is True
        if isinstance(flight.error, Busy):
            return None, False
        held = await anyio.to_thread.run_sync(held_of, await flight.outcome())
        return None if held is None else orjson.loads(held.plain), True


def _html(asked: Asked, at: Opened, result: Any, problem: Problem) -> bytes:
    page = at.page
    own = page.context(asked.query, result, asked.place)
    return render(
        page.template, asked.request.app.state.navigation, here=page.path, shown=at.shown, shown_schema=at.schema,
        room=asked.view.name.replace("-", "_"), query=asked.query, result=result, problem=problem,
        refused=problem is not None and not problem.get("ignored"),
        data_sets=DATASETS.values(), generators=GENERATORS.values(),
        large_files=list(asked.place.uploads.large.seen), **own,
    )  # fmt: skip


async def _refused(asked: Asked, at: Opened, error: UserError, problem: dict[str, Any]) -> bytes:
    """The query as it is, without a result; or without the field at fault, and should that be refused, the default."""
    if at.page.keeps_refused:
        return _html(asked, at, None, problem)
    kept = {name: value for name, value in asked.query.stated().items() if name != error.field}
    try:
        return (await _written(asked.of(asked.view.query.model_validate(kept)), at, problem)).content
    except UserError:
        return (await _written(asked.of(asked.view.query.model_validate({})), at, problem)).content
