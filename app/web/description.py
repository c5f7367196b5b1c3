"""The OpenAPI description, completed by what holds for every call: how it refuses, and in which media type."""

from typing import Any

from fastapi import FastAPI

from app.web.problems import MEDIA_TYPE

Schema = dict[str, Any]

PROBLEM: Schema = {
    "title": "Problem",
    "description": "What went wrong (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "`about:blank`: the status says what kind of problem it is."},
        "title": {"type": "string", "description": "The kind of problem, in words."},
        "status": {"type": "integer", "description": "The status of the answer."},
        "detail": {"type": "string", "description": "What was given, what is allowed and what to do."},
        "page_detail": {"type": "string", "description": "The detail as pages say it, without names of parameters."},
        "see": {"type": "string", "description": "The page, and the call, of this server that takes the file instead."},
        "request_id": {"type": "string", "description": "The `X-Request-Id` of the answer, by which the log tells."},
        "errors": {
            "type": "array",
            "description": "A row a field.",
            "items": {
                "type": "object",
                "required": ["field", "given", "allowed"],
                "properties": {
                    "field": {"type": "string", "description": "The parameter, or field of the body."},
                    "given": {"description": "What stood there, shortened."},
                    "allowed": {"type": ["string", "null"], "description": "What may stand there."},
                },
            },
        },
    },
}
REFERENCE: Schema = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
RETRY: Schema = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}}}

EVERYWHERE = {
    "401": "This server has a password, which was not sent.",
    "429": "Too many wrong passwords came from this address, and none is looked at; try again after `Retry-After`.",
    "500": "The server failed; its log has the details under the request's id.",
    "503": "The server is being stopped, or has too much to do; try again after `Retry-After`.",
}
WITH_A_QUERY = {"422": "An unknown name, or a value that is not allowed; `errors` says what is."}
WITH_A_BODY = {
    "413": "More bytes than are taken.",
    "422": "The body cannot be read, or a value in it is not allowed; `errors` says what is.",
    "429": "More, or too many wrong passwords, came from this address than is taken of one; see `Retry-After`.",
}


def describe(app: FastAPI) -> None:
    """Have the application's description completed when it is made."""
    made = app.openapi

    def openapi() -> Schema:
        new = app.openapi_schema is None
        api = made()
        if new:
            complete(api)
        return api

    app.openapi = openapi  # type: ignore[method-assign]


def complete(api: Schema) -> None:
    """Say of each call how it refuses. What a call says of a status itself stays."""
    schemas = api.setdefault("components", {}).setdefault("schemas", {})
    for framework in ("HTTPValidationError", "ValidationError"):
        schemas.pop(framework, None)
    schemas["Problem"] = PROBLEM
    for operations in api["paths"].values():
        for operation in operations.values():
            operation["responses"] = _responses(operation)


def _responses(operation: Schema) -> Schema:
    own: Schema = operation["responses"]
    told = EVERYWHERE | (WITH_A_QUERY if "parameters" in operation else {})
    told |= WITH_A_BODY if "requestBody" in operation else {}
    refusals = {status: _refusal(status, own.get(status, {}).get("description", "")) for status in {*told, *_bad(own)}}
    for status, words in told.items():
        if own.get(status, {}).get("description", "Validation Error") == "Validation Error":  # the framework's own
            refusals[status]["description"] = words
    return dict(sorted((own | refusals).items()))


def _bad(responses: Schema) -> list[str]:
    return [status for status in responses if status >= "4"]


def _refusal(status: str, words: str) -> Schema:
    return {"description": words, "content": REFERENCE} | ({"headers": RETRY} if status in ("429", "503") else {})
