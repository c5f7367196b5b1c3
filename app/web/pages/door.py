"""A page as the navigation names it, and which fields of the batch it takes along from the page before."""

from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel

from app.batches.generators import GENERATORS
from app.query.control import schema_of
from app.query.source import BatchFields, SourceFields

CARRIED = {*SourceFields.model_fields, *(p.name for generator in GENERATORS.values() for p in generator.parameters)}
"""What says which batch is looked at: source, seed, batch size, how a file is read, a generator's own numbers."""


Taken = tuple[float | None, float | None, str | None]


class Door(NamedTuple):
    """The path and the title of a page; `takes` are the fields that it takes.

    Each has its least and its most, where it is a number, and the form of its text, where it has one.
    """

    path: str
    title: str
    takes: dict[str, Taken]


def door_of(path: str, title: str, query: type[BaseModel], taken: frozenset[str] = frozenset()) -> Door:
    """The door of a view's page: one that looks at a batch takes all that says which, as far as it has the field.

    Any other page takes the fields that it says it takes.
    """
    return Door(path, title, _taken(query, frozenset(CARRIED) if issubclass(query, BatchFields) else taken))


@cache
def _taken(query: type[BaseModel], names: frozenset[str]) -> dict[str, Taken]:
    if not names:
        return {}
    forms = {name: field.get("pattern") for name, field in query.model_json_schema()["properties"].items()}
    return {name: (*_ends(field), forms[name]) for name, field in schema_of(query).items() if name in names}


def _ends(field: dict[str, Any]) -> tuple[float | None, float | None]:
    return field.get("low"), field.get("high")
