"""`GET /playground`, the main view, and `GET /playground/data`, its numbers."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import State

from app import problems
from app.answers import NOT_MODIFIED, answer_from, etag_of, to_json
from app.api.controls import control
from app.api.playground_answer import answer_of
from app.api.playground_data import FORMATS, STAGES_AND_STATISTICS, data_of
from app.api.playground_query import PlaygroundFields, PlaygroundQuery
from app.api.playground_view import View, view_of
from app.api.query import parameters_of, query_of
from app.api.source_query import AUTO_GENERATED, with_generator_fields
from app.batches.batch import Source
from app.batches.datasets import DATASETS
from app.settings import Settings

LARGE = 1_000_000  # numbers of a batch whose view takes long enough, and memory enough, to wait for others

router = APIRouter(tags=["playground"])


EXAMPLES = [
    {"query": "source=wine"},
    {"query": "source=normal&features=4&batch_size=32&activation=tanh&upstream=squared_error&seed=7"},
    {"query": "source=inline&values=1,10;2,30;4,20;5,40&eps=0&eps_placement=deviation&notation=lecture"},
    {"query": "source=digits&layer_width=8&mode=inference&running_steps=20"},
]
DATA_EXAMPLES = [
    {"query": "source=iris&stage=x_hat&format=csv"},
    {"query": "source=iris&stage=dx&format=npy", "curl": ["-o dx.npy"]},
    {"query": "source=wine&stage=statistics&format=json"},
]
ANSWER = {
    "batch": {"title": "Wine", "shape": [178, 13], "feature_names": ["alcohol"], "warnings": []},
    "forward": {"mean": [13.0], "var": [0.655], "gamma": [1.0], "beta": [0.0], "x": {"mean": [13.0], "sd": [0.81]}},
    "backward": {"dgamma": [-11.1], "dbeta": [-1.12], "dx": {"mean": [0.0], "sd": [0.904]}},
    "findings": [{"id": "statistics_noise", "severity": "note", "title": "How noisy the statistics are at N = 178"}],
    "conventions": ["normalized by this batch's mean and biased variance (divided by N)"],
    "headline": "Deviations run from 0.124 (nonflavanoid phenols) to 314 (proline), 2,530-fold.",
    "figures": {"x": {"data": [], "layout": {}}},
}
REFUSALS: dict[int | str, dict[str, Any]] = {
    410: {"description": "The upload is not here, or not any more.", "content": {problems.MEDIA_TYPE: {}}},
    422: {
        "description": "An unknown name or a value out of range; `errors` says what is allowed.",
        "content": {problems.MEDIA_TYPE: {}},
    },
}


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


@router.get(
    "/playground",
    summary="A mini-batch through batch norm, forward and backward",
    responses={
        200: {
            "description": "Per feature (the first 64, and the `selected` ones beyond): the statistics, a summary "
            "of each stage and of each path of dx; and the figures in Plotly's schema. Null parts the rows of a "
            "figure, and stands for what a view does not have.",
            "content": {"application/json": {"example": ANSWER}},
        }
    }
    | NOT_MODIFIED
    | REFUSALS,
    openapi_extra={"parameters": parameters_of(PlaygroundQuery), "x-examples": EXAMPLES},
)
async def playground(
    request: Request, query: Annotated[PlaygroundFields, Depends(query_of(PlaygroundQuery))]
) -> Response:
    """Summaries of every stage, what was found, and the figures. The same query gives the same bytes."""
    inline = is_light(query, request.app.state.settings)
    return await respond(request, query, "playground", lambda view: to_json(answer_of(view)), inline=inline)


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
    | REFUSALS,
    openapi_extra={"parameters": parameters_of(DataQuery), "x-examples": DATA_EXAMPLES},
)
async def data(request: Request, query: Annotated[DataFields, Depends(query_of(DataQuery))]) -> Response:
    """All examples × features of a stage, or the statistics of every feature, in full precision."""
    chosen = FORMATS[query.format]
    response = await respond(
        request, query, "playground-data", lambda view: chosen.write(data_of(view, query.stage)),
        inline=False, media_type=chosen.media_type,
    )  # fmt: skip
    response.headers["Content-Disposition"] = f'attachment; filename="bnscope-{query.stage}.{query.format}"'
    return response


async def respond(
    request: Request,
    query: PlaygroundFields,
    name: str,
    write: Callable[[View], bytes],
    *,
    inline: bool,
    media_type: str = "application/json",
) -> Response:
    """The view of a query, written; from the cache where it is there."""
    state = request.app.state
    if query.is_upload:
        await anyio.to_thread.run_sync(state.uploads.describe, query.source)
    compute = partial(_computed, state, query, write, inline)
    return await answer_from(request, etag_of(name, query.stated()), compute, media_type=media_type)


async def _computed(state: State, query: PlaygroundFields, write: Callable[[View], bytes], inline: bool) -> bytes:
    """The view, written: in the event loop or in a thread. Large ones take turns and hold no thread while they wait."""
    if inline:
        return write(light_view(state, query))
    source, work = await anyio.to_thread.run_sync(_opened, state, query)
    turns = state.large_views if work > LARGE else None
    return await anyio.to_thread.run_sync(lambda: write(view_of(query, source)), limiter=turns)


def light_view(state: State, query: PlaygroundFields) -> View:
    """A view that `is_light`."""
    return view_of(query, _opened(state, query)[0])


def _opened(state: State, query: PlaygroundFields) -> tuple[Source, int]:
    """The source of a view, and how many numbers its batch has; refused if too large for this server."""
    source = query.open(state.uploads)
    return source, query.check_work(source, state.settings.view_numbers)


def is_light(query: PlaygroundFields, settings: Settings) -> bool:
    """Whether the work is bounded and small enough for the event loop."""
    if query.is_upload or query.mode == "inference":
        return False
    known = DATASETS.get(query.source)
    total, features = (known.examples, known.features) if known else (None, query.features)
    asked = query.batch_size if isinstance(query.batch_size, int) else total or AUTO_GENERATED
    return min(asked, total or asked) * max(features, query.layer_width) <= settings.inline_work
