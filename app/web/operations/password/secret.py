"""The password, and the ticket that a browser keeps in its place.

A ticket is signed with a key that follows from the password alone: every worker and every machine with the same
password takes it, a new password ends all tickets, and nothing is stored. Deriving the key is slow on purpose: a ticket
that somebody copies does not tell a short password by quick guessing.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable

from starlette.datastructures import Headers

COOKIE = "bnscope_ticket"
LASTS = 7 * 24 * 3600  # seconds
SALT = b"bnscope: the password of a class"


class Password:
    """What is asked for. Comparing takes as long for a wrong password as for the right one."""

    def __init__(self, password: str, clock: Callable[[], float] = time.time) -> None:
        self._key = hashlib.scrypt(password.encode(), salt=SALT, n=2**14, r=8, p=1, dklen=32)
        self._right = self._sign(password)
        self._clock = clock

    def is_right(self, given: str) -> bool:
        """Whether it is the password."""
        return hmac.compare_digest(self._sign(given), self._right)

    def ticket(self) -> str:
        """A ticket that lasts from now on."""
        until = str(int(self._clock()) + LASTS)
        return f"{until}.{self._sign(until).hex()}"

    def takes(self, ticket: str) -> bool:
        """Whether it is a ticket of this password that has not ended."""
        until, _, signed = ticket.partition(".")
        right = hmac.compare_digest(self._sign(until).hex().encode(), signed.encode("utf-8", "replace"))
        return right and int(until) > self._clock()

    def _sign(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256")


def given_in(headers: Headers) -> str | None:
    """The password of an `Authorization` header, `Bearer` or `Basic` under any name; None where there is none."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip().encode("latin-1", "replace").decode("utf-8", "replace")
    return _basic(value) if scheme.lower() == "basic" else None


def _basic(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""
