"""`GET /playground/data`: the numbers behind a stage, in a format of one's own."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response

from app.query.control import control
from app.query.source import with_generator_fields
from app.views.playground.call import REFUSED
from app.views.playground.compute import Walk
from app.views.playground.data import FORMATS, STAGES_AND_STATISTICS, data_of
from app.views.playground.query import PlaygroundFields
from app.web.answers import NOT_MODIFIED
from app.web.pages.link import DESCRIBED, linked
from app.web.reading import parameters_of, query_of
from app.web.respond import respond
from app.web.routes import refusals
from app.web.view import File, View, never_light

EXAMPLES = [
    {"query": "source=iris&stage=x_hat&format=csv"},
    {"query": "source=iris&stage=dx&format=npy", "curl": ["-o dx.npy"]},
    {"query": "source=wine&stage=statistics&format=json"},
]


class DataFields(PlaygroundFields):
    """The playground's fields, and what of it to write in which format."""

    parts: Literal["all"] = control(
        "all", "All of the view.", title="Parts", group="answer", kind="select",
    )  # fmt: skip
    stage: Literal[STAGES_AND_STATISTICS] = control(  # type: ignore[valid-type]
        "x_hat", "The numbers wanted: a stage of the chain, or the `statistics` of every feature. The read-out's "
        "stages exist under a loss only.", title="Stage", group="data", kind="select",
    )  # fmt: skip
    format: Literal["json", "csv", "npy"] = control(
        "json", "JSON with the columns' names, CSV with a header line, or NumPy's NPY in the shape of the batch.",
        title="Format", group="data", kind="select",
    )  # fmt: skip


DataQuery: Any = with_generator_fields(DataFields)


def _pieces(query: DataFields, computed: Walk) -> Iterator[bytes]:
    return FORMATS[query.format].write(data_of(computed, query.stage))


FILE: File[DataFields] = File(
    media_type=lambda query: FORMATS[query.format].media_type,
    name=lambda query: f"bnscope-{query.stage}.{query.format}",
    pieces=_pieces,
)


def beside(view: View[Any, Any, Any]) -> tuple[View[Any, Any, Any], ...]:
    """The numbers behind what a view computes, as a view of its own."""
    return (
        replace(
            view, name="playground-data", query=DataQuery, is_light=never_light, call=None, page=None, file=FILE,
            beside=View.beside, further=View.further,
        ),
    )  # fmt: skip


def export_of(view: View[Any, Any, Any]) -> APIRouter:
    """The call that exports what the view computes."""
    router = APIRouter(tags=["playground"])
    (exported,) = beside(view)

    @router.get(
        "/playground/data",
        summary="The numbers behind a stage, as JSON, CSV or NPY",
        responses={
            200: {
                "headers": DESCRIBED,
                "description": "The table, as an attachment. A batch of more than two axes keeps its shape in JSON and "
                "NPY; CSV has a line for each position of each example.",
                "content": {
                    "application/json": {
                        "example": {"columns": ["x0", "x1"], "shape": [2, 2], "data": [[-1.0, 1.0], [1.0, -1.0]]}
                    },
                    "text/csv": {"example": "x0,x1\n-1.0,1.0\n1.0,-1.0\n"},
                    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
                },
            }
        }
        | NOT_MODIFIED
        | refusals(REFUSED),
        openapi_extra={"parameters": parameters_of(DataQuery), "x-examples": EXAMPLES},
    )
    async def data(request: Request, query: Annotated[DataFields, Depends(query_of(DataQuery))]) -> Response:
        """All examples × features of a stage, or the statistics of every feature, in full precision."""
        response = await respond(request, query, exported)
        response.headers["Content-Disposition"] = f'attachment; filename="{FILE.name(query)}"'
        response.headers.update(linked(request, view))
        return response

    return router
