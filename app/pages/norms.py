"""`GET /norms`: one block of values under every norm, with the result inside the HTML."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import State

from app.api.norms_answer import answer_of
from app.api.norms_block import blocks_of
from app.api.norms_query import NormsFields, NormsQuery
from app.api.norms_view import view_of
from app.batches.datasets import DATASETS
from app.batches.generators import GENERATORS
from app.figures.norms_situations import TITLES
from app.figures.norms_words import inside
from app.pages.rendering import render, titled_schema
from app.pages.sourced import page_of
from bncore.norms import NORMS
from bncore.norms.reference import WU_HE_2018

router = APIRouter(include_in_schema=False)

TERMS = {
    "x": "A cell's value before any norm.",
    "x_hat": "A cell's value behind the norm, before γ and β.",
    "statistic": "A mean and a deviation (of RMS norm: a root mean square) over all cells that are lit together.",
    "mean": "The mean of each row: the dot.",
    "sd": "One deviation to either side of each row's mean: the line.",
    "eps": "Keeps the denominator away from 0.",
    "batch": "Batch norm: each channel over all examples and positions.",
    "group": "Group norm: each example's groups of channels, over all positions.",
}


@router.get("/norms")
async def norms(request: Request) -> Response:
    """The norms. A query that is wrong in a field shows the rest, with the error beside that field."""
    return await page_of(request, NormsQuery, "norms-page", partial(_page, request.app.state))


def _page(state: State, query: NormsFields, problem: dict[str, Any] | None) -> bytes:
    """The page's HTML; of a large block it comes at once, without a result, and asks for one itself."""
    blocks = blocks_of(query, state.uploads, state.settings)
    result = None if blocks.is_large else answer_of(view_of(query, blocks))
    return render(
        "norms.html", schema=page_schema(result["divisors"] if result else {}), query=query, result=result,
        problem=problem, norms=NORMS, inside=inside, reference=WU_HE_2018, terms=TERMS, data_sets=DATASETS.values(),
        generators=GENERATORS.values(),
    )  # fmt: skip


def page_schema(divisors: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The fields, with a title for each choice, and the divisors as choices where only they are taken."""
    schema = {name: dict(field) for name, field in titled_schema(NormsQuery).items()}
    titles = {
        "norm": {"all": "all, side by side"} | {name: row.title for name, row in NORMS.items()},
        "situation": TITLES,
        "rows": {"channel": "a row for each channel", "example": "a row for each example"},
    }
    for name, own in titles.items():
        schema[name]["choices"] = [(choice, own.get(choice, title)) for choice, title in schema[name]["choices"]]
    for name, found in divisors.items():
        numbers = [(str(number), str(number)) for number in found["all"]]
        schema[name]["choices"] = [("auto", f"auto ({found['auto']})"), *numbers]
    return schema
