"""What the store and the cache do with folders: locks between processes, sizes, removal that is seen at once."""

import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.batches.uploads.bounds import wanted
from app.errors import StoreFull

FULL = (errno.ENOSPC, errno.EDQUOT)
UNWRITABLE = (*FULL, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR)
"""What the system says of a disk that takes nothing more, or of a folder that cannot be one."""

PIECE = 1024**2

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
def room_told() -> Iterator[None]:
    """A disk that is full, or cannot be written to, is told as StoreFull."""
    try:
        yield
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        why = "is full" if error.errno in FULL else "cannot be written to"
        detail = f"The server's disk {why}. Try again later, and tell who runs this server."
        raise StoreFull(detail) from error


@contextmanager
def as_far_as_possible() -> Iterator[None]:
    """What would be good to write, and need not be: on a disk that takes nothing more it is left out."""
    try:
        yield
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: whoever reads it sees the old or the new."""
    making = path.with_name(f"making-{secrets.token_hex(8)}")
    try:
        making.write_bytes(data)
        making.replace(path)
    finally:
        making.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """See a folder, and what stands in the files in it, safe on disk."""
    files = [each for each in path.iterdir() if each.is_file() and each.stat().st_size]
    for each in (*files, path):
        place = os.open(each, os.O_RDONLY)
        try:
            os.fsync(place)
        finally:
            os.close(place)


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


def same(one: Path, other: Path, go_on: Callable[[], None] = wanted) -> bool:
    """Whether two files are there and hold the same bytes."""
    try:
        with one.open("rb") as first, other.open("rb") as second:
            while (piece := first.read(PIECE)) == second.read(PIECE):
                go_on()
                if not piece:
                    return True
    except FileNotFoundError:
        pass
    return False


def folders(parent: Path) -> list[Path]:
    """The folders in `parent`, none if it does not exist yet."""
    try:
        with os.scandir(parent) as listed:
            return [Path(entry.path) for entry in listed if entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []


def entries(folder: Path) -> list[Path]:
    """What lies in a folder that others may remove; nothing if it is gone."""
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []


def sweep_stale(parent: Path, now: float, keep: Path | None = None) -> None:
    """Remove the scratch folders that dead processes left in `parent`, but not `keep`."""
    for folder in folders(parent):
        if folder == keep:
            continue
        newest = max(map(modified, (folder, *entries(folder))))
        if now - newest > STALE:
            remove(folder)
