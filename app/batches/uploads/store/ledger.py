"""Which upload takes how much room, and who sent it: one small record, so that taking one more looks at no other.

The folders are what counts: an upload that is not written down is measured, and one that has gone is forgotten. So the
record may be damaged or removed at any time. Of a client no more is kept than a hash of its address.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.batches.uploads.sealed import Damaged, sealed, unsealed
from app.batches.uploads.store.disk import as_far_as_possible, size_of, write

NOBODY = ""
"""The client of an upload that nobody is known to have sent: it has no share of its own."""


@dataclass(frozen=True)
class Entry:
    """The bytes of an upload, and the mark of the client that sent it first."""

    bytes: int
    client: str = NOBODY


class Ledger:
    """The record beside the uploads. Whoever holds the shelf's lock may read and write it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, folders: Iterable[Path]) -> dict[str, Entry]:
        """What stands there of the uploads in `folders`."""
        known = self._known()
        return {folder.name: known.get(folder.name) or Entry(size_of(folder)) for folder in folders}

    def write(self, entries: dict[str, Entry]) -> None:
        with as_far_as_possible():
            write(self._path, sealed({id: [entry.bytes, entry.client] for id, entry in entries.items()}))

    def _known(self) -> dict[str, Entry]:
        try:
            return {id: Entry(*entry) for id, entry in unsealed(self._path.read_bytes()).items()}
        except (FileNotFoundError, Damaged):
            return {}


def mark_of(client: str) -> str:
    """The mark by which uploads of one client are told from others'.

    >>> mark_of("192.0.2.7"), mark_of("")
    ('37dad677cf0b3997', '')
    """
    return hashlib.sha256(client.encode()).hexdigest()[:16] if client else NOBODY
