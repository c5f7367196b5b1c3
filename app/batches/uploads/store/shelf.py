"""The uploads on disk: one folder an id, shared by all workers, kept under a quota and until they expire.

<uploads_dir>/
  .lock                     held while something is put in or taken out; readers need none
  incoming/<random>/data    an upload that is being received, and folders on their way out
  <id>/data                 the bytes
       description.json     what POST answered, without the key, and its sum
       keys/<hash of key>   one empty file for each delete key
       used                 its time of modification is the last use
"""

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from app.batches.uploads.sealed import Damaged, sealed, unsealed
from app.batches.uploads.store.disk import (
    as_far_as_possible,
    folders,
    locked,
    modified,
    room_told,
    same,
    scratch,
    size_of,
    sweep_stale,
    sync,
    vanish,
    write,
)
from app.errors import InvalidQuery, StoreFull, UploadGone, WrongDeleteKey
from app.settings import Settings

DAY = 86400.0
TOUCH = 60.0
"""Seconds between two notes of the last use, so that reading costs no write; a tenth of a shorter lifetime."""

DESCRIPTION = "description.json"

ID = re.compile(r"[0-9a-f]{64}")


class Shelf:
    """The folder of uploads. Every method may be called by any thread of any process."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self._root = settings.uploads_dir
        self._incoming = self._root / "incoming"
        self._quota = settings.upload_quota
        self._lifetime = settings.upload_days * DAY
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
        last = max(modified(folder / "used"), self._noted.get(id, 0.0)) if folder.is_dir() else 0.0
        if not last or self._expired(last):
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
        if size > self._quota:
            raise full(size, self._quota)

    def put(self, folder: Path, id: str, description: dict[str, Any]) -> str:
        """Keep the upload received in `folder`; the answer is a new delete key.

        What is kept under this id and is damaged makes way; its delete keys stay good.
        """
        size = (folder / "data").stat().st_size
        with self._locked():
            if self.holds(id, folder / "data"):
                return self._add_key(self._folder(id))
            key = self._add_key(folder)
            self._take_keys(self._folder(id), folder)
            self._make_room(size, folder)
            (folder / DESCRIPTION).write_bytes(sealed(description))
            sync(folder)
            vanish(self._folder(id), self._incoming)
            folder.rename(self._folder(id))
            sync(self._root)
            return key

    def _take_keys(self, damaged: Path, successor: Path) -> None:
        """The delete keys of an upload that makes way stay good."""
        for key in (damaged / "keys").iterdir() if (damaged / "keys").is_dir() else ():
            key.replace(successor / "keys" / key.name)

    def add_key(self, id: str) -> str:
        """A further delete key of an upload that is here.

        Raises:
            UploadGone: it is not here any more.
        """
        with self._locked():
            self.use(id)
            return self._add_key(self._folder(id))

    def remove_key(self, id: str, key: str) -> bool:
        """Take a delete key away, and the bytes with the last one; whether they went.

        Raises:
            WrongDeleteKey: the key is not one of this upload's.
        """
        self.use(id)
        with room_told(), self._locked():
            keys = self._folder(id) / "keys"
            try:
                (keys / _hashed(key)).unlink()
            except FileNotFoundError:
                raise _wrong_key(key, self._lifetime / DAY) from None
            if any(keys.iterdir()):
                return False
            vanish(self._folder(id), self._incoming)
            return True

    def ids(self) -> set[str]:
        """The uploads that are here."""
        return {folder.name for folder in self._folders()}

    def _folder(self, id: str) -> Path:
        if not ID.fullmatch(id):
            raise InvalidQuery(
                f"{id[:80]!r} is no upload's id: an id is 64 characters of 0-9 and a-f. Upload the file to get one.",
                field="source",
                given=id[:80],
                allowed="64 hexadecimal characters",
            )
        return self._root / id

    def _folders(self) -> list[Path]:
        return [folder for folder in folders(self._root) if ID.fullmatch(folder.name)]

    def _locked(self) -> AbstractContextManager[None]:
        return locked(self._root / ".lock")

    def _expired(self, last: float) -> bool:
        return self._clock() - last > self._lifetime

    def _note_use(self, folder: Path) -> None:
        """Note a use on disk, and here as well, as the disk may not take it."""
        self._noted[folder.name] = now = self._clock()
        try:
            with as_far_as_possible():
                os.utime(folder / "used", (now, now))
        except FileNotFoundError:
            raise gone(folder.name) from None

    def _add_key(self, folder: Path) -> str:
        key = secrets.token_urlsafe(24)
        (folder / "keys").mkdir(exist_ok=True)
        (folder / "keys" / _hashed(key)).touch()
        (folder / "used").touch()
        self._note_use(folder)
        return key

    def _remove_expired(self, folder: Path) -> None:
        self._noted.pop(folder.name, None)
        if folder.is_dir():
            with as_far_as_possible(), self._locked():
                if self._expired(modified(folder / "used")):
                    vanish(folder, self._incoming)

    def _make_room(self, size: int, arriving: Path) -> None:
        """Remove what has expired, and then the longest unused until `size` more bytes fit."""
        sweep_stale(self._incoming, self._clock(), keep=arriving)
        oldest = sorted(self._folders(), key=lambda folder: modified(folder / "used"))
        room = self._quota - size - sum(size_of(folder) for folder in oldest)
        for folder in oldest:
            if room < 0 or self._expired(modified(folder / "used")):
                room += size_of(folder)
                vanish(folder, self._incoming)


def gone(id: str) -> UploadGone:
    """The error for an upload that is not here."""
    return UploadGone(
        f"The upload {id[:12]}… is not here: it expired, was deleted, made room for others, or never came. "
        "Upload the same file again, and every link to it works again.",
        field="source",
        given=id,
    )


def full(size: int, quota: int) -> StoreFull:
    """The error for an upload that no eviction makes room for."""
    return StoreFull(
        f"The upload has {size:,} bytes and the server keeps at most {quota:,} for all uploads. Upload fewer rows.",
        field="file",
        given=size,
        allowed=f"at most {quota} bytes",
    )


def _wrong_key(key: str, days: float) -> WrongDeleteKey:
    said = "This is not the upload's delete_key" if key else "Deleting an upload takes its delete_key"
    return WrongDeleteKey(
        f"{said}, which stands in the answer to the upload (POST /api/v1/batches) and is kept by the browser that sent "
        f"the file. Without it the file stays until nobody has used it for {days:g} days.",
        field="delete_key",
        allowed="the delete_key that the upload returned",
    )


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
