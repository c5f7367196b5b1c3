"""Columns or arrays that are left out because the reading names them."""

import csv
from collections.abc import Collection

from app.batches.uploads.formats.table import listed
from app.errors import UnreadableBatch


def dropped(drop: str, names: Collection[str], what: str) -> tuple[str, ...]:
    """The names that `drop` says, of the `names` that there are; `what` is what each of them is.

    >>> dropped('b, "a,1"', ["a,1", "b", "c"], "column")
    ('b', 'a,1')

    Raises:
        UnreadableBatch: one of them is not there, or none is left.
    """
    wanted = _named(drop, names) if drop else ()
    unknown = [name for name in wanted if name not in names]
    if unknown:
        detail = f"There is no {what} {unknown[0][:80]!r} to leave out. There are: {listed(list(names))}."
        raise UnreadableBatch(detail, field="drop", given=unknown[0], allowed=listed(list(names)))
    if wanted and len(wanted) == len(names):
        detail = f"Every {what} is to be left out: {listed(wanted)}. Leave one in."
        raise UnreadableBatch(detail, field="drop", given=drop, allowed=f"fewer {what}s")
    return wanted


def _named(drop: str, names: Collection[str]) -> tuple[str, ...]:
    if drop in names:
        return (drop,)
    parts = next(csv.reader([drop], skipinitialspace=True), [])
    return tuple(dict.fromkeys(name for part in parts if (name := part.strip())))


def dropped_note(names: Collection[str]) -> list[str]:
    """What is said of them."""
    return [f"Left out, as asked for: {listed(list(names))}."] if names else []
