"""The store of uploads, as the rest of the server sees it: add, describe, open, delete."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from app.batches.uploads.bounds import Bounds
from app.batches.uploads.readers import read
from app.batches.uploads.reading import Reading
from app.batches.uploads.sniff import Kind
from app.batches.uploads.source import UploadSource, open_source
from app.batches.uploads.store.cache import ParsedCache
from app.batches.uploads.store.description import describe
from app.batches.uploads.store.receive import Received
from app.batches.uploads.store.shelf import Shelf, gone
from app.errors import UploadGone
from app.settings import Settings

OPENED = 16
"""Opened uploads that a worker remembers; each is mapped, so it costs little memory."""

TRIES = 3
"""How often the cache may vanish under a reader before that is somebody's mistake."""


class UploadStore:
    """Uploaded batches, addressed by the SHA-256 of their bytes. Safe with several threads and processes.

    All methods block; call them in a thread.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self._bounds = Bounds(settings.upload_limit, settings.upload_columns)
        self._shelf = Shelf(settings, clock)
        self._cache = ParsedCache(settings, clock)
        self._opened: OrderedDict[tuple[str, Reading], UploadSource] = OrderedDict()
        self._lock = threading.Lock()

    def incoming(self) -> AbstractContextManager[Path]:
        """A folder to receive an upload in; it is gone afterwards unless `add` took it."""
        return self._shelf.incoming()

    def add(self, folder: Path, received: Received) -> tuple[dict[str, Any], str]:
        """Keep the file `folder / "data"`; its description and a new delete key.

        Raises:
            UnreadableBatch: there is no way to read it as a batch.
            UploadTooLarge: it unpacks to more than the limit.
            StoreFull: it is larger than the quota.
        """
        with suppress(UploadGone):
            return self._shelf.description(received.id), self._shelf.add_key(received.id)
        try:
            opened = partial(self._read, received.id, received.kind)
            description = describe(received, folder / "data", self._bounds, opened)
            key = self._shelf.put(folder, received.id, description)
        except BaseException:
            self._cache.remove(received.id)
            raise
        self._cache.sweep(self._shelf.ids())
        return description, key

    def describe(self, id: str) -> dict[str, Any]:
        """The description of an upload: `id, kind, bytes, shape, dtype, columns …`.

        Raises:
            InvalidQuery: that is no id.
            UploadGone: it is not here, or not any more.
        """
        return self._shelf.description(id)

    def open(self, id: str, reading: Reading) -> UploadSource:
        """The upload, read in this way, to draw batches from.

        Raises:
            InvalidQuery, UploadGone: as `describe`.
            UnreadableBatch: it cannot be read in this way; the message says in which it can.
        """
        upload = self._use(id)
        with self._lock:
            if source := self._opened.get((id, reading)):
                self._opened.move_to_end((id, reading))
                return source
        try:
            source = self._read(id, self.describe(id)["kind"], upload, reading)
        except FileNotFoundError:
            raise gone(id) from None
        self._remember(id, reading, source)
        return source

    def delete(self, id: str, key: str) -> None:
        """Take a delete key away; the bytes go with the last one.

        Raises:
            WrongDeleteKey: the key is not one of this upload's.
        """
        if self._shelf.remove_key(id, key):
            self._forget(id)

    def _use(self, id: str) -> Path:
        try:
            return self._shelf.use(id)
        except UploadGone:
            self._forget(id)
            raise

    def _read(self, id: str, kind: Kind, upload: Path, reading: Reading) -> UploadSource:
        """The source behind the cache. The cache may be emptied at any time, so a file of it may just have gone."""
        for attempt in range(TRIES):
            try:
                return self._cache.get(
                    id,
                    reading,
                    lambda into: read(kind, upload, reading, into, self._bounds),
                    lambda parsed, folder: open_source(parsed, upload, folder, reading),
                )
            except FileNotFoundError:
                if attempt == TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    def _remember(self, id: str, reading: Reading, source: UploadSource) -> None:
        with self._lock:
            self._opened[id, reading] = source
            if len(self._opened) > OPENED:
                self._opened.popitem(last=False)

    def _forget(self, id: str) -> None:
        self._cache.remove(id)
        with self._lock:
            for known in [known for known in self._opened if known[0] == id]:
                del self._opened[known]
