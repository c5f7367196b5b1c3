"""Lets in who has the password or a ticket; everybody else is asked for it."""

import math
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import PasswordNeeded, TooFast
from app.web.operations.clients import Allowances, client_of
from app.web.operations.password.page import login_page
from app.web.operations.password.secret import COOKIE, Password, given_in
from app.web.problems import refused

if TYPE_CHECKING:
    from app.web.operations.metrics import Metrics

OPEN = ("/healthz", "/readyz", "/login")
ASSETS = "/static/"
"""Open as well: they hold nothing of the class's, the page that asks for the password needs them, and browsers and
proxies keep them for good."""

TRIES, EACH = 20, 3.0
"""Wrong passwords of one address at once, and the seconds until it may be wrong once more."""

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="bnscope"'}
"""Not `Basic`, which is taken, too: a browser would put a window of its own over the page that asks."""

NEEDED = "This server asks for the class's password: as `Authorization: Bearer`, or on any of its pages in a browser."
WRONG = "This is not the class's password."
AGAIN = "Too many wrong passwords came from this address. The right one is taken at any time."


class Tries:
    """The wrong passwords of each address. The right one is always taken, so one pupil cannot lock out a class."""

    def __init__(self, metrics: "Metrics") -> None:
        self._metrics = metrics
        self._left = Allowances(1 / EACH, TRIES)

    def wrong(self, scope: Scope) -> int:
        """Note a wrong password; the seconds to wait where there have been too many, else 0."""
        self._metrics.refusals.labels("wrong_password").inc()
        wait = math.ceil(self._left.wait(client_of(scope)))
        if not wait:
            self._left.spend(client_of(scope))
        return wait


class Gate:
    """In front of all that is not open."""

    def __init__(self, app: ASGIApp, password: Password, tries: Tries, metrics: "Metrics") -> None:
        self.app = app
        self._password, self._tries, self._metrics = password, tries, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._may(scope):
            await self.app(scope, receive, send)
        else:
            await self._asked(scope)(scope, receive, send)

    def _may(self, scope: Scope) -> bool:
        path, headers = scope["path"], Headers(scope=scope)
        if path in OPEN or path.startswith(ASSETS):
            return True
        given = given_in(headers)
        if given is not None and self._password.is_right(given):
            return True
        return self._password.takes(cookie_parser(headers.get("cookie", "")).get(COOKIE, ""))

    def _asked(self, scope: Scope) -> Response:
        """The answer to who has no password, or a wrong one."""
        headers = Headers(scope=scope)
        if given_in(headers) is not None:
            return wrong_password(self._tries.wrong(scope))
        self._metrics.refusals.labels("password").inc()
        if scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
            return login_page(_address(scope), status=401, headers=CHALLENGE)
        return refused(PasswordNeeded(NEEDED), CHALLENGE)


def wrong_password(wait: int) -> Response:
    """What a program is told of a wrong one."""
    if wait:
        return refused(TooFast(AGAIN), {"Retry-After": str(wait)})
    return refused(PasswordNeeded(WRONG), CHALLENGE)


def _address(scope: Scope) -> str:
    query: bytes = scope.get("query_string", b"")
    return f"{scope['path']}?{query.decode('latin-1')}" if query else f"{scope['path']}"
