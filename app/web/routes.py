"""A view's routes: its call in the REST API with its description, and its page."""

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from app.web import events, problems
from app.web.answers import JSON, NOT_MODIFIED
from app.web.pages.page import page_of
from app.web.reading import parameters_of, query_of
from app.web.respond import respond
from app.web.stream import WAYS, stream_examples
from app.web.view import Call, View

Responses = dict[int | str, dict[str, Any]]


@cache
def calls_of(view: View[Any, Any, Any]) -> APIRouter:
    """`GET /NAME` of the REST API, those of the views beside it, and the view's further calls."""
    router = APIRouter()
    if view.call is not None:
        _add_call(router, view, view.call)
    for other in view.beside(view):
        router.include_router(calls_of(other))
    router.include_router(view.further(view))
    return router


@cache
def pages_of(view: View[Any, Any, Any]) -> APIRouter:
    """The view's page."""
    router, page = APIRouter(include_in_schema=False), view.page
    if page is not None:

        @router.get(page.path)
        async def shown(request: Request) -> Response:
            return await page_of(request, view, page)

        router.include_router(page.further)
    return router


def _add_call(router: APIRouter, view: View[Any, Any, Any], call: Call) -> None:
    query = Depends(query_of(view.query))

    @router.get(
        f"/{view.name}", name=call.name, tags=[call.tag], summary=call.summary, description=_help(call),
        responses=_responses(call),
        openapi_extra={"parameters": parameters_of(view.query), "x-examples": call.examples},
    )  # fmt: skip
    async def answered(request: Request, query: Annotated[Any, query]) -> Response:
        return await respond(request, query, view)


def _help(call: Call) -> str:
    return f"{call.help}\n\n{WAYS}" if call.progress else call.help


def _responses(call: Call) -> Responses:
    content: dict[str, Any] = {JSON: {"example": call.answer}}
    if call.progress:
        content[events.MEDIA_TYPE] = {"schema": {"type": "string"}, "examples": stream_examples(call.progress)}
    return {200: {"description": call.told, "content": content}} | NOT_MODIFIED | refusals(call.refused)


def refusals(what: str) -> Responses:
    """What every call that takes a source may refuse; `what` says what a 422 is about."""
    return {
        410: {"description": "The upload is not here, or not any more.", "content": {problems.MEDIA_TYPE: {}}},
        422: {"description": what, "content": {problems.MEDIA_TYPE: {}}},
        507: {"description": "The disk does not take the result.", "content": {problems.MEDIA_TYPE: {}}},
    }
