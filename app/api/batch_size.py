"""`GET /batch-size`: random batches of many sizes, one example's noise, and examples that depend on each other."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import State

from app import events, problems
from app.answers import NOT_MODIFIED, to_json
from app.api.batch_size_answer import answer_of
from app.api.batch_size_query import BatchSizeFields, BatchSizeQuery
from app.api.batch_size_view import Prepared, prepare, view_of
from app.api.query import parameters_of, query_of
from app.api.view_stream import LongView, respond, stream_examples
from bncore.progress import Said

LARGE = 40_000_000  # numbers drawn from which on a view waits for its turn

router = APIRouter(tags=["batch size"])

EXAMPLES = [
    {"query": ""},
    {"query": "source=digits&size=32&feature=20&draws=500"},
    {"query": "source=heavy_tailed&degrees_of_freedom=3&features=4&draws=200&sizes=4,64&size=4"},
    {"query": "source=iris&part=dependence&example=2&move_by=3"},
    {"query": "source=digits&layer_width=8&part=estimates&draws=200"},
]
ANSWER = {
    "batch": {"text": "Wine: 178 examples × 13 features; alcohol, K = 8", "total": 178, "feature": 0,
    "name": "alcohol"},
    "headline": "With K = 8, x̂ of alcohol typically strays by 0.408 from inference's",
    "size": 8,
    "estimates": {
        "sizes": [2, 4, 8], "draws": 1000, "noise": {"scale": 0.2, "shift": 0.3},
        "x_hat": {"whole": 0.408, "shift": 0.348, "scale": 0.213, "stretch": {"average": 1.14, "sd": 0.297}},
        "features": [{
            "feature": 0, "name": "alcohol",
            "population": {"mean": 13.0, "sd": 0.81, "skewness": -0.05, "excess": -0.86},
            "deviation": {"average": [0.4], "sd": [0.3], "sd_error": [0.01], "expected_sd": [0.3]},
        }],
    },
    "running": {"cold": 0.1, "mean_sd": 0.06, "gap": {"typical": 0.1, "largest": 0.2}},
    "noise": {"value": 0.5, "matched": {"rate": 0.1, "deviation": 0.4},
    "kinds": [{"kind": "batch_norm", "variance": 0.1}]},
    "dependence": {
        "example": 0, "others_moved": {"train": 7, "inference": 0},
        "jacobian": {"total": [[0.5]], "identity": [[1.0]], "mean": [[-0.2]], "variance": [[-0.3]]},
    },
    "classes": {"data": "wine", "example": 25, "changed": 0.5},
    "figures": {"estimates_mean": {"data": [], "layout": {}}, "strip_train": {"data": [], "layout": {}}},
}  # fmt: skip
STREAM = stream_examples('{"done":4000,"of":10000,"text":"batches of up to 1,024 examples"}')
REFUSALS: dict[int | str, dict[str, Any]] = {
    410: {"description": "The upload is not here, or not any more.", "content": {problems.MEDIA_TYPE: {}}},
    422: {
        "description": "An unknown name, a value out of range, or more draws than this server does; `errors` says what "
        "is allowed.",
        "content": {problems.MEDIA_TYPE: {}},
    },
}


@router.get(
    "/batch-size",
    summary="What the batch's size does: inaccurate estimates, noise, examples that depend on each other",
    responses={
        200: {
            "description": "By part: the sampling distributions of batch mean and deviation for every size, with their "
            "standard errors and what theory expects, and how far they take normalized values astray; running "
            "statistics; one example's noise beside dropout and weight perturbation, what pairs of examples share; "
            "a moved example in both modes, the Jacobian, an outlier's curves and a classifier; the figures. Null: "
            "it does not exist.",
            "content": {
                "application/json": {"example": ANSWER},
                events.MEDIA_TYPE: {"schema": {"type": "string"}, "examples": STREAM},
            },
        }
    }
    | NOT_MODIFIED
    | REFUSALS,
    openapi_extra={"parameters": parameters_of(BatchSizeQuery), "x-examples": EXAMPLES},
)
async def batch_size(
    request: Request, query: Annotated[BatchSizeFields, Depends(query_of(BatchSizeQuery))]
) -> Response:
    """Random batches of a source, for many sizes. The same query gives the same bytes.

    With `Accept: text/event-stream` the same answer comes as a stream: `progress` events, whose data say how many
    draws are `done` `of` how many, then one `result` event with the answer. A query that is refused is refused before
    the stream begins; what only the computation meets is a `problem` event in place of the result. Who accepts JSON as
    well gets the plain answer of what is not large.
    """
    return await respond(request, query, VIEW)


def _prepared(state: State, query: BatchSizeFields) -> Prepared:
    return prepare(query, state.uploads, state.settings)


def _written(prepared: Prepared, say: Said) -> bytes:
    return to_json(answer_of(view_of(prepared, say)))


VIEW = LongView("batch-size", _prepared, _written, LARGE)
