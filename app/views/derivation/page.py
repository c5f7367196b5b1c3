"""The derivation's page: what its template needs beside the query and the result."""

from typing import Any

from app.views.derivation.query import DerivationFields, DerivationQuery
from app.web.pages.rendering import titled_schema
from app.web.view import Page, Place


def _context(_query: DerivationFields, _result: Any, _place: Place) -> dict[str, Any]:
    return {"schema": titled_schema(DerivationQuery)}


PAGE = Page("/derivation", "derivation.html", _context, whole={"parts": "all"})
