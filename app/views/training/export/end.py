"""`/training/end`: how the variants of a page ended, for browsers without JavaScript; the page leads there."""

from typing import Any
from urllib.parse import urlencode

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from app.errors import UserError, problem_of
from app.views.training.answer import answer_of
from app.views.training.compute import Prepared
from app.views.training.export.ended import COLUMNS, HEIGHT, WIDTH, headline, plots_of, rows_of
from app.views.training.export.formats import steps_of
from app.views.training.query import TrainingQuery
from app.views.training.routes import all_rows, prepared_of
from app.web.pages.lenient import lenient
from app.web.pages.rendering import html, render
from app.web.runs.following import Row

PATH = "/training/end"
FILES = APIRouter()


def address_of_end(query: TrainingQuery) -> str:
    """The address of this page for a query."""
    stated = query.stated()
    return f"{PATH}?{urlencode(stated)}" if stated else PATH


@FILES.get(PATH)
async def end(request: Request) -> Response:
    """The page; what its address asks wrongly is told on it."""
    query, problem = lenient(TrainingQuery, request.query_params.multi_items())
    if problem is not None:
        return _written(request, problem["status"], problem=problem)
    try:
        prepared = await prepared_of(request, query)
        rows = await all_rows(request, prepared)
    except UserError as error:
        told = problem_of(error)
        return _written(request, told["status"], problem=told)
    return _written(request, 200, **await anyio.to_thread.run_sync(_ended, rows, prepared))


def _ended(rows: list[Row], prepared: Prepared) -> dict[str, Any]:
    steps, plan = steps_of(rows), answer_of(prepared)
    titles = {letter: variant["title"] for letter, variant in plan["variants"].items()}
    return {
        "headline": headline(steps, titles), "rows": rows_of(steps, titles), "plots": plots_of(steps),
        "titles": titles, "plan": plan,
    }  # fmt: skip


def _written(request: Request, status: int, **values: Any) -> Response:
    given: dict[str, Any] = {"plan": None, "problem": None, "columns": COLUMNS, "size": (WIDTH, HEIGHT)} | values
    return html(render("training_end.html", request.app.state.navigation, here="/training", **given), status)
