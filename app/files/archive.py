"""Zip archives: the list of what is inside is bounded before it is read, and so is how each of it is packed."""

import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from app.errors import UnreadableBatch, UploadTooLarge, UserError
from app.files.damage import damage_told

ENTRY = 512
"""Bytes that the list of an archive may take for each of its members."""

PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True)
class Archive:
    """What an archive is called, what its members are and how many it may have, and what to do about damage.

    `see` is the page that takes one with more.
    """

    what: str
    parts: str
    members: int
    do: str
    error: type[UserError] = UnreadableBatch
    see: str | None = None

    @property
    def directory(self) -> int:
        """Bytes that the list may take. It is read in one go, and each of its entries costs time and memory."""
        return self.members * ENTRY

    def too_many(self, what: str) -> UploadTooLarge:
        """The error for an archive of more members than are looked at."""
        told = f"{self.what} has {what}; up to {self.members:,} {self.parts} are read. Save fewer"
        elsewhere = ", or send a model or a capture to {}" if self.see else ""
        error = UploadTooLarge(
            f"{told}{elsewhere.format(f'POST /api/v1{self.see}')}.",
            page=f"{told}{elsewhere.format('the Doctor')}.",
            field="file",
            allowed=f"at most {self.members} {self.parts}",
        )
        error.see = self.see
        return error


class Bounded:
    """A file of which no more than `most` bytes are read in one go, as `zipfile` reads a directory, however long."""

    def __init__(self, file: IO[bytes], archive: Archive) -> None:
        self.most = archive.directory
        self._file, self._archive = file, archive
        self._size = file.seek(0, 2)
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        left = max(0, self._size - self.tell())
        data = self._file.read(min(size if size >= 0 else left, left, self.most + 1))
        if len(data) > self.most:
            raise self._archive.too_many(f"a longer list of {self._archive.parts} than is read")
        return data


@contextmanager
def archive_of(file: IO[bytes], archive: Archive) -> Iterator[zipfile.ZipFile]:
    """The archive in `file`; whatever is wrong with the zip itself is told as damage."""
    bounded = Bounded(file, archive)
    with damage_told(archive.what, archive.do, archive.error), zipfile.ZipFile(bounded) as opened:
        bounded.most = sys.maxsize - 1
        _check_members(opened.infolist(), archive)
        yield opened


def _check_members(members: list[zipfile.ZipInfo], archive: Archive) -> None:
    if len(members) > archive.members:
        raise archive.too_many(f"{len(members):,} {archive.parts}")
    for member in members:
        if member.compress_type not in PACKED:  # zipfile unpacks the other kinds without a bound
            how = f"{archive.what} is packed by method {member.compress_type} of zip, which is not read."
            raise archive.error(f"{how} {archive.do}", field="file")
