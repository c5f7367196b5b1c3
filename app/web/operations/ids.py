"""The id of a request: it stands in its answer, in a problem that it meets, and in every line that is logged of it."""

import re
import uuid
from contextvars import ContextVar

HEADER = "X-Request-Id"
SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""What is taken from a client: nothing that could break a line or a quotation of a log."""

REQUEST_ID: ContextVar[str] = ContextVar("REQUEST_ID", default="")
"""The id of the request that this task answers; empty outside of one."""


def id_of(given: str) -> str:
    """The client's own id where it is sane, else a new one.

    >>> id_of("lecture-7")
    'lecture-7'
    >>> len(id_of("two\\nlines"))
    36
    """
    return given if SANE.fullmatch(given) else str(uuid.uuid4())
