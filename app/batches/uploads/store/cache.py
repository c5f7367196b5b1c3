"""Parsed uploads beside the bytes: parsed once, mapped by every worker, and safe to delete at any time.

<cache_dir>/<id>/<hash of the reading>/ holds the arrays and `parsed.json`, with the sums of all of them: what a
failure of the power left half-written is parsed anew, so nobody waits for the disk here. Whether a reading refuses or
drops missing values changes nothing about the arrays and so is no part of the key.
"""

import hashlib
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from app.batches.uploads.parsed import RELEASE, Parsed, load
from app.batches.uploads.reading import Reading
from app.batches.uploads.sealed import Damaged
from app.batches.uploads.store.disk import (
    STALE,
    as_far_as_possible,
    folders,
    locked,
    modified,
    remove,
    room_told,
    scratch,
    size_of,
    sweep_stale,
)
from app.settings import Settings

Parse = Callable[[Path], Parsed]
"""Parses into the folder that it is given."""

MEASURED = 60.0
"""Seconds after which the whole cache is measured again."""

Opened = TypeVar("Opened")


class ParsedCache:
    """The folder of parsed uploads, together kept under the uploads' quota."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self._root = settings.cache_dir / "parsed"
        self._building = settings.cache_dir / "building"
        self._locks = settings.cache_dir / "locks"
        self._quota = settings.upload_quota
        self._clock = clock
        self._added, self._measured = 0, 0.0

    def get(self, id: str, reading: Reading, parse: Parse, open_parsed: Callable[[Parsed, Path], Opened]) -> Opened:
        """What `open_parsed` makes of the reading of an upload and the folder of its arrays.

        It is parsed now if nobody did before, or if what was parsed is damaged, and then opened before anybody can
        forget it. Only to make room for another upload, or from outside, it may still vanish before it is opened.

        Raises:
            FileNotFoundError: the upload itself is gone, or its reading vanished.
            StoreFull: it is to be parsed, and the disk takes nothing more.
        """
        folder = self._root / id / _key(reading)
        with suppress(FileNotFoundError, Damaged):
            return open_parsed(self._load(folder), folder)
        with room_told(), self._locked(id):
            with suppress(FileNotFoundError, Damaged):
                return open_parsed(self._load(folder), folder)
            remove(folder)
            return open_parsed(self._build(folder, parse), folder)

    def remove(self, id: str) -> None:
        """Forget all that was parsed of an upload."""
        with as_far_as_possible(), self._locked(id):
            remove(self._root / id)

    def sweep(self, ids: set[str]) -> None:
        """Forget what belongs to none of these uploads; an upload that has just come is not among them yet."""
        sweep_stale(self._building, self._clock())
        for folder in folders(self._root):
            if folder.name not in ids and self._clock() - modified(folder) > STALE:
                remove(folder)

    def _locked(self, id: str) -> AbstractContextManager[None]:
        return locked(self._locks / id[:2])

    def _load(self, folder: Path) -> Parsed:
        parsed = load(folder)
        now = self._clock()
        with as_far_as_possible():
            os.utime(folder, (now, now))
        return parsed

    def _build(self, folder: Path, parse: Parse) -> Parsed:
        with scratch(self._building) as building:
            parsed = parse(building)
            parsed.save(building)
            self._make_room(size_of(building))
            folder.parent.mkdir(parents=True, exist_ok=True)
            building.rename(folder)
            return parsed

    def _make_room(self, size: int) -> None:
        """Forget the longest unused until `size` more bytes fit.

        All of them are measured now and then only: other workers may meanwhile add a sixteenth of the quota each.
        """
        self._added += size
        if self._added < self._quota / 16 and self._clock() - self._measured < MEASURED:
            return
        entries = {entry: size_of(entry) for upload in folders(self._root) for entry in folders(upload)}
        room = self._quota - size - sum(entries.values())
        for entry in sorted(entries, key=modified):
            if room < 0:
                room += entries[entry]
                remove(entry)
        self._added, self._measured = 0, self._clock()


def _key(reading: Reading) -> str:
    parts = (RELEASE, reading if reading.missing == "mask" else replace(reading, missing="error"))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
