"""`GET /playground/data`: the numbers behind a stage, in a format of one's own."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response

from app.query.control import control
from app.query.source import with_generator_fields
from app.views.playground.call import REFUSED
from app.views.playground.compute import Walk
from app.views.playground.data import FORMATS, STAGES_AND_STATISTICS, data_of
from app.views.playground.query import PlaygroundFields
from app.web.answers import NOT_MODIFIED
from app.web.reading import parameters_of, query_of
from app.web.respond import Form, respond
from app.web.routes import refusals
from app.web.view import View

EXAMPLES = [
    {"query": "source=iris&stage=x_hat&format=csv"},
    {"query": "source=iris&stage=dx&format=npy", "curl": ["-o dx.npy"]},
    {"query": "source=wine&stage=statistics&format=json"},
]


class DataFields(PlaygroundFields):
    """The playground's fields, and what of it to write in which format."""

    stage: Literal[STAGES_AND_STATISTICS] = control(  # type: ignore[valid-type]
        "x_hat", "The numbers wanted: a stage of the chain, or the `statistics` of every feature. The read-out's "
        "stages exist under a loss only.", title="Stage", group="data", kind="select",
    )  # fmt: skip
    format: Literal["json", "csv", "npy"] = control(
        "json", "JSON with the columns' names, CSV with a header line, or NumPy's NPY in the shape of the batch.",
        title="Format", group="data", kind="select",
    )  # fmt: skip


DataQuery: Any = with_generator_fields(DataFields)


def export_of(view: View[Any, Any, Any]) -> APIRouter:
    """The call that exports what the view computes."""
    router = APIRouter(tags=["playground"])

    @router.get(
        "/playground/data",
        summary="The numbers behind a stage, as JSON, CSV or NPY",
        responses={
            200: {
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
        form = Form("playground-data", FORMATS[query.format].media_type, partial(_written, query))
        response = await respond(request, query, view, form)
        response.headers["Content-Disposition"] = f'attachment; filename="bnscope-{query.stage}.{query.format}"'
        return response

    return router


def _written(query: DataFields, computed: Walk) -> bytes:
    return FORMATS[query.format].write(data_of(computed, query.stage))
