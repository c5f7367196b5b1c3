"""The uploads that a worker has open: mapped, and so to be let go before somebody else's change of a file harms it."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from app.batches.uploads.reading import Reading
from app.batches.uploads.source import UploadSource

MOST = 16
"""Opened uploads that a worker remembers; each is mapped, so it costs little memory."""

Stamp = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Opened:
    """A source, and what its files looked like when it was opened."""

    source: UploadSource
    stamps: dict[Path, Stamp | None]

    @classmethod
    def of(cls, source: UploadSource, upload: Path, folder: Path) -> "Opened":
        return cls(source, {path: _stamp(path) for path in (upload, *folder.iterdir())})

    @property
    def is_whole(self) -> bool:
        """Whether no file of it has changed. One that is removed stays mapped; one that is cut kills who reads it."""
        return all(_stamp(path) in (stamp, None) for path, stamp in self.stamps.items())


class OpenedUploads:
    """The last sources that were opened, by upload and reading. Safe with several threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, Reading], Opened] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, id: str, reading: Reading) -> UploadSource | None:
        """The source, unless it was not opened, or its files have changed since."""
        with self._lock:
            opened = self._known.get((id, reading))
            if opened is None:
                return None
            if not opened.is_whole:
                del self._known[id, reading]
                return None
            self._known.move_to_end((id, reading))
            return opened.source

    def remember(self, id: str, reading: Reading, opened: Opened) -> None:
        with self._lock:
            self._known[id, reading] = opened
            if len(self._known) > MOST:
                self._known.popitem(last=False)

    def forget(self, id: str) -> None:
        """Let go of every reading of an upload."""
        with self._lock:
            for known in [known for known in self._known if known[0] == id]:
                del self._known[known]


def _stamp(path: Path) -> Stamp | None:
    """What tells one version of a file from another; None if it is gone."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return None
    return state.st_ino, state.st_size, state.st_mtime_ns
