"""Finished answers: the same query gives the same bytes, so an answer can be kept, and its ETag is known before it."""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from threading import Lock
from typing import Any

import orjson
from fastapi import Request, Response

from app.release import fingerprint

JSON = "application/json"
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "The ETag in If-None-Match still holds."}}
"""What the description of every such call says."""


class AnswerCache:
    """The most recently used answers of this worker, up to so many bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._answers: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> bytes | None:
        """The answer kept under `key`, now the most recently used."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: str, body: bytes) -> None:
        """Keep an answer, dropping the least recently used ones; one larger than the limit is not kept."""
        with self._lock:
            if key in self._answers or len(body) > self._limit:
                return
            self._answers[key] = body
            self._size += len(body)
            while self._size > self._limit:
                _, dropped = self._answers.popitem(last=False)
                self._size -= len(dropped)


def etag_of(view: str, query: dict[str, Any]) -> str:
    """The ETag of a view's answer: release, view and query."""
    stated = orjson.dumps([fingerprint(), view, query], option=orjson.OPT_SORT_KEYS)
    return f'"{hashlib.sha256(stated).hexdigest()[:32]}"'


async def answer_from(
    request: Request, etag: str, compute: Callable[[], Awaitable[bytes]], media_type: str = JSON
) -> Response:
    """The kept answer, a 304, or the one that `compute` brings, wherever it computes."""
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    cache: AnswerCache = request.app.state.answers
    body = cache.get(etag)
    if body is None:
        body = await compute()
        cache.put(etag, body)
    return Response(body, media_type=media_type, headers=headers)


def matches(if_none_match: str | None, etag: str) -> bool:
    """Whether an If-None-Match header names this ETag (weak or strong, one of several, or `*`; RFC 9110, 13.1.2)."""
    if if_none_match is None:
        return False
    named = [part.strip().removeprefix("W/") for part in if_none_match.split(",")]
    return etag in named or "*" in named


def to_json(value: Any) -> bytes:
    """JSON of plain data and NumPy arrays; not-a-number becomes null."""
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY, default=_plain)


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no JSON form")
