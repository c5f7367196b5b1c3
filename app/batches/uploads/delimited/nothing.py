"""Rows of a CSV that hold nothing but delimiters, as a spreadsheet writes below its table: empty lines, no records."""

import re
from collections.abc import Sequence
from functools import cache


def holds(record: Sequence[str]) -> bool:
    """Whether the fields of a line are a record; a single empty field, which is written `""`, is a missing value.

    >>> holds([]), holds(["", " "]), holds([""]), holds(["", "1"])
    (False, False, True, True)
    """
    return len(record) == 1 or any(field.strip(" \t") for field in record)


def emptied(block: bytes, delimiter: str) -> bytes:
    """The block, which begins where a record does, with an empty line for each line of delimiters alone.

    >>> emptied(b'1;2\\n;\\n3;4\\n" ";""', ";")
    b'1;2\\n\\n3;4\\n'
    >>> emptied(b'1;"\\n;\\n"\\n', ";")
    b'1;"\\n;\\n"\\n'
    """
    mark, lines = delimiter.encode(), b"\n" + block
    if not any(b"\n" + first in lines for first in {mark, b" ", b"\t", b'"'}):
        return block
    quotes, counted = 0, 0

    def line(match: re.Match[bytes]) -> bytes:
        nonlocal quotes, counted
        quotes, counted = quotes + lines.count(b'"', counted, match.start()), match.start()
        return b"\n" if quotes % 2 == 0 else match[0]

    return _of_nothing(mark).sub(line, lines)[1:]


@cache
def _of_nothing(mark: bytes) -> re.Pattern[bytes]:
    """A line and the end of the one before it, which is what is looked for: that is many times as fast."""
    blanks = b"[" + b" \t".replace(mark, b"") + b"]*"
    field = rb'(?:"[ \t]*")?' + blanks
    return re.compile(rb"\n" + field + b"(?:" + re.escape(mark) + field + rb")+(?=\r?\n|\r?\Z)")
