"""`GET /batch-size`: what the batch's size does; the HTML has the result inside unless that takes long."""

from functools import cache, partial
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import State

from app.api.batch_size import LARGE
from app.api.batch_size_answer import answer_of
from app.api.batch_size_query import BatchSizeFields, BatchSizeQuery
from app.api.batch_size_view import prepare, view_of
from app.batches.datasets import DATASETS
from app.batches.generators import GENERATORS
from app.pages.rendering import render, titled_schema
from app.pages.sourced import page_of
from bncore.batch_size.estimates import MARKED

router = APIRouter(include_in_schema=False)

TERMS = {
    "mean": "The batch's mean: the estimate of the population's mean μ that a batch of K examples gives.",
    "deviation": "The batch's deviation (its variance is divided by K): the estimate of the population's deviation σ.",
    "theory": "What theory expects: exact for the mean, to first order in 1/K for the deviation.",
    "shift": "How far the batch's mean strays from μ, in deviations σ. It is subtracted from all examples.",
    "scale": "How far the batch's deviation spreads, as a share of σ. All examples are divided by it, and ε.",
    "running": "An average over the batches seen in training, which inference normalizes by.",
    "gap": "Where the two modes agree, the marks lie on the dashed line.",
    "x_hat": "The example's normalized value; without noise it would be one number.",
    "bound": "No value of a batch of K can be farther from the mean than √(K − 1) of its deviations.",
    "batch_norm": "One shift and one scale for the whole batch, drawn by its companions.",
    "dropout": "Sets values to 0 at random, a draw for each example, and divides the others by 1 − p.",
    "multiplicative": "Noise on a weight: one factor for all examples of a batch.",
    "additive": "Noise on a bias: one shift for all examples of a batch.",
    "x": "The input of batch norm: what is dragged.",
    "total": "How every output moves when one input does: row k, column j.",
    "identity": "1/s on the diagonal: an example moves its own value, as if the statistics were constants.",
    "variance": "Proportional to the product of both normalized values: moving an example changes the deviation, too.",
    "spread": "The deviation of the other examples' normalized values.",
    "own": "The outlier's own normalized value.",
    "classes": "In how many of the batches the example got each class.",
}  # fmt: skip


@router.get("/batch-size")
async def batch_size(request: Request) -> Response:
    """The view. A query that is wrong in a field shows the rest, with the error beside that field."""
    return await page_of(request, BatchSizeQuery, "batch-size-page", partial(_page, request.app.state))


def _page(state: State, query: BatchSizeFields, problem: dict[str, Any] | None) -> bytes:
    """The page's HTML, with every part; what is large comes at once, without a result, and asks for one itself."""
    whole = query.model_copy(update={"part": ""})
    prepared = prepare(whole, state.uploads, state.settings)
    result = None if prepared.work > LARGE else answer_of(view_of(prepared))
    return render(
        "batch_size.html", schema=page_schema(), query=query, result=result, problem=problem, marked=MARKED,
        terms=TERMS,
        data_sets=DATASETS.values(), generators=GENERATORS.values(),
    )  # fmt: skip


@cache
def page_schema() -> dict[str, dict[str, Any]]:
    """The fields, with a title for each choice that has one of its own here."""
    titles = {"perturbation": {"multiplicative": "on a weight (× N(1, s²))", "additive": "on a bias (+ N(0, s²))"}}
    schema = {name: dict(field) for name, field in titled_schema(BatchSizeQuery).items()}
    for name, own in titles.items():
        schema[name]["choices"] = [(choice, own[choice]) for choice, _ in schema[name]["choices"]]
    return schema
