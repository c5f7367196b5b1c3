"""Where the second pass writes: an `.npy` file, from its front to its end, or an array."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.lib import format as npy_format

from bncore.arguments import Array
from bncore.errors import BadParameter, ShapeMismatch


class Written(Protocol):
    """Takes the chunks of a result in their order."""

    def write(self, chunk: Array | None) -> None: ...

    def settle(self) -> None:
        """Returns when the disk has what was written."""


class Nowhere:
    """Takes nothing: the result is not asked for."""

    def write(self, chunk: Array | None) -> None: ...

    def settle(self) -> None: ...


class InArray:
    """Fills an array of the result's shape."""

    def __init__(self, array: Array, first: int) -> None:
        self._array, self._at = array, first

    def write(self, chunk: Array | None) -> None:
        assert chunk is not None
        self._array[self._at : self._at + len(chunk)] = chunk
        self._at += len(chunk)

    def settle(self) -> None:
        if isinstance(self._array, np.memmap):
            self._array.flush()


class InFile:
    """Writes the numbers one after the other."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, chunk: Array | None) -> None:
        assert chunk is not None
        self._file.write(np.ascontiguousarray(chunk).data.cast("B"))

    def settle(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())


def check_apart(targets: Mapping[str, Any], sources: Sequence[Any]) -> None:
    """Raises BadParameter for a result that goes into a file that is read, which it would empty, or into another's."""
    taken = [path for source in sources if (path := _file_of(source)) is not None]
    for name, target in targets.items():
        if not isinstance(target, (str, Path)):
            continue
        path = Path(target).resolve()
        if path in taken:
            detail = f"{name} is {str(target)!r}, a file that is read or written already; give another one."
            raise BadParameter(detail, parameter=name)
        taken.append(path)


def place_of(target: Any) -> str:
    """Where a result goes: what was written there is there again, except to an array of a process that has ended."""
    path = target if isinstance(target, (str, Path)) else getattr(target, "filename", None)
    if path is not None:
        return str(Path(path).resolve())
    return "" if target is None else f"{os.getpid()} {id(target)}"


def _file_of(source: Any) -> Path | None:
    """The file that a source reads, or that its array is mapped from."""
    path = getattr(getattr(source, "file", None), "path", None)
    path = getattr(getattr(source, "x", None), "filename", None) if path is None else path
    return None if path is None else Path(path).resolve()


@contextmanager
def written(target: Any, name: str, dtype: np.dtype[Any], shape: tuple[int, ...], first: int) -> Iterator[Written]:
    """The place of a result, of which the `first` examples are there already.

    Raises ShapeMismatch, and BadParameter for what is no path and no array, or lacks what it should have already.
    """
    if target is None:
        yield Nowhere()
    elif isinstance(target, np.ndarray):
        if target.shape != shape:
            raise ShapeMismatch(f"{name} has shape {target.shape}; the result has {shape}.", parameter=name)
        yield InArray(target, first)
    elif isinstance(target, (str, Path)):
        with Path(target).open("r+b" if first else "wb") as file:
            _begin(file, name, dtype, shape, first)
            yield InFile(file)
    else:
        raise BadParameter(f"{name} is of {type(target).__name__}; give a path or an array.", parameter=name)


def _begin(file: BinaryIO, name: str, dtype: np.dtype[Any], shape: tuple[int, ...], first: int) -> None:
    """The header, and then the place of example number `first`."""
    about = {"descr": npy_format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    npy_format.write_array_header_1_0(file, about)
    place = file.tell() + first * int(np.prod(shape[1:])) * dtype.itemsize
    if file.seek(0, os.SEEK_END) < place:
        raise BadParameter(f"{name} lacks what the state says was written; delete the state.", parameter=name)
    file.seek(place)
    file.truncate()
