"""The derivation's page: what its template needs beside the query and the result."""

from typing import Any

from app.figures.notation import SYMBOL_TERMS
from app.views.derivation.query import DerivationFields, DerivationQuery
from app.web.pages.rendering import titled_schema
from app.web.view import Page, Place

BROUGHT = "typed, uploaded or random"  # where a gradient from above comes from that is not named


def _context(_query: DerivationFields, _result: Any, _place: Place) -> dict[str, Any]:
    schema = titled_schema(DerivationQuery)
    choices = [(name, BROUGHT if name == "auto" else title) for name, title in schema["upstream"]["choices"]]
    return {"schema": schema | {"upstream": schema["upstream"] | {"choices": choices}}, "symbols": SYMBOL_TERMS}


PAGE = Page("/derivation", "derivation.html", _context, whole={"parts": "all"})
