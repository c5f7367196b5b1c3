"""What the store and the cache do with folders: locks between processes, sizes, removal that is seen at once."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

STALE = 3600.0
"""Seconds without a write after which a scratch folder was left by a process that died."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`, against the threads of this process as well as against other processes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def scratch(parent: Path) -> Iterator[Path]:
    """A new folder in `parent` that is gone afterwards, unless it was renamed to where it is to stay."""
    folder = parent / secrets.token_hex(16)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it; another process may be doing the same."""
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)


def vanish(folder: Path, bin_folder: Path) -> None:
    """Remove a folder so that nobody ever sees half of it: it is renamed into `bin_folder` first."""
    bin_folder.mkdir(parents=True, exist_ok=True)
    rubbish = bin_folder / secrets.token_hex(16)
    with suppress(FileNotFoundError):
        folder.rename(rubbish)
    remove(rubbish)


def size_of(folder: Path) -> int:
    """The bytes of all files below `folder`; files that vanish meanwhile count nothing."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += (Path(place) / name).stat().st_size
    return total


def modified(path: Path) -> float:
    """When `path` was last written, in seconds; 0 if it is gone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def folders(parent: Path) -> list[Path]:
    """The folders in `parent`, none if it does not exist yet."""
    return [path for path in parent.iterdir() if path.is_dir()] if parent.is_dir() else []


def sweep_stale(parent: Path, now: float, keep: Path | None = None) -> None:
    """Remove the scratch folders that dead processes left in `parent`, but not `keep`."""
    for folder in folders(parent):
        if folder == keep:
            continue
        newest = max([modified(folder), *(modified(file) for file in folder.glob("*"))])
        if now - newest > STALE:
            remove(folder)
