"""What is kept under the hash of its bytes, described once when it comes, and shared where machines share a store."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

from app.batches.uploads.sealed import Damaged
from app.batches.uploads.sniff import HEAD
from app.batches.uploads.store import keys
from app.batches.uploads.store.disk import locked, room_told
from app.batches.uploads.store.receive import KindOf, Received
from app.batches.uploads.store.refusals import gone, kept_for_good
from app.batches.uploads.store.remote import SharedUploads
from app.batches.uploads.store.shelf import Shelf
from app.errors import Busy, InvalidQuery, UploadGone
from app.settings import Settings
from app.store import Object, SharedStore, Unreachable

FETCHES = 8
"""Threads of a process that may fetch files from other machines, or wait for one that is fetched."""


class KeptFiles(ABC):
    """Files, addressed by the SHA-256 of their bytes. Safe with several threads and processes.

    All methods block; call them in a thread.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float], kind_of: KindOf) -> None:
        self._kind_of = kind_of
        self._shelf = Shelf(settings, clock)
        self._fetching, self._fetches = settings.cache_dir / "locks", threading.BoundedSemaphore(FETCHES)
        self._shared = SharedUploads(settings, SharedStore(settings.store), clock, kind_of) if settings.store else None

    @abstractmethod
    def _described(self, received: Received, file: Path) -> dict[str, Any]:
        """The description of what has come. Raises UserError where it is of no use."""

    def _forget(self, id: str) -> None:  # noqa: B027 (there may be nothing)
        """Let go of what is derived from a file."""

    def _tidy(self) -> None:  # noqa: B027
        """Let go of what is derived from files that are gone."""

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
                known = self.describe(id), self._shelf.add_key(id, client)
                self._share(id)
                return known
        self._shelf.check_size(received.bytes)
        try:
            self._forget(id)
            description = self._described(received, folder / "data")
            key = self._shelf.put(folder, id, description, client)
        except BaseException:
            self._forget(id)
            raise
        self._share(id)
        self._tidy()
        return description, key

    def describe(self, id: str) -> dict[str, Any]:
        """The description of an upload: `id, kind, bytes, shape, dtype, columns …`.

        Where machines share a store, this is what finds others' uploads and deletions.

        Raises:
            InvalidQuery: that is no id.
            UploadGone: it is not here, or not any more.
        """
        if self._shared:
            self._meet(id, self._shared)
        try:
            return self._shelf.description(id)
        except Damaged:
            description = self._found_out(id)
            self._shelf.describe_anew(id, description)
            return description

    def pinned(self) -> list[dict[str, Any]]:
        """The descriptions of the uploads that the server's owner keeps for good."""
        ids = self._shelf.pinned()
        described = [self.describe(id) for id in ids]
        for id in sorted(self._shared.pinned() - set(ids)) if self._shared else ():
            with suppress(UploadGone, InvalidQuery):
                described.append(self.describe(id))
        return described

    def _found_out(self, id: str) -> dict[str, Any]:
        """The description of an upload that is here, from its bytes."""
        upload = self._shelf.use(id)
        try:
            with upload.open("rb") as file:
                kind = self._kind_of(file.read(HEAD))
            return self._described(Received(id, upload.stat().st_size, kind), upload)
        except FileNotFoundError:
            raise gone(id) from None

    def delete(self, id: str, key: str) -> None:
        """Take a delete key away; the bytes go with the last one.

        Raises:
            WrongDeleteKey: the key is not one of this upload's.
            Busy: other machines cannot be told now.
        """
        if self._shared:
            self._meet(id, self._shared)
        try:
            if self._shared and (folder := self._shelf.folder(id)) and self._shared.has(folder):
                self._delete_everywhere(id, key, folder, self._shared)
            elif self._shelf.remove_key(id, key):
                self._forget(id)
        except Unreachable:
            raise Busy("The store that the machines share does not answer, so this upload stays.") from None

    def _delete_everywhere(self, id: str, key: str, folder: Path, shared: SharedUploads) -> None:
        """Take a key away in the store as well. Raises Unreachable, and may be called again then."""
        if id in shared.pinned():
            raise kept_for_good()
        names = shared.keys(id)
        if names:
            self._shelf.set_keys(id, names)
        went = self._shelf.remove_key(id, key)
        none_is_left = shared.remove_keys(id, names - keys.names(folder / "keys"))
        if went or (names and none_is_left):
            shared.bury(id)
            self._drop(id)

    def _meet(self, id: str, shared: SharedUploads) -> None:
        """Let go of an upload that was deleted elsewhere, fetch one that is not here, and tell that one is used."""
        folder = self._shelf.folder(id)
        if folder is None:
            self._fetch(id, shared)
        elif shared.has(folder) and shared.is_deleted(id):
            self._drop(id)
        else:
            shared.keep_up(id, folder)

    def _fetch(self, id: str, shared: SharedUploads) -> None:
        """A copy of an upload from the store, taken in as if it were sent, once for all who wait for it.

        Raises:
            Busy: enough threads of this process wait for one, or the store does not answer.
        """
        try:
            if (remote := shared.find(id)) is not None:
                self._take_in(id, remote, shared)
        except Unreachable:
            detail = "The store that the machines share does not answer, so nobody knows whether this upload is there."
            raise Busy(detail) from None

    def _take_in(self, id: str, remote: Object, shared: SharedUploads) -> None:
        with self._few(), room_told(), locked(self._fetching / f"fetch-{id[:2]}"):
            if self._shelf.folder(id) is not None:
                return
            with self._shelf.incoming() as folder:
                if received := shared.fetch(id, remote, folder):
                    self._shelf.take(folder, id, self._described(received, folder / "data"))

    @contextmanager
    def _few(self) -> Iterator[None]:
        """So few threads at a time that others are left for the rest of the server."""
        if not self._fetches.acquire(blocking=False):
            raise Busy("This upload is on its way here from another machine.")
        try:
            yield
        finally:
            self._fetches.release()

    def _share(self, id: str) -> None:
        """Put what has come in the store that machines share, if they do."""
        if self._shared and (folder := self._shelf.folder(id)):
            self._shared.share(id, folder)

    def _drop(self, id: str) -> None:
        self._shelf.drop(id)
        self._forget(id)

    def _use(self, id: str) -> Path:
        try:
            return self._shelf.use(id)
        except UploadGone:
            self._forget(id)
            raise
