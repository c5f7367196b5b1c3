"""A quote that is opened and never closed: all that follows it is one cell, so it is told and nothing is read."""

import re
from collections import deque
from functools import cache

from app.errors import UnreadableBatch


def opened(data: bytes, delimiter: str) -> int | None:
    """The line, from 0, that opens a quote which the data do not close; a quote within a field opens none.

    Quotes even in number, as nearly all files have, are not looked at.

    >>> opened(b'1;"2\\n3;4\\n', ";"), opened(b'1;2\\n"a;""\\n', ";"), opened(b'"a;\\n";5"\\n', ";")
    (0, 1, None)
    """
    if data.count(b'"') % 2 == 0:
        return None
    fields = deque(_quoted(delimiter.encode()).finditer(data), maxlen=1)
    return next((data.count(b"\n", 0, last.start()) for last in fields if not last[1]), None)


@cache
def _quoted(mark: bytes) -> re.Pattern[bytes]:
    """A quoted field, and the quote that ends it, which an open one lacks."""
    return re.compile(rb'"(?<![^\r\n' + re.escape(mark) + rb']")[^"]*(?:""[^"]*)*("?)')


def never_closed(line: int, how: str = "never closed") -> UnreadableBatch:
    """The error for such a quote; `line` counts from 1."""
    return UnreadableBatch(
        f"Line {line:,} opens a quote that is {how}, so all that follows is one cell. Close it, or leave it out.",
        field="file",
        given=f"an open quote on line {line:,}",
        allowed="quotes in pairs",
    )
