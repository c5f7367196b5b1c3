"""A model's file in memory as the system maps it: only the pages that are looked at are read."""

import mmap
import os
import tempfile
import weakref
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from app.files.archive import Archive, archive_of
from app.files.members import Members
from app.models.contents import Array
from app.models.kinds import empty


@dataclass(frozen=True)
class Mapped:
    """A file: where it is, and its bytes."""

    path: Path

    @cached_property
    def bytes(self) -> memoryview:
        """All of it, mapped and read-only."""
        with self.path.open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def array(self, shape: tuple[int, ...], kind: np.dtype[Any], offset: int) -> Array:
        """An array that lies in the file as it stands, as a view. Raises ValueError where it ends behind the file."""
        return np.ndarray(shape, kind, self.bytes, offset)


def mapped(source: Path | bytes) -> Mapped:
    """The file; bytes are put into a temporary one, which goes when nobody uses it, as some readers want a path.

    Raises:
        UnreadableModel: there is nothing in it.
    """
    if isinstance(source, Path):
        if not source.stat().st_size:
            raise empty()
        return Mapped(source)
    handle, path = tempfile.mkstemp(prefix="bnscope-model-")
    spooled = Mapped(Path(path))
    weakref.finalize(spooled, spooled.path.unlink, missing_ok=True)
    os.close(handle)
    spooled.path.write_bytes(source)
    mapped(spooled.path)
    return spooled


def members_of(file: Mapped, bounds: Archive) -> Members:
    """The members of a zip archive. Raises what `archive_of` does."""
    with file.path.open("rb") as opened, archive_of(opened, bounds) as archive:
        return Members(file.bytes, {info.filename: info for info in archive.infolist()})
