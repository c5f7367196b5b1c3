"""A large result as a response: out of its file, piece by piece, as fast as the client reads."""

from fastapi import Request, Response
from starlette.concurrency import iterate_in_threadpool
from starlette.types import Receive, Scope, Send

from app.web.answers import headers_of, takes_gzip
from app.web.work.results import Result


class ResultFile(Response):
    """A result, packed where it is and the client takes it so."""

    def __init__(self, request: Request, result: Result, media_type: str, etag: str = "") -> None:
        self._result, self._plain = result, not takes_gzip(request)
        coded = {"Content-Encoding": "gzip"} if result.squeezed and not self._plain else {}
        super().__init__(media_type=media_type, headers=(headers_of(etag) if etag else {}) | coded)
        del self.headers["content-length"]
        if not (result.squeezed and self._plain):
            self.headers["content-length"] = str(result.length)

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for piece in iterate_in_threadpool(self._result.pieces(plain=self._plain)):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
