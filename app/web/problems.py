"""Exceptions to answers: every failure leaves as `application/problem+json`."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from app.errors import InvalidQuery, UserError, as_user_error, problem, problem_of, shortened
from app.web.headers import HEADERS
from app.web.leaving import LEFT, ClientLeft
from app.web.operations.ids import HEADER, REQUEST_ID
from app.web.operations.routes import allowed_at
from bncore.errors import BatchNormError

MEDIA_TYPE = "application/problem+json"
UNKNOWN = "extra_forbidden"
OBJECT = "a JSON object"
BODY = "body"
WORDS = {
    "missing": "a value, which is required", "model_type": OBJECT, "model_attributes_type": OBJECT,
    "string_pattern_mismatch": "text of the form {pattern}", "too_short": "a list of {min_length} or more",
    "greater_than_equal": "a number greater than or equal to {ge:,.15g}",
    "less_than_equal": "a number less than or equal to {le:,.15g}",
    "float_type": "a number", "int_type": "an integer", "list_type": "a list",
}  # fmt: skip
"""What is allowed where pydantic finds a mistake of that kind; of others, its own words."""
DETAILS = {404: "There is nothing at this address.", 405: "This address does not take that method."}


def install(app: FastAPI, not_found: Callable[[Request], Response] | None = None) -> None:
    """Register the handlers with the application; `not_found` makes the page of an address that does not exist."""

    @app.exception_handler(UserError)
    async def user_error(_request: Request, error: UserError) -> Response:
        after = getattr(error, "retry_after", None)
        return respond(problem_of(error), None if after is None else {"Retry-After": str(after)})

    @app.exception_handler(ClientLeft)
    async def left(_request: Request, _error: ClientLeft) -> Response:
        return Response(status_code=LEFT)

    @app.exception_handler(BatchNormError)
    async def batch_norm_error(_request: Request, error: BatchNormError) -> Response:
        return respond(problem_of(as_user_error(error)))

    @app.exception_handler(RequestValidationError)
    async def invalid_request(_request: Request, error: RequestValidationError) -> Response:
        return respond(problem_of_validation(list(error.errors())))

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        title = str(error.detail)
        if error.status_code == 405:
            return wrong_method(request, title)
        if not_found and error.status_code == 404 and "text/html" in request.headers.get("accept", ""):
            return not_found(request)
        return respond(problem(error.status_code, title, DETAILS.get(error.status_code, title)), error.headers)

    @app.exception_handler(Exception)
    async def failure(request: Request, _error: Exception) -> Response:
        headers = getattr(request.app.state, "headers", HEADERS)  # this is sent outside of all middleware
        return respond(our_mistake(), headers | {HEADER: REQUEST_ID.get()})


def respond(body: dict[str, Any], headers: Any = None) -> Response:
    """A problem body as an answer that no cache keeps, with the request's id, by which the log tells of it."""
    content = orjson.dumps(identified(body), default=repr)
    kept = dict(headers or {}) | {"Cache-Control": "no-store"}
    return Response(content, status_code=body["status"], media_type=MEDIA_TYPE, headers=kept)


def refused(error: UserError, headers: Mapping[str, str] | None = None) -> Response:
    """The answer of what stands in front of the routes, where nothing is raised."""
    return respond(problem_of(error), headers)


def our_mistake() -> dict[str, Any]:
    """The problem of a fault of ours: nothing of it but the id under which the log has it."""
    request_id = REQUEST_ID.get()
    where = f"under the id {request_id}" if request_id else "of it"
    detail = f"This is a mistake of the server's, not of yours. Its log has the details {where}."
    return identified(problem(500, "The server failed", detail))


def identified(body: dict[str, Any]) -> dict[str, Any]:
    """A problem with the id of the request that met it."""
    request_id = REQUEST_ID.get()
    return body | {"request_id": request_id} if request_id else body


