"""A page as its address opens it: what is the page's own in the address, apart from its view's query."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from app.query.control import schema_of
from app.query.page_fields import PageFields
from app.web.pages.lenient import lenient
from app.web.view import Page

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Opened:
    """A page, and what of itself it shows."""

    page: Page[Any]
    shown: PageFields

    @property
    def schema(self) -> dict[str, dict[str, Any]]:
        """The fields of the page itself."""
        return _schema_of(self.page.shown)


@cache
def _schema_of(shown: type[PageFields]) -> dict[str, dict[str, Any]]:
    return schema_of(shown)


def opened(page: Page[Any], pairs: Pairs) -> tuple[Opened, Pairs, dict[str, Any] | None]:
    """The page, what is left of an address for its view's query, and a problem with the page's own fields, if any."""
    fields = page.shown.model_fields
    own = [(name, value) for name, value in pairs if name in fields]
    shown, problem = lenient(page.shown, own)
    at, others = Opened(page, shown), [(name, value) for name, value in pairs if name not in fields]
    return at, others, problem and problem | {"page_detail": _ignored(at.schema, problem), "ignored": True}


def _ignored(schema: dict[str, dict[str, Any]], problem: dict[str, Any]) -> str:
    """What the page does about its own fields of a problem: all else is computed and shown as asked."""
    return " ".join(
        f"{schema[row['field']]['title']}: the page ignores “{row['given']}” and shows {_usual(schema[row['field']])}; "
        f"allowed: {row['allowed']}."
        for row in problem["errors"]
    )


def _usual(field: dict[str, Any]) -> str:
    usual = field["default"]
    return "itself as without it" if usual in ("", None) else f"“{usual}”"
