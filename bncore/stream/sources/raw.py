"""Arrays that lie in a file as they are: of `.npy`, of an `.npz` that is not packed, of `.safetensors`."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bncore.arguments import NATIVE, Array
from bncore.errors import BadParameter
from bncore.progress import Said, unheard
from bncore.stream.sources.file import File
from bncore.stream.sources.source import Chunk, Stored, checked

AHEAD = 8  # chunks that are asked for before they are read
BFLOAT16 = np.dtype("V2")  # what stands for it here: NumPy has none


def whole(file: File, offset: int, stored: np.dtype[Any], shape: tuple[int, ...]) -> None:
    """Raises BadParameter where a file ends before its array does, as one does that is still being copied."""
    if offset + prod(shape) * stored.itemsize > file.size:
        detail = f"x: {file.name} is shorter than its header says; save it again whole."
        raise BadParameter(detail, parameter="x")


@dataclass(frozen=True, eq=False)
class RawArray:
    """An array in C order at `offset`. Implements `Source`; each thread reads into memory of its own."""

    file: File
    offset: int
    stored: np.dtype[Any]
    shape: tuple[int, ...]
    array: str = ""
    names: tuple[str, ...] = ()
    _room: threading.local = field(default_factory=threading.local, repr=False)

    def __post_init__(self) -> None:
        checked(self.dtype, self.shape, self.array or self.file.name)
        whole(self.file, self.offset, self.stored, self.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.float32) if self.stored == BFLOAT16 else self.stored

    @property
    def examples(self) -> int:
        return self.shape[0]

    @property
    def example(self) -> tuple[int, ...]:
        return self.shape[1:]

    @property
    def stamp(self) -> str:
        return f"{self.file.stamp} {self.array} {self.stored.str} {self.shape}"

    @property
    def _row(self) -> int:
        """Bytes of an example."""
        return prod(self.example) * self.stored.itemsize

    def _begin(self, example: int) -> int:
        """The byte of the file that an example begins at."""
        return self.offset + example * self._row

    def chunks(self, rows: int, first: int = 0) -> Iterator[Chunk]:
        size, start_of = rows * self._row, self._begin(first)
        self.file.expect(start_of, AHEAD * size)
        for number, start in enumerate(range(first, self.examples, rows)):
            self.file.expect(start_of + (number + AHEAD) * size, size)
            stop = min(start + rows, self.examples)
            yield Chunk(partial(self._read, start, stop), self._stored(start, stop))

    def take(self, which: NDArray[np.intp], say: Said = unheard) -> Array:  # noqa: ARG002
        taken = np.empty((len(which), *self.example), self.dtype)
        for place, row in enumerate(which.tolist()):
            taken[place] = self._read(row, row + 1)[0]
        return taken

    def _read(self, start: int, stop: int) -> Array:
        buffer = self._buffer((stop - start) * self._row)
        self.file.read_into(self._begin(start), buffer.data)
        raw = buffer.view(np.uint16 if self.stored == BFLOAT16 else self.stored)
        numbers = (raw.astype(np.uint32) << 16).view(np.float32) if self.stored == BFLOAT16 else raw
        return numbers.reshape(stop - start, *self.example)

    def _stored(self, start: int, stop: int) -> Stored | None:
        if self.file.descriptor is None or self.stored not in NATIVE:
            return None
        return Stored(self.file.descriptor, self._begin(start), self.stored, (stop - start, *self.example))

    def _buffer(self, size: int) -> NDArray[np.uint8]:
        if getattr(self._room, "size", 0) < size:
            self._room.buffer, self._room.size = np.empty(size, np.uint8), size
        buffer: NDArray[np.uint8] = self._room.buffer[:size]
        return buffer
