"""A small record on disk under its own sum, so that whoever reads it knows whether it is what was written."""

import zlib
from typing import Any

import orjson


class Damaged(Exception):
    """What was kept is not on disk as it was written: it is to be made anew."""


def sealed(record: dict[str, Any]) -> bytes:
    """The record as JSON, with its sum.

    >>> sealed({"id": "a"})
    b'{"sum":2594498115,"record":{"id":"a"}}'
    """
    return orjson.dumps({"sum": _sum(record), "record": record})


def unsealed(content: bytes) -> dict[str, Any]:
    """The record. Raises Damaged."""
    try:
        kept = orjson.loads(content)
        record: dict[str, Any] = kept["record"]
        whole = kept["sum"] == _sum(record)
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise Damaged from error
    if not whole:
        raise Damaged
    return record


def _sum(record: dict[str, Any]) -> int:
    return zlib.crc32(orjson.dumps(record))
