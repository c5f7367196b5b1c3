"""`GET /network`: a deep network without and with batch norm, as one answer or as a stream that tells its progress."""

from functools import partial
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import State

from app import events, problems
from app.answers import NOT_MODIFIED, AnswerCache, answer_from, etag_of, matches, to_json
from app.api.network_answer import answer_of
from app.api.network_query import NetworkFields, NetworkQuery
from app.api.network_stream import cancelled, stream
from app.api.network_view import Prepared, prepare, view_of
from app.api.query import parameters_of, query_of
from app.leaving import ClientLeft, while_waited_for
from bncore.network.contrast import Said, unheard

LARGE = 200_000_000  # steps of work from which on a network waits for its turn
LEFT = 499  # "client closed request", as nginx has it: for the log

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
STREAM = (
    'event: progress\ndata: {"done":26,"of":130,"text":"without batch norm, forward, layer 26 of 31"}\n\n'
    "event: result\ndata: {…}\n\n"
)
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
                events.MEDIA_TYPE: {"schema": {"type": "string"}, "example": STREAM},
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
    are `done` `of` how many, then one `result` event with the answer, or one `problem` event. Who accepts JSON as well
    gets the plain answer of a network that is not large.
    """
    state = request.app.state
    if query.is_upload:
        await anyio.to_thread.run_sync(state.uploads.describe, query.source)
    etag = etag_of("network", query.stated())
    prepared = await _prepared_to_choose(request, query, etag)
    compute = partial(computed, state, query, etag, prepared)
    if _only_streams(request) or (prepared and prepared.work > LARGE):
        return events.EventStream(lambda emit: stream(emit, state.answers, etag, compute))
    try:
        response = await answer_from(
            request, etag, lambda: while_waited_for(request.receive, partial(compute, cancelled))
        )
    except ClientLeft:
        return Response(status_code=LEFT)
    response.headers["Vary"] = "Accept, Accept-Encoding"
    return response


def _only_streams(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return events.MEDIA_TYPE in accepted and "application/json" not in accepted


async def _prepared_to_choose(request: Request, query: NetworkFields, etag: str) -> Prepared | None:
    """Whoever takes JSON as well gets a stream of a large network only: how large, unless the answer is there."""
    state, accepted = request.app.state, request.headers.get("accept", "")
    undecided = events.MEDIA_TYPE in accepted and "application/json" in accepted
    if not undecided or matches(request.headers.get("if-none-match"), etag) or state.answers.get(etag) is not None:
        return None
    return await anyio.to_thread.run_sync(_prepared, state, query)


async def computed(
    state: State, query: NetworkFields, etag: str, prepared: Prepared | None, say: Said = unheard
) -> bytes:
    """The answer as JSON, computed in a thread; large networks take turns and hold no thread while they wait."""
    ready = await anyio.to_thread.run_sync(_prepared, state, query) if prepared is None else prepared
    turns = state.large_views if ready.work > LARGE else None
    return await anyio.to_thread.run_sync(_written, state.answers, etag, ready, say, limiter=turns)


def _prepared(state: State, query: NetworkFields) -> Prepared:
    return prepare(query, state.uploads, state.settings)


def _written(answers: AnswerCache, etag: str, prepared: Prepared, say: Said) -> bytes:
    """From the cache where the same was computed while this waited for its turn."""
    return answers.get(etag) or to_json(answer_of(view_of(prepared, say)))
