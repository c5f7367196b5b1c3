"""NPY files and arrays in memory, memory-mapped ones among them."""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from bncore.arguments import Array, as_array
from bncore.errors import BadParameter
from bncore.progress import Said, unheard
from bncore.stream.sources.file import File, LocalFile
from bncore.stream.sources.raw import RawArray, whole
from bncore.stream.sources.source import Chunk, Source, checked, digest

TOLD_BY = 256  # examples that tell an array from others of its shape, spread over it
NUMBERS = 2**20  # numbers that these have at most, or one example


@dataclass(frozen=True, eq=False)
class InMemory:
    """An array of this process, or one that is mapped and not in the order of its file. Implements `Source`."""

    x: Array
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checked(self.dtype, self.x.shape, "x")

    @property
    def examples(self) -> int:
        return len(self.x)

    @property
    def example(self) -> tuple[int, ...]:
        return self.x.shape[1:]

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.x.dtype

    @property
    def stamp(self) -> str:
        most = min(TOLD_BY, max(1, NUMBERS // prod(self.example)))
        which = np.unique(np.linspace(0, len(self.x) - 1, most).astype(np.intp))
        return f"{self.x.dtype.str} {self.x.shape} {digest(self.x[which])}"

    def chunks(self, rows: int, first: int = 0) -> Iterator[Chunk]:
        for start in range(first, len(self.x), rows):
            yield Chunk(partial(self._cut, start, start + rows))

    def take(self, which: NDArray[np.intp], say: Said = unheard) -> Array:  # noqa: ARG002
        return np.array(self.x[which])

    def _cut(self, start: int, stop: int) -> Array:
        return np.ascontiguousarray(self.x[start:stop])


def of_array(x: Array) -> Source:
    """An array; one that is mapped as its file has it is read from the file, so that its pages do not stay."""
    if isinstance(x, np.memmap) and isinstance(x.base, mmap.mmap) and x.filename and x.flags.c_contiguous:
        return RawArray(LocalFile(str(x.filename)), x.offset, x.dtype, x.shape)
    return InMemory(as_array(x, "x"))


def of_npy(file: File, _array: str | None) -> Source:
    """The array of an NPY file."""
    with file.open() as opened:
        shape, is_fortran, dtype = header(opened, file.name)
        offset = opened.tell()
    if not is_fortran or len(shape) < 2:
        return RawArray(file, offset, dtype, shape)
    checked(dtype, shape, file.name)
    whole(file, offset, dtype, shape)
    if not isinstance(file, LocalFile):
        raise BadParameter(f"x: {file.name} is in Fortran order; save np.ascontiguousarray(x).", parameter="x")
    return InMemory(np.load(file.path, mmap_mode="r", allow_pickle=False))


def header(opened: IO[bytes], name: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, whether it is in Fortran order, and dtype; the file is then where the numbers begin."""
    try:
        version = npy_format.read_magic(opened)
        read = npy_format.read_array_header_1_0 if version == (1, 0) else npy_format.read_array_header_2_0
        shape, is_fortran, dtype = read(opened)
    except ValueError as error:
        raise BadParameter(f"x: {name} is no NPY file that can be read: {error}", parameter="x") from None
    return shape, is_fortran, dtype
