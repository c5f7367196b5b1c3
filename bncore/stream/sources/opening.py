"""The table of what can be read as a stream."""

from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from bncore.errors import BadParameter
from bncore.stream.sources.file import File, LocalFile
from bncore.stream.sources.iterated import Iterated
from bncore.stream.sources.npy import of_array, of_npy
from bncore.stream.sources.npz import of_npz
from bncore.stream.sources.parquet import of_parquet
from bncore.stream.sources.safetensors import of_safetensors
from bncore.stream.sources.source import Source

READERS: dict[str, Callable[[File, str | None], Source]] = {
    ".npy": of_npy, ".npz": of_npz, ".parquet": of_parquet, ".safetensors": of_safetensors,
}  # fmt: skip
"""By the ends of files' names: (the file, which array of it) -> what is read."""


def opened(x: Any, array: str | None = None) -> Source:
    """`x` as a source: a path, an array, an iterable of chunks, or what is a source already.

    `array` names an array of an NPZ or safetensors file, or columns of a Parquet file with commas between.
    Raises BadParameter and BadDtype for what cannot be read.
    """
    if hasattr(x, "chunks") and hasattr(x, "take") and hasattr(x, "stamp"):
        return x  # type: ignore[no-any-return]
    if isinstance(x, (str, Path)):
        return opened_file(LocalFile(x), array)
    if isinstance(x, np.ndarray):
        return of_array(x)
    if callable(x) or hasattr(x, "__iter__"):
        return Iterated(x)
    detail = f"x is of {type(x).__name__}; give a path, an array, or an iterable of chunks."
    raise BadParameter(detail, parameter="x")


def opened_file(file: File, array: str | None = None) -> Source:
    """What a file has, by the end of its name."""
    reader = READERS.get(PurePath(file.name).suffix.lower())
    if reader is None:
        detail = f"x: {file.name} is of no kind that is read; give one of {', '.join(READERS)}."
        raise BadParameter(detail, parameter="x")
    return reader(file, array)
