"""The store of uploads, as the rest of the server sees it: add, describe, open, delete."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

from app.batches.large import LargeFiles
from app.batches.models import ModelStore
from app.batches.uploads.bounds import Bounds
from app.batches.uploads.parsed import Parsed
from app.batches.uploads.readers import read
from app.batches.uploads.reading import Reading
from app.batches.uploads.sniff import Kind, kind_of
from app.batches.uploads.source import UploadSource, open_source
from app.batches.uploads.store.cache import ParsedCache
from app.batches.uploads.store.description import describe
from app.batches.uploads.store.kept import KeptFiles
from app.batches.uploads.store.opened import Opened, OpenedUploads
from app.batches.uploads.store.receive import Received
from app.batches.uploads.store.refusals import gone
from app.files.damage import damage_told
from app.settings import Settings

TRIES = 3
"""How often the cache may vanish under a reader before that is somebody's mistake."""


class UploadStore(KeptFiles):
    """Uploaded batches, and beside them uploaded models, and the large arrays that the owner lists.

    Safe with several threads and processes. All methods block; call them in a thread.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        super().__init__(settings, clock, kind_of)
        self._bounds = Bounds(settings.upload_limit, settings.upload_columns)
        self._cache = ParsedCache(settings, clock)
        self._opened = OpenedUploads()
        self.models = ModelStore(settings, clock)
        self.large = LargeFiles(settings)

    def _described(self, received: Received, upload: Path) -> dict[str, Any]:
        def opened(upload: Path, reading: Reading) -> UploadSource:
            return self._open(received.id, cast(Kind, received.kind), upload, reading).source

        return describe(received, upload, self._bounds, opened)

    def open(self, id: str, reading: Reading) -> UploadSource:
        """The upload, read in this way, to draw batches from.

        Raises:
            InvalidQuery, UploadGone: as `describe`.
            UnreadableBatch: it cannot be read in this way; the message says in which it can.
        """
        upload = self._use(id)
        if source := self._opened.get(id, reading):
            return source
        try:
            opened = self._open(id, self.describe(id)["kind"], upload, reading)
        except FileNotFoundError:
            raise gone(id) from None
        self._opened.remember(id, reading, opened)
        return opened.source

    def _open(self, id: str, kind: Kind, upload: Path, reading: Reading) -> Opened:
        """The source behind the cache. The cache may be emptied at any time, so a file of it may just have gone."""
        for attempt in range(TRIES):
            try:
                return self._cache.get(
                    id,
                    reading,
                    lambda into: read(kind, upload, reading, into, self._bounds),
                    partial(_opened, upload, reading),
                )
            except FileNotFoundError:
                if attempt == TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    def _forget(self, id: str) -> None:
        self._cache.remove(id)
        self._opened.forget(id)

    def _tidy(self) -> None:
        self._cache.sweep(self._shelf.ids())


def _opened(upload: Path, reading: Reading, parsed: Parsed, folder: Path) -> Opened:
    """What was parsed, mapped; an upload that is mapped itself may be damaged by now."""
    with damage_told("What is kept of this upload", "Upload the same file again."):
        return Opened.of(open_source(parsed, upload, folder, reading), upload, folder)
