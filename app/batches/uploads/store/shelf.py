"""The uploads on disk: one folder an id, shared by all workers, kept under a quota and until they expire.

<uploads_dir>/
  .lock                     held while something is put in or taken out; readers need none
  .ledger                   how much room each takes, and who sent it
  incoming/<random>/data    an upload that is being received, and folders on their way out
  <id>/data                 the bytes
       description.json     what POST answered, without the key, and its sum
       keys/<hash of key>.<mark of the client>   one empty file for each delete key
       pinned               a file of this name, which the server's owner makes, keeps the upload for good
       used                 its time of modification is the last use
       shared               where machines share a store: it is there, as remote.py tells
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from app.batches.uploads.sealed import Damaged, sealed, unsealed
from app.batches.uploads.store import keys
from app.batches.uploads.store.disk import (
    as_far_as_possible,
    folders,
    locked,
    modified,
    room_told,
    same,
    scratch,
    sweep_stale,
    sync,
    vanish,
    write,
)
from app.batches.uploads.store.ledger import NOBODY, Entry, Ledger, mark_of
from app.batches.uploads.store.refusals import full, gone, kept_for_good, malformed, no_room, wrong_key
from app.batches.uploads.store.room import Room, making_way
from app.settings import Settings

DAY = 86400.0
TOUCH = 60.0
"""Seconds between two notes of the last use, so that reading costs no write; a tenth of a shorter lifetime."""

SWEEP = 60.0
"""Seconds between two looks for what has expired."""

DESCRIPTION = "description.json"
PINNED = "pinned"

ID = re.compile(r"[0-9a-f]{64}")


class Shelf:
    """The folder of uploads. Every method may be called by any thread of any process."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self._root = settings.uploads_dir
        self._incoming = self._root / "incoming"
        self._room = Room.of(settings)
        self._lifetime = settings.upload_days * DAY
        self._ledger = Ledger(self._root / ".ledger")
        self._swept = 0.0
        self._pause = min(TOUCH, self._lifetime / 10)
        self._noted: dict[str, float] = {}
        self._clock = clock

    @contextmanager
    def incoming(self) -> Iterator[Path]:
        """A folder to receive an upload in; it is gone afterwards unless `put` took it.

        Raises:
            StoreFull: the disk is full, or filled up meanwhile, or cannot be written to.
        """
        with room_told(), scratch(self._incoming) as folder:
            yield folder

    def use(self, id: str) -> Path:
        """The bytes of an upload, which counts as a use.

        Raises:
            InvalidQuery: that is no id.
            UploadGone: it is not here, or not any more.
        """
        folder = self._folder(id)
        last = self._last_use(folder)
        if not last or self._expired(folder, last):
            self._remove_expired(folder)
            raise gone(id)
        if self._clock() - last > self._pause:
            self._note_use(folder)
        return folder / "data"

    def description(self, id: str) -> dict[str, Any]:
        """What was found out about the upload when it came.

        Raises:
            Damaged: the description cannot be read any more.
        """
        self.use(id)
        try:
            return unsealed((self._folder(id) / DESCRIPTION).read_bytes())
        except FileNotFoundError as error:
            if not self._folder(id).is_dir():
                raise gone(id) from None
            raise Damaged from error

    def describe_anew(self, id: str, description: dict[str, Any]) -> None:
        """Keep another description of an upload, whose own is damaged, as far as the disk takes it."""
        with as_far_as_possible():
            write(self._folder(id) / DESCRIPTION, sealed(description))

    def holds(self, id: str, data: Path) -> bool:
        """Whether the upload is here and has the same bytes as `data`."""
        return modified(self._folder(id) / "used") > 0 and same(self._folder(id) / "data", data)

    def check_size(self, size: int) -> None:
        """Refuse an upload that no eviction makes room for.

        Raises:
            StoreFull: it is larger than the quota.
        """
        if size > self._room.bytes:
            raise full(size, self._room.bytes)

    def put(self, folder: Path, id: str, description: dict[str, Any], client: str = NOBODY) -> str:
        """Keep the upload received in `folder`; the answer is a new delete key.

        What is kept under this id and is damaged makes way; its delete keys stay good.

        Raises:
            StoreFull: what the server's owner keeps for good leaves no room for it.
        """
        size = (folder / "data").stat().st_size
        with self._locked():
            if self.holds(id, folder / "data"):
                return self._add_key(self._folder(id), client)
            key = self._add_key(folder, client)
            self._take_over(self._folder(id), folder)
            entries = self._make_room(id, size, client, folder)
            (folder / DESCRIPTION).write_bytes(sealed(description))
            sync(folder)
            vanish(self._folder(id), self._incoming)
            folder.rename(self._folder(id))
            sync(self._root)
            self._ledger.write(entries | {id: Entry(size, mark_of(client))})
            return key

    def _take_over(self, damaged: Path, successor: Path) -> None:
        """The delete keys of an upload that makes way stay good, and one that is pinned stays so."""
        keys.move(damaged / "keys", successor / "keys")
        if _is_pinned(damaged):
            (successor / PINNED).touch()

    def pinned(self) -> list[str]:
        """The uploads that the server's owner keeps for good."""
        return sorted(folder.name for folder in self._folders() if _is_pinned(folder))

    def add_key(self, id: str, client: str = NOBODY) -> str:
        """A further delete key of an upload that is here.

        Raises:
            UploadGone: it is not here any more.
        """
        with self._locked():
            self.use(id)
            return self._add_key(self._folder(id), client)

    def remove_key(self, id: str, key: str) -> bool:
        """Take a delete key away, and the bytes with the last one; whether they went.

        Raises:
            WrongDeleteKey: the key is not one of this upload's.
        """
        self.use(id)
        with room_told(), self._locked():
            kept = self._folder(id) / "keys"
            if (key_file := keys.file_of(kept, key)) is None:
                raise wrong_key(key, self._lifetime / DAY)
            if _is_pinned(self._folder(id)):
                raise kept_for_good()
            key_file.unlink()
            if any(kept.iterdir()):
                return False
            vanish(self._folder(id), self._incoming)
            return True

    def take(self, folder: Path, id: str, description: dict[str, Any]) -> None:
        """Keep a copy, with its delete keys, of an upload that another machine has. Raises StoreFull."""
        size = (folder / "data").stat().st_size
        with self._locked():
            entries = self._make_room(id, size, NOBODY, folder)
            (folder / DESCRIPTION).write_bytes(sealed(description))
            (folder / "used").touch()
            self._note_use(folder)
            vanish(self._folder(id), self._incoming)
            folder.rename(self._folder(id))
            self._ledger.write(entries | {id: Entry(size)})

    def drop(self, id: str) -> None:
        """Let an upload go, whoever has keys."""
        with as_far_as_possible(), self._locked():
            vanish(self._folder(id), self._incoming)

    def set_keys(self, id: str, names: set[str]) -> None:
        """These are the delete keys of an upload."""
        with room_told(), self._locked():
            keys.set_names(self._folder(id) / "keys", names)

    def folder(self, id: str) -> Path | None:
        """The folder of an upload, if it is here and has not expired."""
        folder = self._folder(id)
        last = self._last_use(folder)
        return folder if last and not self._expired(folder, last) else None

    def ids(self) -> set[str]:
        """The uploads that are here."""
        return {folder.name for folder in self._folders()}

    def _folder(self, id: str) -> Path:
        if not ID.fullmatch(id):
            raise malformed(id)
        return self._root / id

    def _folders(self) -> list[Path]:
        return [folder for folder in folders(self._root) if ID.fullmatch(folder.name)]

    def _locked(self) -> AbstractContextManager[None]:
        return locked(self._root / ".lock")

    def _last_use(self, folder: Path) -> float:
        """When an upload was last used, in seconds; 0 if it is not here."""
        return max(modified(folder / "used"), self._noted.get(folder.name, 0.0)) if folder.is_dir() else 0.0

    def _expired(self, folder: Path, last: float) -> bool:
        return self._clock() - last > self._lifetime and not _is_pinned(folder)

    def _note_use(self, folder: Path) -> None:
        """Note a use on disk, and here as well, as the disk may not take it."""
        self._noted[folder.name] = now = self._clock()
        try:
            with as_far_as_possible():
                os.utime(folder / "used", (now, now))
        except FileNotFoundError:
            raise gone(folder.name) from None

    def _add_key(self, folder: Path, client: str) -> str:
        key = keys.added(folder / "keys", mark_of(client))
        (folder / "used").touch()
        self._note_use(folder)
        return key

    def _remove_expired(self, folder: Path) -> None:
        self._noted.pop(folder.name, None)
        if folder.is_dir():
            with as_far_as_possible(), self._locked():
                if self._expired(folder, modified(folder / "used")):
                    vanish(folder, self._incoming)

    def _make_room(self, id: str, size: int, client: str, arriving: Path) -> dict[str, Entry]:
        """Remove what has expired, and then the longest unused until `size` more bytes fit; what stays.

        Where one client's uploads pass its share, its own go; where all pass the quota, whosever they are.

        Raises:
            StoreFull: what is pinned leaves no room.
        """
        entries = self._ledger.read(self._folders())
        entries.pop(id, None)
        share, total = self._room.tallies(entries, size, client)
        if share.fits and total.fits and self._clock() - self._swept < SWEEP:
            return entries
        self._sweep(entries, arriving)
        oldest = sorted(map(self._folder, entries), key=lambda folder: modified(folder / "used"))
        pinned = {folder.name: entries[folder.name].bytes for folder in oldest if _is_pinned(folder)}
        if not self._room.beside(pinned, size).fits:
            raise no_room()
        others = [folder.name for folder in oldest if folder.name not in pinned]
        for name in making_way(others, (share, total), self._is_over):
            vanish(self._folder(name), self._incoming)
            del entries[name]
        return entries

    def _sweep(self, entries: dict[str, Entry], arriving: Path) -> None:
        """Forget what stands half received, and the uses of what is here no more."""
        sweep_stale(self._incoming, self._clock(), keep=arriving)
        self._swept = self._clock()
        noted = self._noted.copy()  # other threads note uses meanwhile
        self._noted = {known: last for known, last in noted.items() if known in entries}

    def _is_over(self, id: str) -> bool:
        folder = self._folder(id)
        return self._expired(folder, modified(folder / "used"))


def _is_pinned(folder: Path) -> bool:
    return (folder / PINNED).exists()
