"""What makes way for an upload that arrives: what has expired, then the longest unused, until what stays fits.

Two bounds hold: that of all uploads together, and a share of it for those of one client.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.batches.uploads.store.ledger import Entry, mark_of
from app.settings import Settings


class Tally:
    """Some uploads and one that arrives, and what they may be together."""

    def __init__(self, uploads: dict[str, int], arriving: int, most_bytes: float, most: float) -> None:
        self._uploads = dict(uploads)
        self._bytes = sum(uploads.values()) + arriving
        self._most_bytes = most_bytes
        self._most = most

    def __contains__(self, id: str) -> bool:
        return id in self._uploads

    @property
    def fits(self) -> bool:
        """Whether that is within bounds; what arrives alone always is, as its size is bounded elsewhere."""
        count = len(self._uploads) + 1
        return count == 1 or (self._bytes <= self._most_bytes and count <= self._most)

    def without(self, id: str) -> None:
        """One of them goes, if it is one of them."""
        self._bytes -= self._uploads.pop(id, 0)


@dataclass(frozen=True)
class Room:
    """How many bytes and how many uploads there may be, and the share of both that is for one client."""

    bytes: int
    count: int
    share: float

    @classmethod
    def of(cls, settings: Settings) -> "Room":
        return cls(settings.upload_quota, settings.upload_count, settings.upload_share)

    def tallies(self, entries: dict[str, Entry], size: int, client: str) -> tuple[Tally, Tally]:
        """The uploads of the client who sends `size` bytes, and all uploads."""
        mark = mark_of(client)
        own = {id: entry.bytes for id, entry in entries.items() if mark and entry.client == mark}
        every = {id: entry.bytes for id, entry in entries.items()}
        return Tally(own, size, self.share * self.bytes, self.share * self.count), self.beside(every, size)

    def beside(self, uploads: dict[str, int], size: int) -> Tally:
        """Uploads, whosever they are, and `size` more bytes."""
        return Tally(uploads, size, self.bytes, self.count)


def making_way(oldest: Iterable[str], tallies: Iterable[Tally], expired: Callable[[str], bool]) -> list[str]:
    """Those of `oldest`, the longest unused first, that go until each tally in turn fits; what has expired goes anyhow.

    >>> tally = Tally({"a": 40, "b": 40, "c": 10}, arriving=30, most_bytes=100, most=9)
    >>> making_way(["b", "a", "c"], [tally], lambda id: id == "c")
    ['b', 'c']
    """
    oldest, tallies, gone = list(oldest), list(tallies), []
    for tally in tallies:
        for id in oldest:
            if id in tally and (not tally.fits or expired(id)):
                gone.append(id)
                for each in tallies:
                    each.without(id)
    return gone
