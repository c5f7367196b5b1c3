"""Results of heavy work as files, under the ETag of their query: all workers of a machine share them.

A file is written under another name and renamed when it is whole; it states its length and checksum, and one that does
not keep them (a disk may lose what was not synced) is removed and computed anew. The least recently used go first.
"""

import contextlib
import fcntl
import os
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile, gettempdir
from typing import BinaryIO
from weakref import finalize

from isal import isal_zlib

from app.errors import NoRoom

MAGIC = b"bnscope result 1\n"
HEAD = len(MAGIC) + 8 + 4 + 1  # what it is, length and checksum of the body, and whether that is in gzip's format
SHARED_MEMORY = Path("/dev/shm")
LOOKS = 32  # how often the folder is looked through while it is filled once
SMALL = 1 << 20  # bytes
PIECE = 1 << 18  # bytes read at a time
ABANDONED = 3600  # seconds after which a half-written file has no writer any more


@dataclass(frozen=True, eq=False)
class Result:
    """A whole result, open for any number of readers; whoever removes its file does not take it away."""

    descriptor: int
    length: int
    squeezed: bool

    def __post_init__(self) -> None:
        finalize(self, os.close, self.descriptor)

    @property
    def is_small(self) -> bool:
        """Whether it may be kept in memory."""
        return self.length <= SMALL

    def whole(self) -> bytes:
        """The body as it stands in the file. Blocks."""
        return b"".join(self.pieces(plain=False))

    def plain(self) -> bytes:
        """The body as it is. Blocks."""
        return b"".join(self.pieces(plain=True))

    def pieces(self, *, plain: bool) -> Iterator[bytes]:
        """The body in pieces; unpacked if `plain`. Blocks."""
        unpacker = zlib.decompressobj(wbits=31) if plain and self.squeezed else None
        for at in range(HEAD, HEAD + self.length, PIECE):
            piece = os.pread(self.descriptor, min(PIECE, HEAD + self.length - at), at)
            if unpacker is None:
                yield piece
                continue
            while piece:
                yield unpacker.decompress(piece, 4 * PIECE)
                piece = unpacker.unconsumed_tail


def write(path: Path, pieces: Iterator[bytes], *, squeezed: bool) -> None:
    """Write a result to `path`. Raises NoRoom where the disk does not take it."""
    try:
        with path.open("r+b") as file:
            file.write(bytes(HEAD))
            length, checksum = _write_body(file, pieces, squeezed)
            file.seek(0)
            file.write(MAGIC + length.to_bytes(8, "big") + checksum.to_bytes(4, "big") + bytes([squeezed]))
    except OSError as error:
        raise NoRoom(f"The server's disk does not take the result: {error.strerror}.") from error


def _write_body(file: BinaryIO, pieces: Iterator[bytes], squeezed: bool) -> tuple[int, int]:
    packer = isal_zlib.compressobj(1, wbits=31) if squeezed else None
    length = checksum = 0

    def put(piece: bytes) -> None:
        nonlocal length, checksum
        file.write(piece)
        length, checksum = length + len(piece), zlib.crc32(piece, checksum)

    for piece in pieces:
        put(packer.compress(piece) if packer else piece)
    put(packer.flush() if packer else b"")
    return length, checksum


class Results:
    """The results of a folder, up to so many bytes, and a thirty-second part more for each process that adds some.

    All of it blocks, and any number of processes may do it.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder, self._most = folder, most_bytes
        self._added = most_bytes  # bytes since it was last looked how many there are, which takes a look at each

    def get(self, etag: str) -> Result | None:
        """The result kept under an ETag, now the most recently used."""
        path = self._path(etag)
        with suppress(OSError):
            result = opened(path)
            if result is None:
                path.unlink(missing_ok=True)
                return None
            with suppress(OSError):  # a disk that is read-only keeps the order of uses that it had
                os.utime(path)
            return result
        return None

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where results may be written: the folder of the results, and what may have room where its disk has not."""
        return self._folder, Path(gettempdir()), SHARED_MEMORY

    @contextmanager
    def place(self, folder: Path) -> Iterator[Path]:
        """An empty file to write a result to; it is gone after the block unless it was kept. Raises NoRoom."""
        path = self._new_file(folder)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def keep(self, written: Path, etag: str) -> None:
        """Keep the result at `written`, removing the least recently used ones where there are too many bytes."""
        with suppress(OSError):
            self._added += written.stat().st_size
            written.replace(self._path(etag))
            if self._added >= self._most / LOOKS:
                self._make_room()

    @contextmanager
    def claim(self, etag: str) -> Iterator[bool]:
        """Whether no other process makes this result now: then the claim lasts as long as the block, or the process."""
        try:
            file = self._claimed(etag)
        except OSError:  # without a disk to write to, each makes its own
            yield True
            return
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            try:
                yield True
            finally:
                Path(file.name).unlink(missing_ok=True)

    def _claimed(self, etag: str) -> BinaryIO:
        path = self._path(etag).with_suffix(".claim")
        with suppress(FileNotFoundError):
            return path.open("ab")
        self._folder.mkdir(parents=True, exist_ok=True)  # the first claim of all
        return path.open("ab")

    def _path(self, etag: str) -> Path:
        return self._folder / etag.strip('"')

    def _new_file(self, folder: Path) -> Path:
        try:
            if folder == self._folder:
                folder.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=folder, prefix="making-", delete=False) as file:
                return Path(file.name)
        except OSError as error:
            raise NoRoom(f"The server's disk takes no result: {error.strerror}.") from error

    def _make_room(self) -> None:
        """Remove what was used least recently, and what its writer has left behind."""
        with os.scandir(self._folder) as entries:
            files = [file for entry in entries if (file := file_of(entry)) is not None]
        files.sort(key=lambda file: file[0].st_mtime, reverse=True)
        total = self._added = 0
        for stat, path in files:
            total += stat.st_size
            abandoned = path.name.startswith("making-") and time.time() - stat.st_mtime > ABANDONED
            if total > self._most or abandoned:
                path.unlink(missing_ok=True)


def file_of(entry: "os.DirEntry[str]") -> tuple[os.stat_result, Path] | None:
    """A file and what is known of it; None of what is none, or has vanished meanwhile."""
    with contextlib.suppress(FileNotFoundError):
        if entry.is_file():
            return entry.stat(), Path(entry.path)
    return None


def opened(path: Path) -> Result | None:
    """The result at `path`, or None if the file is damaged. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        length = int.from_bytes(head[len(MAGIC) : len(MAGIC) + 8], "big")
        stated = int.from_bytes(head[len(MAGIC) + 8 : HEAD - 1], "big")
        whole = head.startswith(MAGIC) and path.stat().st_size == HEAD + length
        if not whole or _checksum(file) != stated:
            return None
        return Result(os.dup(file.fileno()), length, bool(head[-1]))


def _checksum(file: BinaryIO) -> int:
    checksum = 0
    while piece := file.read(PIECE):
        checksum = zlib.crc32(piece, checksum)
    return checksum
