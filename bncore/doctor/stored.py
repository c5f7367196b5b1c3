"""An NPZ file by its directory: names, shapes and dtypes at once, the numbers of an array when they are asked for."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NoReturn, Self

import numpy as np

from bncore.arguments import Array
from bncore.errors import BadCapture

ARRAYS = 50_000
"""More arrays than this are refused: each costs a look at its header."""

DIRECTORY = ARRAYS * 256
"""Bytes that the list of the arrays may take: `zipfile` reads it in one go."""

LARGEST = 2**31
"""Bytes that all arrays together may unpack to."""

PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, OSError, NotImplementedError)
HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


@dataclass(frozen=True)
class Header:
    """What an array says of itself."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]


class Stored(Mapping[str, Array]):
    """The arrays of an NPZ file by name, each read anew whenever it is asked for: `with Stored(path) as arrays: …`.

    `headers` has each one's shape and dtype. Raises BadCapture for what is no NPZ file of plain arrays, whose sizes
    are not what they say, and for one of more than `ARRAYS` arrays or `largest` bytes, before any of it is unpacked.
    """

    def __init__(self, file: Path | IO[bytes], largest: int = LARGEST) -> None:
        self._file, self._own = (file.open("rb"), True) if isinstance(file, Path) else (file, False)
        try:
            self._archive = _archive(self._file)
            self.headers = _headers(self._archive, largest)
        except BaseException:
            self.close()
            raise

    def __getitem__(self, name: str) -> Array:
        if name not in self.headers:
            raise KeyError(name)
        try:
            with self._archive.open(name + ".npy") as member:
                return np.asarray(np.lib.format.read_array(member, allow_pickle=False))
        except DAMAGE as error:
            _refuse(f"is damaged at its array {name!r}", error)

    def __contains__(self, name: object) -> bool:
        return name in self.headers

    def __iter__(self) -> Iterator[str]:
        return iter(self.headers)

    def __len__(self) -> int:
        return len(self.headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, if it was opened here."""
        if self._own:
            self._file.close()


class _Bounded:
    """A file of which no more than `most` bytes are read in one go, as `zipfile` reads a directory, however long."""

    def __init__(self, file: IO[bytes]) -> None:
        self.most: int | None = DIRECTORY
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        if self.most is None:
            return self._file.read(size)
        data = self._file.read(self.most + 1 if size < 0 else min(size, self.most + 1))
        if len(data) > self.most:
            _refuse(f"has a longer list of arrays than the {ARRAYS:,} that are read")
        return data


def _archive(file: IO[bytes]) -> zipfile.ZipFile:
    bounded = _Bounded(file)
    try:
        archive = zipfile.ZipFile(bounded)
    except BadCapture:
        raise
    except DAMAGE as error:
        _refuse("is no NPZ file, or not all of one", error)
    bounded.most = None
    return archive


def _headers(archive: zipfile.ZipFile, largest: int) -> dict[str, Header]:
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    if len(members) > ARRAYS:
        _refuse(f"has {len(members):,} arrays; up to {ARRAYS:,} are read")
    if total > largest:
        _refuse(f"unpacks to {total:,} bytes; up to {largest:,} are read")
    headers = {member.filename.removesuffix(".npy"): _header(archive, member) for member in members}
    if len(headers) < len(members):
        _refuse("has two arrays of one name")
    return headers


def _header(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Header:
    name = member.filename
    if not name.endswith(".npy") or member.compress_type not in PACKED or member.flag_bits & 1:
        _refuse(f"holds {name[:80]!r}, which numpy.savez does not write")
    try:
        with archive.open(member) as file:
            shape, _, dtype = HEADERS[np.lib.format.read_magic(file)](file)
            start = file.tell()
    except DAMAGE as error:
        _refuse(f"is damaged at its array {name[:80]!r}", error)
    if dtype.hasobject:
        _refuse(f"holds Python objects in {name[:80]!r}, which are never unpickled")
    told = start + dtype.itemsize * int(np.prod(shape, dtype=object))
    if told != member.file_size:
        _refuse(f"says that {name[:80]!r} has shape {shape}, {told:,} bytes, and keeps {member.file_size:,}")
    return Header(shape, dtype)


def _refuse(what: str, error: Exception | None = None) -> NoReturn:
    raise BadCapture(f"the capture {what}; save it with bnscope_capture.py.", parameter="file") from error
