"""Origins beside the server's own: whose pages may ask the REST API (CORS)."""

from typing import Any

from app.web.operations.ids import HEADER

CROSSING: dict[str, Any] = {
    "allow_methods": ["GET", "HEAD", "POST", "DELETE"],
    "allow_headers": ["Authorization", "Content-Type", "If-None-Match", "Last-Event-ID", HEADER],
    "expose_headers": ["Content-Disposition", "ETag", "Link", "Location", "Retry-After", HEADER],
    "max_age": 600,
}
"""Without credentials: a page elsewhere that asks a server with a password sends it as `Authorization`."""


def origins(setting: str) -> list[str]:
    """The origins of a setting, which has been checked.

    >>> origins("https://a.example,https://b.example"), origins("")
    (['https://a.example', 'https://b.example'], [])
    """
    return setting.split(",") if setting else []
