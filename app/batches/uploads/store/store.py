"""The store of uploads, as the rest of the server sees it: add, describe, open, delete."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from app.batches.uploads.bounds import Bounds
from app.batches.uploads.damage import damage_told
from app.batches.uploads.parsed import Parsed
from app.batches.uploads.readers import read
from app.batches.uploads.reading import Reading
from app.batches.uploads.sealed import Damaged
from app.batches.uploads.sniff import HEAD, Kind, kind_of
from app.batches.uploads.source import UploadSource, open_source
from app.batches.uploads.store.cache import ParsedCache
from app.batches.uploads.store.description import describe
from app.batches.uploads.store.opened import Opened, OpenedUploads
from app.batches.uploads.store.receive import Received
from app.batches.uploads.store.refusals import gone
from app.batches.uploads.store.shelf import Shelf
from app.errors import UploadGone
from app.settings import Settings

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
        self._opened = OpenedUploads()

    def incoming(self) -> AbstractContextManager[Path]:
        """A folder to receive an upload in; it is gone afterwards unless `add` took it."""
        return self._shelf.incoming()

    def add(self, folder: Path, received: Received, client: str = "") -> tuple[dict[str, Any], str]:
        """Keep the file `folder / "data"`, which `client` sent; its description and a new delete key.

        Raises:
            UnreadableBatch: there is no way to read it as a batch.
            UploadTooLarge: it unpacks to more than the limit.
            StoreFull: it is larger than the quota.
        """
        id = received.id
        with suppress(UploadGone):
            if self._shelf.holds(id, folder / "data"):
                return self.describe(id), self._shelf.add_key(id, client)
        self._shelf.check_size(received.bytes)
        try:
            self._forget(id)
            description = self._described(received, folder / "data")
            key = self._shelf.put(folder, id, description, client)
        except BaseException:
            self._cache.remove(id)
            raise
        self._cache.sweep(self._shelf.ids())
        return description, key

    def describe(self, id: str) -> dict[str, Any]:
        """The description of an upload: `id, kind, bytes, shape, dtype, columns …`.

        Raises:
            InvalidQuery: that is no id.
            UploadGone: it is not here, or not any more.
        """
        try:
            return self._shelf.description(id)
        except Damaged:
            description = self._found_out(id)
            self._shelf.describe_anew(id, description)
            return description

    def pinned(self) -> list[dict[str, Any]]:
        """The descriptions of the uploads that the server's owner keeps for good."""
        return [self.describe(id) for id in self._shelf.pinned()]

    def _found_out(self, id: str) -> dict[str, Any]:
        """The description of an upload that is here, from its bytes."""
        upload = self._shelf.use(id)
        try:
            with upload.open("rb") as file:
                kind = kind_of(file.read(HEAD))
            return self._described(Received(id, upload.stat().st_size, kind), upload)
        except FileNotFoundError:
            raise gone(id) from None

    def _described(self, received: Received, upload: Path) -> dict[str, Any]:
        def opened(upload: Path, reading: Reading) -> UploadSource:
            return self._open(received.id, received.kind, upload, reading).source

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


def _opened(upload: Path, reading: Reading, parsed: Parsed, folder: Path) -> Opened:
    """What was parsed, mapped; an upload that is mapped itself may be damaged by now."""
    with damage_told("What is kept of this upload", "Upload the same file again."):
        return Opened.of(open_source(parsed, upload, folder, reading), upload, folder)
