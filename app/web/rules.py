"""What the description of a body says beyond each field's type: shapes of nested lists, and which fields go together.

JSON Schema cannot say that rows are equally long, or that one array has the shape of another; the rest stands here, so
that a program which keeps to the description is refused for its data alone.
"""

from typing import Any

Schema = dict[str, Any]

NUMBER: Schema = {"type": ["number", "boolean"]}
DEEP = 5  # axes up to which each depth is described


def nested(least: int, *others: Schema) -> Schema:
    """Nested lists of numbers with `least` axes or more, none empty; or one of the other kinds."""
    depths = [_of_depth(axes, NUMBER) for axes in range(least, DEEP)]
    return {"anyOf": [*depths, _of_depth(DEEP, {}), *others]}


def per_feature(lowest: float | None = None) -> Schema:
    """A list of numbers, one at least, or null."""
    number = {"type": "number"} | ({} if lowest is None else {"minimum": lowest})
    return {"anyOf": [{"type": "array", "items": number, "minItems": 1}, {"type": "null"}]}


def given(*names: str) -> Schema:
    """Each of these fields stands there, and is not null."""
    return {"required": list(names), "properties": {name: {"not": {"type": "null"}} for name in names}}


def missing(*names: str) -> Schema:
    """Each of these fields is left out, or null."""
    return {"properties": {name: {"type": "null"} for name in names}}


def one_given(*names: str) -> Schema:
    """One of these fields at least stands there."""
    return {"anyOf": [given(name) for name in names]}


def together(*names: str) -> Schema:
    """All of these fields stand there, or none."""
    return {"anyOf": [given(*names), missing(*names)]}


def where(field: str, values: list[str], default: str, then: Schema) -> Schema:
    """`then` holds where a field has one of these values; its default is one that it has when it is left out."""
    named: Schema = {"properties": {field: {"enum": values}}}
    return {"if": named if default in values else {**named, "required": [field]}, "then": then}


def _of_depth(axes: int, item: Schema) -> Schema:
    for _ in range(axes):
        item = {"type": "array", "minItems": 1, "items": item}
    return item
