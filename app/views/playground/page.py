"""The playground's page: what its template needs beside the query and the result."""

from typing import Any, Literal

from app.figures.notation import SYMBOL_TERMS
from app.query.control import control
from app.query.page_fields import PageFields
from app.views.playground.query import PlaygroundFields, PlaygroundQuery
from app.web.pages.rendering import titled_schema
from app.web.view import Page, Place
from bncore.playground.steps import STEPS


def _context(_query: PlaygroundFields, _result: Any, _place: Place) -> dict[str, Any]:
    return {"schema": titled_schema(PlaygroundQuery), "symbols": SYMBOL_TERMS}


class PlaygroundPageFields(PageFields):
    """What of the playground's page stands in its address: the stage's step, and its arrows."""

    step: Literal[STEPS] = control(  # type: ignore[valid-type]
        "x", "The step that the stage shows.", title="Step", group="page", kind="none",
    )  # fmt: skip
    arrows: Literal["none", "dx", "paths"] = control(
        "none", "The gradient at the input as arrows at the dots: none, whole, or in its three paths.",
        title="Backward", group="page", kind="none",
    )  # fmt: skip


PAGE = Page(
    "/", "playground.html", _context, at_once_only_if_light=True, keeps_refused=True, whole={"parts": "all"},
    shown=PlaygroundPageFields,
)  # fmt: skip
