"""`GET /VIEW/figure`: what one figure of a view shows, as CSV; of every view that has figures."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AfterValidator, create_model

from app.errors import InvalidQuery
from app.figures.table import csv_of
from app.query.control import QueryModel, control
from app.web.answers import NOT_MODIFIED
from app.web.pages.link import DESCRIBED, linked
from app.web.reading import parameters_of, query_of
from app.web.respond import respond
from app.web.routes import refusals
from app.web.view import File, View, never_light

CSV = "text/csv; charset=utf-8"
NAME = r"[a-z][a-z0-9_]*"
REFUSED = "What the view itself refuses, and a name that none of its figures has; `errors` says what is allowed."


def with_figures(view: View[Any, Any, Any]) -> View[Any, Any, Any]:
    """The view, and beside it its figures as tables, where it has some."""
    if not view.has_figures:
        return view
    tables = _tables_of(view)
    return replace(view, beside=lambda _: (*view.beside(view), tables), further=lambda _: _calls_of(view, tables))


def _tables_of(view: View[Any, Any, Any]) -> View[Any, Any, Any]:
    """What a figure of the view shows, as a view of its own."""

    def pieces(query: Any, computed: Any) -> Iterator[bytes]:
        yield csv_of(_figure(view.answer(computed), query.figure)).encode()

    file: File[Any] = File(
        media_type=lambda _: CSV, name=lambda query: f"bnscope-{view.name}-{query.figure}.csv", pieces=pieces
    )
    return replace(
        view, name=f"{view.name}-figure", query=_query_of(view.query), is_light=never_light, call=None, page=None,
        file=file, beside=View.beside, further=View.further,
    )  # fmt: skip


def _figure(answer: dict[str, Any], name: str) -> dict[str, Any]:
    figures: dict[str, Any] = answer.get("figures", {})
    if name not in figures:
        raise InvalidQuery(
            f"There is no figure {name!r} in this view.", field="figure", given=name, allowed=", ".join(figures)
        )
    figure: dict[str, Any] = figures[name]
    return figure


def _name(text: str) -> str:
    if not re.fullmatch(NAME, text):
        raise ValueError("a figure's name: small letters, digits and _")
    return text


def _query_of(model: type[QueryModel]) -> type[QueryModel]:
    """The fields of the view, and which figure."""
    field: Any = control(
        "", "The figure's name, as in the answer's `figures`.", title="Figure", group="answer", kind="text", form=NAME,
        max_length=60,
    )  # fmt: skip
    named = Annotated[str, AfterValidator(_name)]
    made: type[QueryModel] = create_model(f"{model.__name__}Figure", __base__=model, figure=(named, field))
    return made


def _calls_of(view: View[Any, Any, Any], tables: View[Any, Any, Any]) -> APIRouter:
    """The view's own further calls, and the one that exports a figure."""
    router = APIRouter()
    router.include_router(view.further(view))
    tag = view.call.tag if view.call else view.title.lower()

    @router.get(
        f"/{view.name}/figure",
        tags=[tag],
        summary=f"What a figure shows, as CSV ({view.title})",
        responses={
            200: {
                "headers": DESCRIBED,
                "description": "A line for each mark: its series, x and y; of a map also z.",
                "content": {"text/csv": {"schema": {"type": "string"}}},
            }
        }
        | NOT_MODIFIED
        | refusals(REFUSED),
        openapi_extra={"parameters": parameters_of(tables.query)},
    )
    async def figure(request: Request, query: Annotated[Any, Depends(query_of(tables.query))]) -> Response:
        """The numbers as the figure of this query draws them."""
        response = await respond(request, query, tables)
        assert tables.file is not None
        response.headers["Content-Disposition"] = f'attachment; filename="{tables.file.name(query)}"'
        response.headers.update(linked(request, view))
        return response

    return router
