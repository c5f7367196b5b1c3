"""Members of an NPZ file: read where they lie if they are not packed, else unpacked from the front as they are read."""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from bncore.arguments import Array
from bncore.errors import BadParameter
from bncore.progress import Said, unheard
from bncore.stream.sources.file import File, ends_early
from bncore.stream.sources.members import chosen
from bncore.stream.sources.npy import header
from bncore.stream.sources.raw import RawArray
from bncore.stream.sources.source import Chunk, Source, checked, picked

LOCAL = 30  # bytes of a member's own header, before its name
TAKEN = 2**20  # numbers read at a time where a few examples are looked for

Header = tuple[tuple[int, ...], bool, np.dtype[Any], int]


@dataclass(frozen=True, eq=False)
class PackedMember:
    """A member that is packed. Implements `Source`; whoever goes on in its middle unpacks what is before it."""

    file: File
    array: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checked(self.dtype, self.shape, self.array)

    @property
    def examples(self) -> int:
        return self.shape[0]

    @property
    def example(self) -> tuple[int, ...]:
        return self.shape[1:]

    @property
    def stamp(self) -> str:
        return f"{self.file.stamp} {self.array} {self.dtype.str} {self.shape}"

    def chunks(self, rows: int, first: int = 0) -> Iterator[Chunk]:
        size = prod(self.example) * self.dtype.itemsize
        with self.file.open() as file, zipfile.ZipFile(file) as archive, archive.open(f"{self.array}.npy") as member:
            header(member, self.array)
            member.seek(first * size, 1)
            for start in range(first, self.examples, rows):
                count = min(rows, self.examples - start)
                chunk = np.frombuffer(_whole(member, count * size, self.array), self.dtype)
                yield Chunk(partial(chunk.reshape, count, *self.example))

    def take(self, which: NDArray[np.intp], say: Said = unheard) -> Array:
        rows = max(1, TAKEN // prod(self.example))
        return picked(self.chunks(rows), rows, which, say)


def of_npz(file: File, array: str | None) -> Source:
    """The array of that name. Raises BadParameter for a file that is none, or where it is not clear which one."""
    try:
        with file.open() as opened, zipfile.ZipFile(opened) as archive:
            members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            headers = {name: _header(archive, info) for name, info in members.items()}
            name = chosen({one: head[0] for one, head in headers.items()}, array, file.name)
            return _source(file, opened, name, members[name], headers[name])
    except zipfile.BadZipFile as error:
        raise BadParameter(f"x: {file.name} is no NPZ file that can be read: {error}", parameter="x") from None


def _header(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Header:
    with archive.open(info) as member:
        shape, is_fortran, dtype = header(member, info.filename)
        return shape, is_fortran, dtype, member.tell()


def _source(file: File, opened: IO[bytes], name: str, info: zipfile.ZipInfo, head: Header) -> Source:
    shape, is_fortran, dtype, length = head
    if is_fortran and len(shape) > 1:
        raise BadParameter(f"x: {name} is in Fortran order; save np.ascontiguousarray({name}).", parameter="array")
    if info.compress_type != zipfile.ZIP_STORED:
        return PackedMember(file, name, shape, dtype)
    opened.seek(info.header_offset)
    local = opened.read(LOCAL)
    before = LOCAL + int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little")
    return RawArray(file, info.header_offset + before + length, dtype, shape, name)


def _whole(member: IO[bytes], size: int, name: str) -> bytes:
    """So many bytes of a member. Raises BadParameter where there are fewer, or they are damaged."""
    try:
        data = member.read(size)
    except (zlib.error, zipfile.BadZipFile, EOFError) as error:
        raise BadParameter(f"x: {name} is damaged: {error}; save it again whole.", parameter="x") from error
    if len(data) < size:
        raise ends_early(name)
    return data
