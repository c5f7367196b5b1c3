"""How much one client may send: requests with a body, and their bytes. What it is refused comes with when to try again.

A class behind one address is one client, so the limits are wide. A body that has begun is never cut: a client that has
sent too much waits before the next one.
"""

import math
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import TooFast
from app.settings import Settings
from app.web.operations.clients import Allowances, client_of
from app.web.problems import refused

if TYPE_CHECKING:
    from app.web.operations.metrics import Metrics

SECONDS = 10  # of the rate that may come at once


class Bodies:
    """Lets a client's POST requests in as far as its allowance goes."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: "Metrics") -> None:
        self.app = app
        self._metrics = metrics
        self._requests = Allowances(settings.post_rate, SECONDS * settings.post_rate)
        self._bytes = Allowances(settings.post_bytes, SECONDS * settings.post_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        client = client_of(scope)
        wait = max(self._requests.wait(client), self._bytes.wait(client))
        if wait:
            self._metrics.refusals.labels("rate").inc()
            await refused(TooFast(TOO_FAST), {"Retry-After": str(math.ceil(wait))})(scope, receive, send)
            return
        self._requests.spend(client)

        async def weighed() -> Message:
            message = await receive()
            self._bytes.spend(client, len(message.get("body", b"")))
            return message

        await self.app(scope, weighed, send)


TOO_FAST = "More came from this address than the server takes of one. Wait for as long as Retry-After says."
