"""The norms' page: what its template needs beside the query and the result."""

from typing import Any

from app.views.norms.figures import Rows
from app.views.norms.query import NormsFields, NormsQuery
from app.views.norms.stage.choice import CHOICE
from app.views.norms.stage.cubes import CUBES
from app.views.norms.stage.drawing import HEIGHT, WIDTH
from app.views.norms.words.seen import SYMBOLS, terms
from app.views.norms.words.situations import TITLES
from app.web.pages.rendering import titled_schema
from app.web.view import Page, Place
from bncore.norms import NORMS
from bncore.norms.reference import WU_HE_2018


def _context(query: NormsFields, result: Any, _place: Place) -> dict[str, Any]:
    return {
        "schema": page_schema(result["divisors"] if result else {}), "norms": NORMS, "reference": WU_HE_2018,
        "terms": terms(set(query.shown_norms), query.eps, query.notation), "rows": Rows(query.rows, (), query.notation),
        "symbols": SYMBOLS, "cubes": stage_cubes(result), "choice": CHOICE,
        "drawing": {"width": WIDTH, "height": HEIGHT},
    }  # fmt: skip


def stage_cubes(result: Any) -> list[dict[str, Any]]:
    """All cubes of the stage, in their order: those of the result, and others, hidden until a result has them."""
    told = {cube["name"]: cube for cube in result["stage"]["cubes"]} if result else {}
    untold = {"cells": "", "over": "", "spoken": ""}
    return [
        {"title": cube.title, "looks": cube.looks, "hidden": name not in told, "name": name} | told.get(name, untold)
        for name, cube in CUBES.items()
    ]


def page_schema(divisors: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The fields, with a title for each choice, and as choices the numbers that the batch leaves."""
    schema = {name: dict(field) for name, field in titled_schema(NormsQuery).items()}
    titles = {
        "norm": {"all": "all, side by side"} | {name: row.title for name, row in NORMS.items()},
        "situation": TITLES,
        "rows": {"channel": "a row for each channel", "example": "a row for each example"},
    }
    for name, own in titles.items():
        schema[name]["choices"] = [(choice, own.get(choice, title)) for choice, title in schema[name]["choices"]]
    for name, choices in divisors.items():
        numbers = [(str(number), text) for number, text in zip(choices["all"], choices["texts"], strict=True)]
        schema[name]["choices"] = [("auto", f"auto ({choices['auto']})"), *numbers]
    return schema


PAGE = Page("/norms", "norms.html", _context, whole={"parts": "all"})
