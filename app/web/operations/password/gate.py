"""Lets in who has the password or a ticket; everybody else is asked for it."""

from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import PasswordNeeded, TooFast
from app.web.operations.password.page import login_page
from app.web.operations.password.secret import COOKIE, Password, given_in
from app.web.operations.password.throttle import Throttle, Verdict
from app.web.problems import refused

if TYPE_CHECKING:
    from app.web.operations.metrics import Metrics

OPEN = ("/healthz", "/readyz", "/login")
ASSETS = "/static/"
"""Open as well: they hold nothing of the class's, the page that asks for the password needs them, and browsers and
proxies keep them for good."""

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="bnscope"'}
"""Not `Basic`, which is taken, too: a browser would put a window of its own over the page that asks."""

NEEDED = "This server asks for the class's password: as `Authorization: Bearer`, or on any of its pages in a browser."
WRONG = "This is not the class's password."
TOO_MANY = (
    "Too many wrong passwords came from this address. None is looked at, right or wrong, for as long as Retry-After "
    "says; a browser that is in stays in."
)


class Gate:
    """In front of all that is not open."""

    def __init__(self, app: ASGIApp, password: Password, throttle: Throttle, metrics: "Metrics") -> None:
        self.app = app
        self._password, self._throttle, self._metrics = password, throttle, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = None if scope["type"] != "http" or self._is_open(scope) else self._asked(scope)
        await (answer or self.app)(scope, receive, send)

    def _is_open(self, scope: Scope) -> bool:
        """Whether nobody is asked: for what is open to all, and who has a ticket."""
        path, cookies = scope["path"], Headers(scope=scope).get("cookie", "")
        return path in OPEN or path.startswith(ASSETS) or self._password.takes(cookie_parser(cookies).get(COOKIE, ""))

    def _asked(self, scope: Scope) -> Response | None:
        """The answer to who has no password, or a wrong one; None to who has the right one."""
        headers = Headers(scope=scope)
        if (given := given_in(headers)) is not None:
            verdict = self._throttle.judge(scope, given)
            return None if verdict.is_right else not_taken(verdict)
        self._metrics.refusals.labels("password").inc()
        if scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
            return login_page(_address(scope), status=401, headers=CHALLENGE)
        return refused(PasswordNeeded(NEEDED), CHALLENGE)


def not_taken(verdict: Verdict) -> Response:
    """What a program is told of a password that is wrong, or was not looked at."""
    if verdict.wait:
        return refused(TooFast(TOO_MANY), {"Retry-After": str(verdict.wait)})
    return refused(PasswordNeeded(WRONG), CHALLENGE)


def _address(scope: Scope) -> str:
    query: bytes = scope.get("query_string", b"")
    return f"{scope['path']}?{query.decode('latin-1')}" if query else f"{scope['path']}"
