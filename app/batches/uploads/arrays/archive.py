"""A file of named arrays as its reader opens it: each array's header at once, its values when asked for."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from app.batches.uploads.bounds import Bounds
from app.batches.uploads.formats import npz, safetensors
from app.batches.uploads.formats.bfloat16 import widen
from app.files.header import Header

Arrays = Mapping[str, Header]


class Archive(Protocol):
    """An open file of arrays; `what` is what its kind is called."""

    @property
    def what(self) -> str: ...

    @property
    def arrays(self) -> Arrays: ...

    def extract(self, name: str, target: Path, go_on: Callable[[], None]) -> None:
        """Write one array as an NPY file, byte by byte as it is."""


OPEN: Mapping[str, Callable[[Path, Bounds], AbstractContextManager[Archive]]] = {
    "npz": npz.opened,
    "safetensors": safetensors.opened,
}
"""The kinds of files of arrays, and how each is opened."""


def arrays_of(kind: str, upload: Path, bounds: Bounds) -> Arrays:
    """The names, shapes and dtypes of the arrays of a file; of another kind there are none."""
    if kind not in OPEN:
        return {}
    with OPEN[kind](upload, bounds) as archive:
        return archive.arrays


def unpack(archive: Archive, name: str, target: Path, go_on: Callable[[], None]) -> None:
    """Write one array as an NPY file of numbers that are computed with: bfloat16 as float32."""
    archive.extract(name, target, go_on)
    if archive.arrays[name].is_bfloat16:
        widen(target, target, go_on)
