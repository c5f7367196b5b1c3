"""A page as the navigation names it, and which fields of the batch it takes along from the page before."""

from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel

from app.batches.generators import GENERATORS
from app.query.control import schema_of
from app.query.source import BatchFields, SourceFields

CARRIED = {*SourceFields.model_fields, *(p.name for generator in GENERATORS.values() for p in generator.parameters)}
"""What says which batch is looked at: source, seed, batch size, how a file is read, a generator's own numbers."""


class Door(NamedTuple):
    """The path and the title of a page; `takes` are the fields that it takes, each with its least and its most."""

    path: str
    title: str
    takes: dict[str, tuple[float | None, float | None]]


def door_of(path: str, title: str, query: type[BaseModel]) -> Door:
    """The door of a view's page: one that looks at a batch takes all that says which, as far as it has the field."""
    if not issubclass(query, BatchFields):
        return Door(path, title, {})
    return Door(path, title, _taken(query))


@cache
def _taken(query: type[BatchFields]) -> dict[str, tuple[float | None, float | None]]:
    return {name: _ends(field) for name, field in schema_of(query).items() if name in CARRIED}


def _ends(field: dict[str, Any]) -> tuple[float | None, float | None]:
    return field.get("low"), field.get("high")
