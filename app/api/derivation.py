"""`GET /derivation`, every intermediate and every partial of a small batch, and `GET /jacobian`, one feature's."""

from collections.abc import Callable
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response

from app import problems
from app.answers import answer, etag_of, to_json
from app.api.derivation_answer import answer_of, jacobian_answer_of
from app.api.derivation_query import DerivationFields, DerivationQuery, JacobianFields, JacobianQuery
from app.api.derivation_view import jacobian_view_of, view_of
from app.api.query import parameters_of, query_of
from app.api.small_batch import SmallBatchFields

router = APIRouter(tags=["derivation"])

EXAMPLES = [
    {"query": ""},
    {"query": "values=1,10;2,30;4,20&dy=1,0;0,0;0,1&eps=0.5&eps_placement=deviation&notation=lecture&cell=2,1"},
    {"query": "source=iris&batch_size=6&selected=0,2&gamma=2,0.5&upstream=squared_error&step=dx&naive=on"},
]
JACOBIAN_EXAMPLES = [{"query": "values=1,10;2,30;4,20&eps=0&feature=1"}, {"query": "source=wine&batch_size=5"}]
BATCH = {"text": "Typed table: 4 examples × 3 features", "shape": [4, 3], "feature_names": ["x0", "x1", "x2"]}
JACOBIAN = {
    "feature": 0, "total": [[0.158]], "identity": [[0.632]], "mean": [[-0.158]], "variance": [[-0.316]],
    "between_features": {"across": 0.0},
}  # fmt: skip
ANSWER = {
    "batch": BATCH,
    "headline": "∂L/∂x =",
    "nodes": [{"name": "x", "side": "forward", "parents": [], "formula": {"frameworks": "x_{ji}"}, "value": [[1.0]]}],
    "routes": {"dx": {"analytic": [[0.0]], "staged": [[0.0]], "numeric": [[0.0]], "numeric_bound": [[0.0]]}},
    "laws": [{"title": "Σ ∂L/∂x over the batch = 0"}],
    "jacobian": JACOBIAN,
    "figures": {"paths": {"data": [], "layout": {}}},
}
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "The ETag in If-None-Match still holds."}}
REFUSALS: dict[int | str, dict[str, Any]] = {
    410: {"description": "The upload is not here, or not any more.", "content": {problems.MEDIA_TYPE: {}}},
    422: {
        "description": "An unknown name, a value out of range or a larger batch; `errors` says what is allowed.",
        "content": {problems.MEDIA_TYPE: {}},
    },
}


@router.get(
    "/derivation",
    summary="Batch norm node by node, forward and backward",
    responses={
        200: {
            "description": "The nodes in the order of computation, each with its formula as LaTeX in both notations, "
            "its value, its local derivatives and the gradient that arrives at it; dx by its paths and by three "
            "routes; the laws; the naive gradient; the Jacobian of the cell's feature; a moved example; the figures.",
            "content": {"application/json": {"example": ANSWER}},
        }
    }
    | NOT_MODIFIED
    | REFUSALS,
    openapi_extra={"parameters": parameters_of(DerivationQuery), "x-examples": EXAMPLES},
)
async def derivation(
    request: Request, query: Annotated[DerivationFields, Depends(query_of(DerivationQuery))]
) -> Response:
    """Every intermediate and every partial of a batch of up to 8 × 6. The same query gives the same bytes."""
    return await respond(request, query, "derivation", lambda: derived(request, query))


@router.get(
    "/jacobian",
    summary="How every example's output depends on every example's input",
    responses={
        200: {
            "description": "dy_k/dx_j of one feature, row k and column j: in all, and as identity, mean and variance "
            "part; and the largest derivative between any two features, which is computed by nudging every input.",
            "content": {"application/json": {"example": {"batch": BATCH, "jacobian": JACOBIAN}}},
        }
    }
    | NOT_MODIFIED
    | REFUSALS,
    openapi_extra={"parameters": parameters_of(JacobianQuery), "x-examples": JACOBIAN_EXAMPLES},
)
async def jacobian(request: Request, query: Annotated[JacobianFields, Depends(query_of(JacobianQuery))]) -> Response:
    """The example × example Jacobian of one feature. The same query gives the same bytes."""
    state = request.app.state
    most = state.settings.view_numbers
    return await respond(
        request, query, "jacobian", lambda: to_json(jacobian_answer_of(jacobian_view_of(query, state.uploads, most)))
    )


def derived(request: Request, query: DerivationFields) -> bytes:
    """The derivation of a query as JSON."""
    state = request.app.state
    return to_json(answer_of(view_of(query, state.uploads, state.settings.view_numbers)))


async def respond(request: Request, query: SmallBatchFields, name: str, compute: Callable[[], bytes]) -> Response:
    """The finished answer; an upload is read in a thread, everything else is small enough for the event loop."""
    if query.is_upload:
        await anyio.to_thread.run_sync(request.app.state.uploads.describe, query.source)
    return await answer(request, etag_of(name, query.stated()), compute, inline=not query.is_upload)
