"""The wrong passwords of each address: so many are looked at, and then so many a second (docs/adr/0018-password.md).

A right one costs nothing. Where the allowance is used up no password is looked at, whether it is right or wrong, so
that a guesser learns nothing from what is answered, or from how fast. Who holds a ticket is asked for no password.
"""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from starlette.types import Scope

from app.web.operations.clients import Allowances, client_of
from app.web.operations.password.secret import Password

if TYPE_CHECKING:
    from app.web.operations.metrics import Metrics

BURST, RATE = 240, 1.0
"""Wrong passwords of one address at once, a class behind it that mistypes; and a second, once those are used up. Of all
workers of a machine together: each has its share."""

TOLD_EACH = 60.0  # seconds between two lines of the log about this

log = logging.getLogger("bnscope.password")


@dataclass(frozen=True)
class Verdict:
    """What came of a password."""

    is_right: bool = False
    wait: int = 0
    """Seconds after which one may be sent again, where this one was not looked at; else 0."""


class Throttle:
    """Looks at passwords as far as the allowance of their address goes."""

    def __init__(
        self, password: Password, metrics: "Metrics", workers: int = 1, clock: Callable[[], float] | None = None
    ) -> None:
        self._password, self._metrics = password, metrics
        self._left = Allowances(RATE / workers, BURST / workers, clock)
        self._told = -math.inf

    def judge(self, scope: Scope, given: str) -> Verdict:
        """Whether this is the password, if it is looked at."""
        client = client_of(scope)
        if wait := math.ceil(self._left.wait(client)):
            self._metrics.refusals.labels("password_rate").inc()
            self._tell(client)
            return Verdict(wait=wait)
        if self._password.is_right(given):
            return Verdict(is_right=True)
        self._metrics.refusals.labels("wrong_password").inc()
        self._left.spend(client)
        return Verdict()

    def _tell(self, client: str) -> None:
        if monotonic() - self._told >= TOLD_EACH:
            self._told = monotonic()
            log.warning("Too many wrong passwords from %s: none of its passwords is looked at meanwhile.", client)
