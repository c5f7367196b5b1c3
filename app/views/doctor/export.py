"""`GET /doctor/report`: the report as a file: Markdown, CSV, JSON, or the text of the command line."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from app.views.doctor.call import REFUSED
from app.views.doctor.compute import Examined
from app.views.doctor.query import FileFields
from app.web.answers import NOT_MODIFIED
from app.web.pages.link import DESCRIBED, linked
from app.web.reading import parameters_of, query_of
from app.web.respond import respond
from app.web.routes import refusals
from app.web.view import File, View, never_light
from bncore.doctor.report import FORMS

EXAMPLES = [
    {"query": "model=sick&format=csv"},
    {"query": "model=sick&format=markdown", "curl": ["-o report.md"]},
    {"query": "model=sound&format=text"},
]
TITLES = {"markdown": "Markdown", "csv": "CSV", "json": "JSON"}


def titles() -> dict[str, str]:
    """The forms that the page offers, by name."""
    return TITLES


def _pieces(query: FileFields, computed: Examined) -> Iterator[bytes]:
    yield FORMS[query.format].write(computed.report).encode()


FILE: File[FileFields] = File(
    media_type=lambda query: FORMS[query.format].media_type,
    name=lambda query: f"bnscope-doctor.{FORMS[query.format].ending}",
    pieces=_pieces,
)


def exported(view: View[Any, Any, Any]) -> View[Any, Any, Any]:
    """The report as a file, as a view of its own."""
    return replace(
        view, name="doctor-report", query=FileFields, is_light=never_light, call=None, page=None, file=FILE,
        beside=View.beside, further=View.further,
    )  # fmt: skip


def export_of(view: View[Any, Any, Any]) -> APIRouter:
    """The call that exports the report."""
    router = APIRouter(tags=["doctor"])
    written = exported(view)

    @router.get(
        "/doctor/report",
        summary="The report as Markdown, CSV, JSON or text",
        responses={
            200: {
                "headers": DESCRIBED,
                "description": "The report, as an attachment: worst first.",
                "content": {
                    "text/markdown": {"schema": {"type": "string"}},
                    "text/csv": {"schema": {"type": "string"}},
                    "text/plain": {"schema": {"type": "string"}},
                    "application/json": {"schema": {"type": "object"}},
                },
            }
        }
        | NOT_MODIFIED
        | refusals(REFUSED),
        openapi_extra={"parameters": parameters_of(FileFields), "x-examples": EXAMPLES},
    )
    async def report(request: Request, query: Annotated[FileFields, Depends(query_of(FileFields))]) -> Response:
        """Every finding of every norm, for a ticket, a spreadsheet or a build."""
        response = await respond(request, query, written)
        response.headers["Content-Disposition"] = f'attachment; filename="{FILE.name(query)}"'
        response.headers.update(linked(request, view))
        return response

    return router
