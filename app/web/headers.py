"""Headers that every answer carries."""

from collections.abc import Mapping, Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # plotly.js writes style elements
        "img-src 'self' data: blob:",  # exported pictures
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    ]
)
"""Last stands who may show a page in a frame; other origins follow where the settings name some."""


def headers_of(frame_ancestors: Sequence[str]) -> dict[str, str]:
    """The headers of a server whose pages may stand in frames of its own and of those origins."""
    return {
        "Content-Security-Policy": " ".join([POLICY, *frame_ancestors]),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }


HEADERS = headers_of(())


HEAD = "bnscope.head"
"""The extension of a scope whose answer has no body: a stream, which would go on for long, ends with its header."""


class Head:
    """HEAD answers as GET does, without the body (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        extensions = {**scope.get("extensions", {}), HEAD: {}}
        as_get = {**scope, "method": "GET", "extensions": extensions}  # a copy: the server knows that no body follows
        try:
            await self.app(as_get, receive, send_head)
        finally:
            scope["route"] = as_get.get("route")  # for whoever stands outside and tells which one was met


class SecurityHeaders:
    """No page of ours may load from, or send to, another host; the browser holds us to it."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str] = HEADERS) -> None:
        self.app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
