"""`GET /network`: a deep network without and with batch norm, as one answer or as a stream that tells its progress."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import State

from app import events, problems
from app.answers import NOT_MODIFIED, to_json
from app.api.network_answer import answer_of
from app.api.network_query import NetworkFields, NetworkQuery
from app.api.network_view import Prepared, prepare, view_of
from app.api.query import parameters_of, query_of
from app.api.view_stream import LongView, respond, stream_examples
from bncore.progress import Said

LARGE = 200_000_000  # steps of work from which on a network waits for its turn

router = APIRouter(tags=["network"])

EXAMPLES = [
    {"query": ""},
    {"query": "preset=vanishing&depth=10&width=100&activation=sigmoid&initialization=normal&weight_scale=0.1"},
    {"query": "architecture=convolutional&depth=3&width=8&batch_size=64&shown=norm&joint=f2"},
    {"query": "source=wine&depth=6&width=32&disturb_layer=1&disturb_factor=3&disturb_shift=0.5&notation=lecture"},
]
ANSWER = {
    "batch": {"text": "Digits: 256 examples × 64 features", "shape": [256, 64], "seeded_labels": False},
    "headline": "Without BN, z's deviation runs from",
    "network": {"modules": [{"block": 1, "kind": "linear", "joint": "z1", "label": "linear", "shape": [256, 64]}]},
    "columns": {
        "without": {
            "loss": 2.3, "joints": [{"joint": "z1", "mean": 0.0, "sd": 1.0, "gradient_norm": 0.01}],
            "weights": [{"block": 1, "norm": 8.0, "gradient": 0.01, "ratio": 0.001}],
        },
        "with": {"loss": 2.5, "joints": [{"joint": "z1", "mean": 0.0, "sd": 1.0, "gradient_norm": 0.2}]},
    },
    "findings": [{"id": "activations_vanish", "severity": "warning", "column": "without"}],
    "presets": [{"id": "vanishing", "title": "Vanishing gradients", "query": "preset=vanishing&depth=10"}],
    "conventions": ["both columns have the same weights and the same batch"],
    "figures": {"activations_without": {"data": [], "layout": {}}, "depth_gradient": {"data": [], "layout": {}}},
}  # fmt: skip
STREAM = stream_examples('{"done":26,"of":130,"text":"without batch norm, forward, layer 26 of 31"}')
REFUSALS: dict[int | str, dict[str, Any]] = {
    410: {"description": "The upload is not here, or not any more.", "content": {problems.MEDIA_TYPE: {}}},
    422: {
        "description": "An unknown name, a value out of range, or a network that is too large; `errors` says what is "
        "allowed.",
        "content": {problems.MEDIA_TYPE: {}},
    },
}


@router.get(
    "/network",
    summary="A deep network without and with batch norm, forward and backward",
    responses={
        200: {
            "description": "Per column, block and joint: moments of activations and gradients, the weights' gradients; "
            "where numbers diverged; what a disturbance moved; the claim of the preset, measured; the figures. Null "
            "stands for what is not finite, and for the column that a network without a norm does not have.",
            "content": {
                "application/json": {"example": ANSWER},
                events.MEDIA_TYPE: {"schema": {"type": "string"}, "examples": STREAM},
            },
        }
    }
    | NOT_MODIFIED
    | REFUSALS,
    openapi_extra={"parameters": parameters_of(NetworkQuery), "x-examples": EXAMPLES},
)
async def network(request: Request, query: Annotated[NetworkFields, Depends(query_of(NetworkQuery))]) -> Response:
    """Both columns of a network. The same query gives the same bytes.

    With `Accept: text/event-stream` the same answer comes as a stream: `progress` events, whose data say how many steps
    are `done` `of` how many, then one `result` event with the answer. A query that is refused is refused before the
    stream begins; what only the computation meets is a `problem` event in place of the result. Who accepts JSON as
    well gets the plain answer of a network that is not large.
    """
    return await respond(request, query, VIEW)


def _prepared(state: State, query: NetworkFields) -> Prepared:
    return prepare(query, state.uploads, state.settings)


def _written(prepared: Prepared, say: Said) -> bytes:
    return to_json(answer_of(view_of(prepared, say)))


VIEW = LongView("network", _prepared, _written, LARGE)
