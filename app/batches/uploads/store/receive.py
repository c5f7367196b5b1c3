"""An upload on its way in: counted, hashed, looked at and written piece by piece, never held whole."""

import hashlib
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from anyio import to_thread

from app.batches.uploads.sniff import HEAD, kind_of, refuse_binary
from app.errors import UploadTooLarge

PIECE = 1024**2
"""Bytes that are collected before a thread hashes and writes them."""

FEWER = "Upload fewer rows, or an NPY in float32, which takes less room than text."

KindOf = Callable[[bytes], str]
"""The kind of a file by its first bytes. Raises UnsupportedUpload for one that is not taken, and an error for none."""


@dataclass(frozen=True)
class Received:
    """A file that arrived: the SHA-256 of its bytes, its length and its kind."""

    id: str
    bytes: int
    kind: str


async def receive(
    chunks: AsyncIterator[bytes], path: Path, limit: int, kind_of: KindOf = kind_of, less: str = FEWER
) -> Received:
    """Write the chunks to `path`. The first bytes decide whether the rest is wanted.

    Raises:
        UnsupportedUpload: a kind of file that is not taken.
        UploadTooLarge: more than `limit` bytes, raised with the chunk that passes it.
        UserError: no bytes at all (what `kind_of` raises then).
    """
    with path.open("xb") as file:
        intake = Intake(file, kind_of)
        pending, size, enough = bytearray(), 0, HEAD
        async for chunk in chunks:
            size += len(chunk)
            check_size(size, limit, less)
            pending += chunk
            if len(pending) >= enough:
                await to_thread.run_sync(intake.write, bytes(pending))
                pending.clear()
                enough = PIECE
        return await to_thread.run_sync(intake.finish, bytes(pending))


def check_size(size: int, limit: int, less: str = FEWER) -> None:
    """Refuse more bytes than the limit; `less` says how to send fewer."""
    if size > limit:
        raise UploadTooLarge(
            f"The upload has more than {limit:,} bytes, the limit of this server. {less}",
            field="file",
            allowed=f"at most {limit} bytes",
        )


class Intake:
    """The end of the line: what is written here is hashed, and looked at to tell its kind."""

    def __init__(self, file: BinaryIO, kind_of: KindOf = kind_of) -> None:
        self._file, self._kind_of = file, kind_of
        self._hash = hashlib.sha256()
        self._size = 0
        self._kind: str | None = None

    def write(self, data: bytes) -> None:
        """Take a piece; the first one holds at least `HEAD` bytes unless it is also the last."""
        if self._kind is None:
            self._kind = self._kind_of(data)
        if self._kind == "csv":
            refuse_binary(data)
        self._hash.update(data)
        self._file.write(data)
        self._size += len(data)

    def finish(self, data: bytes) -> Received:
        """Take the last piece and see the file safe on disk."""
        if data or self._kind is None:
            self.write(data)
        self._file.flush()
        os.fsync(self._file.fileno())
        return Received(self._hash.hexdigest(), self._size, self._kind or "")
