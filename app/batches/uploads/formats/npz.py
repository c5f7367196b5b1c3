"""NPZ files: a zip of NPY arrays, looked through by its directory; only what is asked for is unpacked."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.batches.uploads.bounds import Bounds
from app.batches.uploads.formats.npy import check_length, check_limit
from app.batches.uploads.sniff import incomplete
from app.errors import UnreadableBatch, UploadTooLarge
from app.files.archive import Archive, archive_of
from app.files.header import Header, read_header
from app.files.refused import DOCTOR

MEMBERS = 1000
"""More arrays than this are refused: each costs a look at its header."""

PIECE = 1024**2
BOUNDS = Archive("The NPZ file", "arrays", MEMBERS, "Save it again with numpy.savez.", see=DOCTOR)


class Npz:
    """An open archive with the header of each array, checked against the size that the archive declares for it."""

    what = "NPZ file"

    def __init__(self, archive: zipfile.ZipFile, bounds: Bounds) -> None:
        self._archive = archive
        self.arrays: dict[str, Header] = {}
        members = archive.infolist()
        _refuse_bomb(members, bounds.bytes)
        for member in members:
            bounds.go_on()
            self.arrays[member.filename.removesuffix(".npy")] = _header(archive, member, bounds.bytes)

    def extract(self, name: str, target: Path, go_on: Callable[[], None]) -> None:
        """Unpack one array; `zipfile` stops at the declared size and checks the sum."""
        with self._archive.open(name + ".npy") as source, target.open("wb") as sink:
            while piece := source.read(PIECE):
                go_on()
                sink.write(piece)


@contextmanager
def opened(upload: Path, bounds: Bounds) -> Iterator[Npz]:
    """The archive in an upload. Raises UnreadableBatch where it is incomplete or damaged."""
    if not zipfile.is_zipfile(upload):  # there is no directory, which stands at the end
        raise incomplete()
    with upload.open("rb") as file, archive_of(file, BOUNDS) as archive:
        yield Npz(archive, bounds)


def _header(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> Header:
    what = f"The array {member.filename.removesuffix('.npy')!r}"
    if not member.filename.endswith(".npy"):
        raise UnreadableBatch(f"The NPZ file holds {member.filename!r}, which is no array. Save it with numpy.savez.")
    with archive.open(member) as file:
        header = read_header(file, what)
    if not header.dtype.hasobject:
        check_length(header, member.file_size, what)
    check_limit(header, member.filename.removesuffix(".npy"), limit)
    return header


def _refuse_bomb(members: list[zipfile.ZipInfo], limit: int) -> None:
    total = sum(member.file_size for member in members)
    if total > limit:
        raise UploadTooLarge(
            f"The NPZ file unpacks to {len(members):,} arrays of {total:,} bytes together; the limit is {limit:,}. "
            "Save fewer rows or arrays.",
            field="file",
            given=total,
            allowed=f"at most {limit} bytes",
        )
