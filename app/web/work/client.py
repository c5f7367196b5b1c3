"""Who asks, as far as turns are dealt out by it."""

import re
from dataclasses import dataclass

from fastapi import Request

from app.web.operations import clients

TAB = "bnscope-tab"
"""The header in which a page says which of the pages behind one address it is: a number of its own choice."""
SANE = re.compile(r"[\w-]{1,40}", re.ASCII)


@dataclass(frozen=True)
class Client:
    """An address, and which page behind it: a whole class may share one. Whoever says nothing is the page ""."""

    address: str
    tab: str = ""


def client_of(request: Request) -> Client:
    """Who sent a request."""
    tab = request.headers.get(TAB, "")
    return Client(clients.client_of(request.scope), tab if SANE.fullmatch(tab) else "")
