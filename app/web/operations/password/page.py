"""The page that asks for the password, and what it sends."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.errors import UploadTooLarge
from app.web.operations.password.secret import COOKIE, LASTS
from app.web.pages.rendering import HTML, render

router = APIRouter(include_in_schema=False)

LONGEST = 8192  # bytes of a form: a password, and the address that was asked for
HERE = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
"""An address of this server: a browser would read `//` or a backslash as another host."""

WRONG = "That is not the password."
TOO_MANY = (
    "Too many wrong passwords came from your network, so this one was not looked at. Enter it again in {wait} s: "
    "until then no password from your network is taken, not even the right one."
)


@router.get("/login")
async def login(next: str = "/") -> Response:
    """The page, for going to `next` afterwards."""
    return login_page(next)


@router.post("/login")
async def entered(request: Request) -> Response:
    """A ticket for the right password; the page again for a wrong one."""
    form = parse_qs((await _body(request)).decode("utf-8", "replace"))
    given, then = (form.get(name, [""])[0] for name in ("password", "next"))
    state = request.app.state
    verdict = state.throttle.judge(request.scope, given)
    if verdict.is_right:
        secure, embedded = request.url.scheme == "https", bool(state.settings.frame_ancestors)
        headers = {"Set-Cookie": cookie(state.password.ticket(), secure, embedded), "Cache-Control": "no-store"}
        return RedirectResponse(here(then), 303, headers)
    if verdict.wait:
        return _later(then, verdict.wait)
    return login_page(then, WRONG, 401, {"WWW-Authenticate": 'Bearer realm="bnscope"'})


def _later(then: str, wait: int) -> Response:
    return login_page(then, TOO_MANY.format(wait=wait), 429, {"Retry-After": str(wait)}, wait)


def login_page(
    then: str, problem: str = "", status: int = 200, headers: Mapping[str, str] | None = None, wait: int = 0
) -> Response:
    """The page, which counts down `wait` seconds; no navigation stands on it, as nothing can be opened yet."""
    content = render("login.html", (), then=here(then), problem=problem, wait=wait)
    return Response(content, status, {"Cache-Control": "no-store"} | dict(headers or {}), HTML)


def here(address: str) -> str:
    """The address if it is one of this server's, else the start.

    >>> here("/network?depth=2"), here("//elsewhere.example"), here("https://elsewhere.example")
    ('/network?depth=2', '/', '/')
    """
    return address if HERE.fullmatch(address) else "/"


def cookie(ticket: str, secure: bool, embedded: bool) -> str:
    """The header that gives a browser its ticket. In a frame of another site browsers keep it by https alone."""
    parts = [f"{COOKIE}={ticket}", "Path=/", f"Max-Age={LASTS}", "HttpOnly"]
    parts += ["Secure"] if secure else []
    parts += ["SameSite=None", "Partitioned"] if secure and embedded else ["SameSite=Lax"]
    return "; ".join(parts)


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST:
            raise UploadTooLarge("The form is too long.", field="body", allowed=f"at most {LONGEST:,} bytes")
    return body
