"""Finished answers: the same query gives the same bytes, so an answer can be kept, and its ETag is known before it."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import Request, Response
from isal import igzip, isal_zlib

from app.kept import Kept
from app.release import arithmetic

JSON = "application/json"
PACKED_FROM = 1000  # bytes
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "The ETag in If-None-Match still holds."}}
"""What the description of every such call says."""


@dataclass(frozen=True)
class Held:
    """An answer in memory, as it is or in gzip's format."""

    body: bytes
    squeezed: bool = False

    @property
    def plain(self) -> bytes:
        """As it is."""
        return isal_zlib.decompress(self.body, wbits=31) if self.squeezed else self.body

    @property
    def packed(self) -> "Held":
        """As small as it gets: nine clients of ten take it so."""
        if self.squeezed or len(self.body) < PACKED_FROM:
            return self
        return Held(igzip.compress(self.body, 1, mtime=0), squeezed=True)  # as small as zlib's 2, five times as fast


class AnswerCache:
    """The most recently used answers of this worker, up to so many bytes."""

    def __init__(self, limit: int) -> None:
        self._kept: Kept[Held] = Kept(limit, lambda held: len(held.body))

    def held(self, key: str) -> Held | None:
        """The answer kept under `key`, now the most recently used."""
        return self._kept.get(key)

    def get(self, key: str) -> bytes | None:
        """The same as it is."""
        held = self.held(key)
        return None if held is None else held.plain

    def put(self, key: str, body: bytes | Held) -> Held:
        """Keep an answer, dropping the least recently used ones; one larger than the limit is not kept.

        Of two under one key the packed one stays. The answer is given back.
        """
        answer = body if isinstance(body, Held) else Held(body)
        self._kept.put(key, answer, instead_of=lambda known: answer.squeezed > known.squeezed)
        return answer


def etag_of(view: str, query: dict[str, Any]) -> str:
    """The ETag of a view's answer: release, with what computes its numbers, view and query."""
    stated = orjson.dumps([arithmetic(), view, query], option=orjson.OPT_SORT_KEYS)
    return f'"{hashlib.sha256(stated).hexdigest()[:32]}"'


async def answer_from(
    request: Request, etag: str, compute: Callable[[], Awaitable[bytes]], media_type: str = JSON
) -> Response:
    """The kept answer, a 304, or the one that `compute` brings, wherever it computes."""
    if is_known(request, etag):
        return unchanged(etag)
    cache: AnswerCache = request.app.state.answers
    held = cache.held(etag) or cache.put(etag, await compute())
    return answer_of(request, etag, held, media_type)


def is_known(request: Request, etag: str) -> bool:
    """Whether the client has this answer already."""
    return matches(request.headers.get("if-none-match"), etag)


def unchanged(etag: str) -> Response:
    """304."""
    return Response(status_code=304, headers=headers_of(etag))


def headers_of(etag: str) -> dict[str, str]:
    """What tells a browser to keep an answer, and to ask each time whether it still holds."""
    return {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}


def answer_of(request: Request, etag: str, held: Held, media_type: str = JSON) -> Response:
    """An answer in the form that the client takes; packed once, however many ask for it."""
    if takes_gzip(request):
        cache: AnswerCache = request.app.state.answers
        held = cache.put(etag, held.packed)
    answer = packed_answer(request, held, media_type)
    answer.headers.update(headers_of(etag))
    return answer


def packed_answer(request: Request, held: Held, media_type: str) -> Response:
    """The same without a name under which it could be kept."""
    if not (held.squeezed and takes_gzip(request)):
        return Response(held.plain, media_type=media_type)
    return Response(held.body, media_type=media_type, headers={"Content-Encoding": "gzip"})


def takes_gzip(request: Request) -> bool:
    """Whether the client reads gzip."""
    return "gzip" in accepted_codings(request.headers.get("accept-encoding", ""))


def accepted_codings(header: str) -> set[str]:
    """The content codings of an Accept-Encoding header (RFC 9110, 12.5.3), without those of quality 0.

    >>> sorted(accepted_codings("gzip, br;q=0.5, zstd;q=0"))
    ['br', 'gzip']
    """
    offers = [offer.replace(" ", "").lower().partition(";q=") for offer in header.split(",")]
    return {name for name, _, quality in offers if quality.strip("0.") or not quality}


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
