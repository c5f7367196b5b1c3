"""The playground's page: what its template needs beside the query and the result."""

from typing import Any

from app.views.playground.query import PlaygroundFields, PlaygroundQuery
from app.web.pages.rendering import titled_schema
from app.web.view import Page, Place


def _context(_query: PlaygroundFields, _result: Any, _place: Place) -> dict[str, Any]:
    return {"schema": titled_schema(PlaygroundQuery)}


PAGE = Page("/", "playground.html", _context, at_once_only_if_light=True, keeps_refused=True)
