"""Who asks: an address, and how much each may ask for."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from math import inf
from time import monotonic

from starlette.types import Scope

MOST = 10_000
"""Clients that are remembered; the one not heard of for longest is forgotten first, and has all again."""


def client_of(scope: Scope) -> str:
    """The address that a request came from; of IPv6 the network of 64 bits, which one household has to itself.

    Where a socket takes both kinds, an address of IPv4 is written as one of IPv6, and still is one client's.

    >>> client_of({"client": ("192.0.2.7", 1)}), client_of({"client": ("2001:db8::1:2:3:4", 1)}), client_of({})
    ('192.0.2.7', '2001:db8::/64', '')
    >>> client_of({"client": ("::ffff:192.0.2.7", 1)})
    '192.0.2.7'
    """
    client = scope.get("client")
    if not client:
        return ""
    try:
        address = ipaddress.ip_address(client[0])
    except ValueError:
        return str(client[0])
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))


class Allowances:
    """A token bucket for each client: `burst` at once, and `rate` more each second. A rate of 0 is no limit."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] | None = None) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock or monotonic
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """Seconds until the client has something left; 0 where it has."""
        return max(0.0, 1e-9 - self._now(client)) / self._rate if self._rate else 0.0

    def spend(self, client: str, amount: float = 1) -> None:
        """Take from what a client has left; it may owe some then."""
        if self._rate:
            self._left[client] = (self._now(client) - amount, self._clock())
            self._left.move_to_end(client)
            while len(self._left) > MOST:
                self._left.popitem(last=False)

    def _now(self, client: str) -> float:
        left, then = self._left.get(client, (self._burst, -inf))
        return min(self._burst, left + (self._clock() - then) * self._rate)
