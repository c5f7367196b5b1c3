"""What happens to each request: it gets an id, is counted and timed by its route, and a line if lines are asked for."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.operations.ids import HEADER, REQUEST_ID, id_of
from app.web.operations.logs import ACCESS
from app.web.operations.routes import NO_ROUTE, Templates

if TYPE_CHECKING:
    from app.web.operations.metrics import Metrics

LOG = logging.getLogger(ACCESS)
METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"})
"""Those that metrics tell apart; any other word that a client may send is `other`."""


@dataclass
class Answered:
    """A request and what has been sent of its answer."""

    scope: Scope
    method: str
    id: str
    began: float = field(default_factory=perf_counter)
    status: int = 500
    size: int = 0

    def heard(self, message: Message) -> None:
        """Take note of a part of the answer, and give it the id."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)[HEADER] = self.id
        elif message["type"] == "http.response.body":
            self.size += len(message.get("body", b""))


class Journal:
    """Outside of all other middleware, so that what those refuse is told too."""

    def __init__(self, app: ASGIApp, metrics: "Metrics", templates: Templates) -> None:
        self.app = app
        self._metrics = metrics
        self._template_of = templates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answered = Answered(scope, scope["method"], id_of(Headers(scope=scope).get(HEADER, "")))
        REQUEST_ID.set(answered.id)  # not taken back: whoever logs what is raised from here is in the same task

        async def heard(message: Message) -> None:
            answered.heard(message)
            await send(message)

        with self._metrics.running.track_inprogress():
            try:
                await self.app(scope, receive, heard)
            finally:
                self._told(answered)

    def _told(self, answered: Answered) -> None:
        seconds = perf_counter() - answered.began
        route = self._template_of(answered.scope) or NO_ROUTE
        method = answered.method if answered.method in METHODS else "other"
        self._metrics.requests.labels(route, method, str(answered.status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        if LOG.isEnabledFor(logging.INFO):
            LOG.info("%s %s", answered.method, path_of(answered.scope), extra={"fields": _line(answered, seconds)})


def _line(answered: Answered, seconds: float) -> Mapping[str, Any]:
    client = answered.scope.get("client")
    return {
        "status": answered.status, "ms": round(1000 * seconds, 1), "bytes": answered.size,
        "client": client[0] if client else "",
    }  # fmt: skip


def path_of(scope: Scope) -> str:
    """The path as it was asked for, without the query: that may hold a key, or a student's numbers."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.partition(b"?")[0].decode("latin-1")
