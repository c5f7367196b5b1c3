"""An upload on its way in: counted, hashed, looked at and written piece by piece, never held whole."""

import hashlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from anyio import to_thread

from app.batches.uploads.sniff import HEAD, Kind, kind_of, refuse_binary
from app.errors import UnreadableBatch, UploadTooLarge

PIECE = 1024**2
"""Bytes that are collected before a thread hashes and writes them."""


@dataclass(frozen=True)
class Received:
    """A file that arrived: the SHA-256 of its bytes, its length and its kind."""

    id: str
    bytes: int
    kind: Kind


async def receive(chunks: AsyncIterator[bytes], path: Path, limit: int) -> Received:
    """Write the chunks to `path`. The first bytes decide whether the rest is wanted.

    Raises:
        UnsupportedUpload: a kind of file that is not taken.
        UploadTooLarge: more than `limit` bytes, raised with the chunk that passes it.
        UnreadableBatch: no bytes at all.
    """
    with path.open("xb") as file:
        intake = Intake(file)
        pending, size, enough = bytearray(), 0, HEAD
        async for chunk in chunks:
            size += len(chunk)
            check_size(size, limit)
            pending += chunk
            if len(pending) >= enough:
                await to_thread.run_sync(intake.write, bytes(pending))
                pending.clear()
                enough = PIECE
        return await to_thread.run_sync(intake.finish, bytes(pending))


def check_size(size: int, limit: int) -> None:
    """Refuse more bytes than the limit."""
    if size > limit:
        raise UploadTooLarge(
            f"The upload has more than {limit:,} bytes, the limit of this server. Upload fewer rows, or an NPY in "
            "float32, which takes less room than text.",
            field="file",
            allowed=f"at most {limit} bytes",
        )


class Intake:
    """The end of the line: what is written here is hashed, and looked at to tell its kind."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._size = 0
        self._kind: Kind | None = None

    def write(self, data: bytes) -> None:
        """Take a piece; the first one holds at least `HEAD` bytes unless it is also the last."""
        if self._kind is None:
            self._kind = kind_of(data)
        if self._kind == "csv":
            refuse_binary(data)
        self._hash.update(data)
        self._file.write(data)
        self._size += len(data)

    def finish(self, data: bytes) -> Received:
        """Take the last piece and see the file safe on disk."""
        if data:
            self.write(data)
        if self._kind is None:
            raise UnreadableBatch("The file is empty. Upload a file with at least one row of numbers.", field="file")
        self._file.flush()
        os.fsync(self._file.fileno())
        return Received(self._hash.hexdigest(), self._size, self._kind)
