"""An NPZ of a state_dict: a zip with an NPY array for each tensor."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from app.errors import UnreadableModel, shortened
from app.files.archive import Archive
from app.files.copied import repacked
from app.files.damage import damage_told
from app.files.header import Header, read_header
from app.files.members import Members
from app.models.contents import Array, Contents, Tensor, check_names
from app.models.dtypes import dtype
from app.models.limits import TENSORS, UNPACKED
from app.models.mapped import Mapped, members_of

DO = "Save it again with numpy.savez."
WHAT = "The NPZ file"
BOUNDS = Archive(WHAT, "arrays", TENSORS, DO, UnreadableModel)
SUFFIX = ".npy"

HEAD = 10_032
"""Bytes of a member in which its header ends."""


@dataclass(frozen=True)
class Zipped:
    """The arrays of the archive with their headers."""

    file: Mapped
    members: Members
    headers: dict[str, Header]

    def read(self, name: str) -> Array:
        """An array, as a view where the archive has it as it is."""
        with damage_told(f"The array {name!r}", DO, UnreadableModel):
            header, content = self.headers[name], self.members.read(name + SUFFIX, UNPACKED)
            order: Literal["F", "C"] = "F" if header.fortran else "C"
            return np.ndarray(header.shape, header.dtype, content, header.size, order=order)


def read_npz(file: Mapped) -> Contents:
    """The arrays of an NPZ file, in its order; those of Python objects are left out, with a word.

    Raises:
        UploadTooLarge: it has more arrays than a model.
        UnreadableModel: it is damaged.
    """
    members = members_of(file, BOUNDS)
    headers = {name.removesuffix(SUFFIX): _header(members, name) for name in members.infos if name.endswith(SUFFIX)}
    plain = {name: header for name, header in headers.items() if not header.dtype.hasobject}
    check_names(plain, WHAT)
    zipped = Zipped(file, members, plain)
    tensors = {name: Tensor(header.shape, header.dtype) for name, header in plain.items()}
    objects = sorted(headers.keys() - plain.keys())
    notes = (f"Left out because they hold Python objects: {', '.join(objects[:8])}.",) if objects else ()
    return Contents("npz", tensors, True, zipped.read, zipped, notes)


def write_npz(zipped: Zipped, changed: Mapping[str, Array], path: Path) -> None:
    """The same archive with other numbers for some arrays, each behind its old header."""
    contents = {}
    for name, array in changed.items():
        header = zipped.headers[name]
        order: Literal["F", "C"] = "F" if header.fortran else "C"
        contents[name + SUFFIX] = zipped.members.head(name + SUFFIX, header.size) + array.tobytes(order)
    repacked(zipped.members, contents, path)


def _header(members: Members, name: str) -> Header:
    """The header of an array, which keeps its promise to the byte."""
    what = f"The array {shortened(name.removesuffix(SUFFIX))!r} of the NPZ file"
    with damage_told(what, DO, UnreadableModel):
        header = read_header(io.BytesIO(members.head(name, HEAD)), what, UnreadableModel)
        size = members.infos[name].file_size
        if not header.dtype.hasobject and header.bytes != size:
            raise ValueError(f"its header promises {header.bytes:,} bytes, and there are {size:,}")
        return replace(header, dtype=dtype("bfloat16")) if header.is_bfloat16 else header
