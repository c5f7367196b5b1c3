"""The keys that delete an upload: an empty file for each, named by the key's hash and the mark of the client."""

import hashlib
import secrets
from pathlib import Path

from app.batches.uploads.store.disk import entries, modified

MOST = 256
"""Keys of one upload that one client has, a class behind one address; of more, the oldest are forgotten."""


def added(folder: Path, mark: str) -> str:
    """A new key of the client with this mark."""
    folder.mkdir(exist_ok=True)
    own = sorted((file for file in folder.iterdir() if file.name.partition(".")[2] == mark), key=modified)
    for old in own[: max(0, len(own) + 1 - MOST)]:
        old.unlink()
    key = secrets.token_urlsafe(24)
    (folder / f"{_hashed(key)}.{mark}".rstrip(".")).touch()
    return key


def file_of(folder: Path, key: str) -> Path | None:
    """The file of a key, None if there is no such key."""
    return next(folder.glob(f"{_hashed(key)}*"), None)


def move(folder: Path, target: Path) -> None:
    """Move the keys of an upload to its successor's."""
    for file in entries(folder):
        file.replace(target / file.name)


def names(folder: Path) -> set[str]:
    """The files of all keys, by name."""
    return {file.name for file in entries(folder)}


def set_names(folder: Path, wanted: set[str]) -> None:
    """Let these be the keys."""
    folder.mkdir(exist_ok=True)
    for name in names(folder) - wanted:
        (folder / name).unlink()
    for name in wanted:
        (folder / name).touch()


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
