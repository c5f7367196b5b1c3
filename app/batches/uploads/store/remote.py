"""The uploads that machines share, in a store by URL: the shelf of each is a copy of those that it was asked for.

<store>/uploads/<id>/data       the bytes
                     keys/…     one empty object for each delete key, as on the shelf
                     damaged    whoever found other bytes than the id says, left it: the next upload sends them again
                     record     comes last, and so the rest is there; written again while the upload is used
        gone/<id>               the upload was deleted: copies of it are not served any more
        pinned/<id>             the server's owner keeps the upload for good

What is missing is no deletion: a store that is emptied, or another folder by mistake, takes no machine's copies away.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from app.batches.uploads.store import keys
from app.batches.uploads.store.disk import as_far_as_possible, modified
from app.batches.uploads.store.receive import Intake, KindOf, Received
from app.errors import UserError
from app.settings import Settings
from app.store import Lately, Object, SharedStore, Unreachable

DAY = 86400.0
FRESH = 2.0  # seconds for which an upload that was not deleted is not looked up again
NOTED = 3600.0  # seconds between two notes of the last use
AGAIN = 60.0  # seconds until what was not shared is shared again
SWEEP = 600.0  # seconds between two looks at what has expired
SHARED = "shared"
"""A file on the shelf: the store has the upload, and its time is that of the last note."""


class SharedUploads:
    """The uploads in a store. All methods but `keep_up` block; they raise Unreachable unless they say otherwise."""

    def __init__(self, settings: Settings, store: SharedStore, clock: Callable[[], float], kind_of: KindOf) -> None:
        self._store, self._clock, self._kind_of = store, clock, kind_of
        self._lifetime = settings.upload_days * DAY
        self._limit, self._quota, self._most = settings.upload_limit, settings.upload_quota, settings.upload_count
        self._alive, self._tried, self._swept = Lately(FRESH, clock), Lately(AGAIN, clock), Lately(SWEEP, clock)
        self._pinned_lately, self._pinned = Lately(FRESH, clock), set[str]()

    def has(self, folder: Path) -> bool:
        """Whether the store had the upload in a folder of the shelf. Asks nobody."""
        return modified(folder / SHARED) > 0

    def is_deleted(self, id: str) -> bool:
        """Whether the upload was deleted, on whichever machine; not, where the store cannot be asked."""
        if id in self._alive:
            return False
        try:
            deleted = self._store.find(f"gone/{id}") is not None
        except Unreachable:
            deleted = False
        if not deleted:
            self._alive.add(id)
        return deleted

    def keep_up(self, id: str, folder: Path) -> None:
        """In the background: share what is not shared yet, and note that the upload is used."""
        shared = modified(folder / SHARED)
        if id not in self._tried and self._clock() - shared > min(NOTED, self._lifetime / 10):
            self._tried.add(id)
            self._store.later(lambda: self._put(id, folder, again=not shared))

    def share(self, id: str, folder: Path) -> None:
        """Put what has just come in the store; later, where it is unreachable."""
        with as_far_as_possible():
            (folder / SHARED).unlink(missing_ok=True)
        try:
            self._put(id, folder, again=True)
        except (Unreachable, FileNotFoundError):
            self._tried.add(id)
        if "uploads" not in self._swept:
            self._swept.add("uploads")
            self._store.later(self.sweep)

    def _put(self, id: str, folder: Path, *, again: bool) -> None:
        """Put an upload and its delete keys in the store, as far as they are not there; if deleted, only `again`."""
        place = f"uploads/{id}"
        if again:
            self._store.remove(f"gone/{id}")
        elif self._store.find(f"gone/{id}"):
            return
        there = self._store.names(place)
        if not there >= {"data", "record"} or "damaged" in there:
            self._store.send(f"{place}/data", folder / "data")
            self._store.remove(f"{place}/damaged")
        for name in keys.names(folder / "keys") - self.keys(id):
            self._store.write(f"{place}/keys/{name}", b"")
        self._store.write(f"{place}/record", b"1")
        self._mark(folder)

    def _mark(self, folder: Path) -> None:
        """Note on the shelf that the store has an upload, as of now."""
        now = self._clock()
        with as_far_as_possible():
            (folder / SHARED).touch()
            os.utime(folder / SHARED, (now, now))

    def find(self, id: str) -> Object | None:
        """The bytes of an upload that may be fetched."""
        there = self._store.names(f"uploads/{id}")
        if "record" not in there or "damaged" in there or self._store.find(f"gone/{id}"):
            return None
        object_ = self._store.find(f"uploads/{id}/data")
        return object_ if object_ and object_.bytes <= self._limit else None

    def fetch(self, id: str, object_: Object, folder: Path) -> Received | None:
        """Fetch an upload and its delete keys into a folder; None if its bytes are not those of its id."""
        try:
            with (folder / "data").open("xb") as file:
                intake = Intake(file, self._kind_of)
                self._store.fetch(object_, intake)
                received = intake.finish(b"")
        except UserError:
            received = None
        if received is None or received.id != id:
            self._store.told(object_.name)
            self._store.write(f"uploads/{id}/damaged", b"")
            return None
        keys.set_names(folder / "keys", self.keys(id))
        self._mark(folder)
        return received

    def keys(self, id: str) -> set[str]:
        """The delete keys of an upload, by the names of their files."""
        return self._store.names(f"uploads/{id}/keys")

    def remove_keys(self, id: str, names: set[str]) -> bool:
        """Take delete keys away; whether none is left."""
        for name in names:
            self._store.remove(f"uploads/{id}/keys/{name}")
        return not self.keys(id)

    def bury(self, id: str) -> None:
        """Delete an upload for all machines."""
        self._store.write(f"gone/{id}", b"")
        self._store.remove(f"uploads/{id}")

    def pinned(self) -> set[str]:
        """The uploads that the server's owner keeps for good, as far as that is known."""
        if "pinned" not in self._pinned_lately:
            self._pinned_lately.add("pinned")
            with suppress(Unreachable):
                self._pinned = self._store.names("pinned")
        return self._pinned

    def sweep(self) -> None:
        """Remove from the store what has expired, and the longest unused above the quota; machines' copies stay."""
        uploads: dict[str, list[Object]] = {}
        for object_ in self._store.listed("uploads"):
            uploads.setdefault(object_.name.split("/")[1], []).append(object_)
        pinned = self._store.names("pinned")
        whole = {id: _as_one(id, objects) for id, objects in uploads.items()}
        total, count = sum(upload.bytes for upload in whole.values()), len(whole)
        for upload in sorted(whole.values(), key=lambda upload: upload.written):
            fits = total <= self._quota and count <= self._most
            if upload.name not in pinned and (not fits or self._has_expired(upload)):
                self._store.remove(f"uploads/{upload.name}")
                total, count = total - upload.bytes, count - 1
        for deletion in filter(self._has_expired, self._store.listed("gone")):
            self._store.remove(deletion.name)

    def _has_expired(self, object_: Object) -> bool:
        return self._clock() - object_.written > self._lifetime


def _as_one(id: str, objects: list[Object]) -> Object:
    """An upload as one object: used when its record, or else anything of it, was written last."""
    record = [object_.written for object_ in objects if object_.name.endswith("/record")]
    last = max(record or [object_.written for object_ in objects])
    return Object(id, sum(object_.bytes for object_ in objects), last)
