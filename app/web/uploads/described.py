"""What OpenAPI says of a call that takes a file."""

from typing import Annotated, Any

from fastapi import Path, Query

Responses = dict[int | str, dict[str, Any]]

BINARY = {"schema": {"type": "string", "format": "binary", "minLength": 1}}
GONE: Responses = {410: {"description": "It is not here, or not any more."}}
WRONG_KEY: Responses = {403: {"description": "No key, or not one of this upload's."}}
DeleteKey = Annotated[str, Query(description="The key that the upload returned; without it this is a 403.")]


def body(**text: dict[str, Any]) -> dict[str, Any]:
    """A file as a form's field or as the bare body, which may be `text`, too, by its media type ("text/csv")."""
    form = {"schema": {"type": "object", "required": ["file"], "properties": {"file": BINARY["schema"]}}}
    return {
        "requestBody": {
            "required": True,
            "description": "The file as the form field `file`, or as the body. Its kind is told from its bytes.",
            "content": {"multipart/form-data": form, **text, "application/octet-stream": BINARY},
        }
    }


def refusals(unread: str, kept: str) -> Responses:
    """What is refused: `unread` says of what cannot be read, `kept` names what the server keeps."""
    return {
        413: {"description": "More bytes than the limit, as sent or when unpacked."},
        415: {"description": "A kind of file that is not taken."},
        422: {"description": unread},
        507: {"description": f"It alone is larger than the server's room for {kept}."},
    }


def by_hash(what: str) -> Any:
    """The part of a path that names a file by its SHA-256."""
    return Path(pattern="^[0-9a-f]{64}$", description=what)
