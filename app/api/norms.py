"""`GET /norms`: one block of values under every norm, and what a difficult batch does to each."""

from functools import partial
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import State

from app import problems
from app.answers import NOT_MODIFIED, answer_from, etag_of, to_json
from app.api.norms_answer import answer_of
from app.api.norms_block import Blocks, blocks_of
from app.api.norms_query import NormsFields, NormsQuery
from app.api.norms_view import view_of
from app.api.query import parameters_of, query_of

router = APIRouter(tags=["norms"])

EXAMPLES = [
    {"query": ""},
    {"query": "batch_size=8&situation=one_example"},
    {"query": "channels=16&groups=4&ghost_size=2&situation=huge_channel&huge_factor=1000&norm=group"},
    {"query": "source=wine&batch_size=6&situation=class_sorted&rows=example&cell=1,2,0"},
]
ANSWER = {
    "batch": {"text": "Digits: 8 examples × 8 channels of 4 × 4", "shape": [8, 8, 4, 4], "positions": 16},
    "headline": "The same 8 examples",
    "situation": {"name": "usual", "title": "A usual batch"},
    "norms": [
        {
            "name": "batch", "title": "Batch norm", "over": "all examples and positions, for each channel",
            "statistics": 8, "count": 128, "parameters": 16, "batch": True, "text": "All examples and positions.",
        }
    ],
    "cube": {
        "shown": [8, 8, 16], "of": [8, 8, 16], "x": [0.0], "limit": 1.0,
        "norms": {"batch": {"x_hat": [0.0], "owner": [0], "mean": [0.0], "sd": [1.0]}},
    },
    "reference": {
        "source": "Wu & He, Group Normalization, ECCV 2018, table 2", "batch_sizes": [32, 16, 8, 4, 2],
        "errors": {"batch": [23.6, 23.7, 24.8, 27.3, 34.7], "group": [24.1, 24.2, 24.0, 24.2, 24.1]},
    },
    "conventions": ["ε is added to the variance"],
    "figures": {"before": {"data": [], "layout": {}}, "after_group": {"data": [], "layout": {}}},
}  # fmt: skip
REFUSALS: dict[int | str, dict[str, Any]] = {
    410: {"description": "The upload is not here, or not any more.", "content": {problems.MEDIA_TYPE: {}}},
    422: {
        "description": "An unknown name, a value out of range, groups that do not divide the channels, a class-sorted "
        "batch of a source without classes; `errors` says what is allowed.",
        "content": {problems.MEDIA_TYPE: {}},
    },
}


@router.get(
    "/norms",
    summary="A block of values under batch, layer, instance, group, RMS and other norms",
    responses={
        200: {
            "description": "The block's cells before and after each norm and which of them share a statistic; what a "
            "single example, a batch of one class or one huge channel does to each norm, measured; the published "
            "errors by batch size; the figures.",
            "content": {"application/json": {"example": ANSWER}},
        }
    }
    | NOT_MODIFIED
    | REFUSALS,
    openapi_extra={"parameters": parameters_of(NormsQuery), "x-examples": EXAMPLES},
)
async def norms(request: Request, query: Annotated[NormsFields, Depends(query_of(NormsQuery))]) -> Response:
    """Every norm on the same block. The same query gives the same bytes."""
    state = request.app.state
    if query.is_upload:
        await anyio.to_thread.run_sync(state.uploads.describe, query.source)
    return await answer_from(request, etag_of("norms", query.stated()), partial(computed, state, query))


async def computed(state: State, query: NormsFields) -> bytes:
    """The answer as JSON, computed in a thread; large blocks take turns and hold no thread while they wait."""
    blocks = await anyio.to_thread.run_sync(blocks_of, query, state.uploads, state.settings)
    turns = state.large_views if blocks.is_large else None
    return await anyio.to_thread.run_sync(_written, query, blocks, limiter=turns)


def _written(query: NormsFields, blocks: Blocks) -> bytes:
    return to_json(answer_of(view_of(query, blocks)))
