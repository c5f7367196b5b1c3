"""Arrays in JSON: the body of a request, its nested lists as arrays, and what is said of numbers that leave as null."""

import re
from typing import Any, TypeVar

import numpy as np
import orjson
from fastapi.exceptions import RequestValidationError
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from app.errors import InvalidQuery
from app.web.problems import findings
from app.web.reading import repeated
from app.web.rules import nested
from bncore.exact.integers import SMALLER, refused, rounded_text

MOST_ERRORS = 20  # mistakes of a body that its refusal names
NOT_FINITE = re.compile(rb"\b(?:NaN|-?Infinity)\b")
INTEGER = re.compile(rb"[\[,: \t\r\n](-?[0-9]{16,})(?![\w.])")
"""What may be an integer beyond 2^53, behind what stands before a number of JSON; not the digits of a fraction."""
KEY = re.compile(rb'"(\w{1,40})"\s*:\s*\Z')
"""What stands before a number that is no list's, at the end of a text."""
TEXT = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?')
"""A text of JSON; one in front of a colon is a name."""
NO_BRACES = bytes(set(range(256)) - set(b"{}"))
NULL: dict[str, Any] = {"type": "null"}
NESTED, NESTED_OR_NULL = nested(2), nested(2, NULL)

Model = TypeVar("Model", bound=BaseModel)


def read(body: bytes, model: type[Model]) -> Model:
    """The body as `model`.

    Raises InvalidQuery for what is no JSON or has a name twice, RequestValidationError for wrong fields.
    """
    check_integers(body)
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _no_json(error, body) from error
    check_names(body)
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise RequestValidationError(findings(error, model, MOST_ERRORS)) from error


def _no_json(error: orjson.JSONDecodeError, body: bytes) -> InvalidQuery:
    if "infinity" in error.msg:
        detail = f"A number of the body, at line {error.lineno}, column {error.colno}, is larger than float64 holds."
        return InvalidQuery(detail, field="body", allowed="numbers up to 1.797e308")
    no_nan = " JSON has no NaN and no infinity: numbers must be finite." if NOT_FINITE.search(body) else ""
    return InvalidQuery(f"The body is not JSON: {error}.{no_nan}", field="body", allowed="a JSON object")


def check_integers(body: bytes) -> None:
    """Raises InvalidQuery for an integer of a JSON text that float64, as which all is computed, does not hold."""
    for integer in INTEGER.finditer(body):
        if (value := rounded_text(integer[1].decode())) is not None:
            raise InvalidQuery(_refused(body, integer.start(1), value), field="body", given=str(value))


def check_names(body: bytes) -> None:
    """Raises InvalidQuery where an object of a JSON text has a name twice, of which its reader takes the last."""
    objects: list[set[bytes]] = []
    end = 0
    for text in TEXT.finditer(body):
        for brace in body[end : text.start()].translate(None, NO_BRACES):
            if brace == ord("{"):
                objects.append(set())
            else:
                objects.pop()
        end = text.end()
        if text[2]:
            name = orjson.loads(b'"%b"' % text[1]).encode() if b"\\" in text[1] else text[1]
            if name in objects[-1]:
                raise _twice(name.decode())
            objects[-1].add(name)


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; raises InvalidQuery where a name stands in it twice."""
    names = set[str]()
    for name, _ in pairs:
        if name in names:
            raise _twice(name)
        names.add(name)
    return dict(pairs)


def _twice(name: str) -> InvalidQuery:
    return repeated(name, "2 values or more", "an object of the body")


def _refused(body: bytes, at: int, value: int) -> str:
    """Why the integer there is refused; a number by itself, such as a count, is of no feature."""
    key = KEY.search(body[max(0, at - 80) : at])
    return refused(key[1].decode(), value, SMALLER) if key else refused("A number of the body", value)


def numbers(values: Any, field: str) -> NDArray[Any]:
    """Nested lists as an array; text, null and objects are refused."""
    allowed = "nested lists of numbers, every row equally long"
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise InvalidQuery(f"{field} is ragged: its rows differ in length.", field=field, allowed=allowed) from error
    if array.dtype.kind not in "biuf":
        detail = f"{field} holds something that is not a number (text, null or an object)."
        raise InvalidQuery(detail, field=field, allowed=allowed)
    return array


def null_warnings(arrays: dict[str, NDArray[Any]]) -> list[str]:
    """Where numbers leave as null, and why; one sentence an array."""
    return [_null_warning(name, array) for name, array in arrays.items() if not np.isfinite(array).all()]


def _null_warning(name: str, array: NDArray[Any]) -> str:
    places = np.argwhere(~np.isfinite(array))
    first = ", ".join(map(str, places[0]))
    others = f" and {len(places) - 1} more are" if len(places) > 1 else " is"
    largest = float(np.finfo(array.dtype).max)
    return f"{name}[{first}]{others} null: larger than {array.dtype} holds ({largest:.6g})."