def wrong_method(request: Request, title: str) -> Response:
    """What the path takes instead: as a 405, and as the answer of OPTIONS, which is asked for just that."""
    allow = {"Allow": ", ".join(allowed_at(request.app, request.scope))}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=allow)
    return respond(problem(405, title, DETAILS[405]), allow)


def findings(error: ValidationError, model: type[BaseModel], most: int | None = None) -> list[Any]:
    """Pydantic's first `most` findings, with the names that there are beside the first unknown one."""
    rows: list[Any] = list(error.errors()[:most])
    unknown = next((row for row in rows if row["type"] == UNKNOWN and len(row["loc"]) == 1), None)
    if unknown is not None:
        unknown["ctx"] = {"names": list(model.model_fields)}
    return rows


def problem_of_validation(errors: list[Any]) -> dict[str, Any]:
    """Pydantic's findings as one problem, a row a field."""
    told = _told(errors)
    detail = " ".join(f"{said}{listed}." for said, listed, _ in told)
    return problem(422, InvalidQuery.title, detail, [row for _, _, row in told])


def page_detail_of(errors: list[Any]) -> str:
    """The same detail as a page says it, whose controls are what it has: no list of all names there are."""
    return " ".join(f"{said}." for said, _, _ in _told(errors))


def field_errors(errors: list[Any]) -> list[dict[str, Any]]:
    """One row a field: what was given and what is allowed, by its first mistake."""
    return [row for _, _, row in _told(errors)]


def _told(errors: list[Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Of each field a sentence on its first mistake, the names that there are where it is none, and its row."""
    told: dict[str, tuple[str, str, dict[str, Any]]] = {}
    for error in errors:
        parts, allowed, listed = _place(error), _allowed(error), _listed(error)
        said = f"{_stated(_joined(parts), error)} {allowed}"
        while isinstance(parts[-1], int):  # of numbers of a list the whole list is the field
            parts = parts[:-1]
        row = {"field": _joined(parts), "given": shortened(error.get("input")), "allowed": f"{allowed}{listed}"}
        told.setdefault(row["field"], (said, listed, row))
    return list(told.values())


def _place(error: dict[str, Any]) -> list[Any]:
    """A field, and what of it: numbers of lists and fields in them, such as `parts`, 1, `count`."""
    place = [part for part in error["loc"] if part not in ("query", "body", "path")]
    return place if place and isinstance(place[0], str) else [BODY]  # a number is a place in the text of a body


def _joined(parts: list[Any]) -> str:
    return ".".join(str(shortened(part)) for part in parts)


def _stated(place: str, error: dict[str, Any]) -> str:
    """Where a mistake is and what it is: the first half of its sentence."""
    if error["type"] == UNKNOWN:
        return f"{place}: there is"
    if error["type"] == "missing":
        return f"{place} is missing; give"
    return f"{'The body' if place == BODY else place} is {_written(error.get('input'))}; give"


def _written(given: Any) -> str:
    """What was given as JSON has it, but for the quotation marks of a text.

    >>> _written("1e-5"), _written(None), _written(True), _written(2)
    ("'1e-5'", 'null', 'true', '2')
    """
    if given is None or isinstance(given, bool):
        return {None: "null", True: "true", False: "false"}[given]
    return repr(shortened(given)) if isinstance(given, str) else str(shortened(given))


def _allowed(error: dict[str, Any]) -> str:
    if error["type"] == UNKNOWN:
        close = get_close_matches(str(error["loc"][-1])[:40], _names(error), n=1)
        return "nothing of this name" + (f" (did you mean {close[0]}?)" if close else "")
    if error["type"] in WORDS:
        return WORDS[error["type"]].format(**error.get("ctx", {}))
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    message = str(error["msg"])
    return message.removeprefix("Input should be ").removeprefix("Value error, ")


def _listed(error: dict[str, Any]) -> str:
    names = _names(error)
    return f"; there are {', '.join(names)}" if names else ""


def _names(error: dict[str, Any]) -> list[str]:
    """All names that there are, which `findings` puts beside an unknown one."""
    names: list[str] = error.get("ctx", {}).get("names", [])
    return names
