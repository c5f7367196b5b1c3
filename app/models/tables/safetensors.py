"""safetensors: a header of names, shapes and places, and the tensors behind it without a gap."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from app.errors import UnreadableModel, UploadTooLarge
from app.files.copied import patched
from app.files.damage import damage_told
from app.models.contents import Array, Contents, Tensor
from app.models.limits import HEADER
from app.models.mapped import Mapped
from app.models.tables.header import placed_tensors

DO = "Save it again with safetensors' save_file."
PREFIX = 8
"""Bytes in front of the header, which say how long it is."""


@dataclass(frozen=True)
class Placed:
    """Where each tensor stands in the file."""

    file: Mapped
    offsets: dict[str, int]


def read_safetensors(file: Mapped) -> Contents:
    """The tensors of a safetensors file, in the order of their numbers where it is that of their names only.

    Raises:
        UploadTooLarge: its header is larger than that of a model.
        UnreadableModel: it is damaged.
    """
    start = _start(file)
    with damage_told("The safetensors file", DO, UnreadableModel):
        stored = placed_tensors(bytes(file.bytes[PREFIX:start]), len(file.bytes) - start)
        placed = Placed(file, {name: start + offset for name, (_, offset) in stored.items()})
    tensors = {name: tensor for name, (tensor, _) in stored.items()}
    told = not _alphabetical(tensors)
    ordered = tensors if told else dict(sorted(tensors.items(), key=lambda item: natural(item[0])))

    def read(name: str) -> Array:
        return file.array(tensors[name].shape, tensors[name].dtype, placed.offsets[name])

    return Contents("safetensors", ordered, told, read, placed)


def write_safetensors(placed: Placed, changed: Mapping[str, Array], path: Path) -> None:
    """The same file with other numbers for some tensors."""
    patched(placed.file.bytes, {placed.offsets[name]: array.tobytes() for name, array in changed.items()}, path)


def natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts names by their numbers.

    >>> sorted(["layers.10.norm", "layers.9.norm"], key=natural)
    ['layers.9.norm', 'layers.10.norm']
    """
    return [
        (int(part), "") if part.isdecimal() and part.isascii() else (-1, part) for part in re.split(r"(\d{1,18})", name)
    ]


def _start(file: Mapped) -> int:
    """Where the tensors begin."""
    size = int.from_bytes(file.bytes[:PREFIX], "little")
    if size > HEADER:
        raise UploadTooLarge(
            f"The safetensors file says that its header takes {size:,} bytes; up to {HEADER:,} are read. "
            f"It is damaged, or has far more tensors than a model. {DO}",
            field="file", given=size, allowed=f"at most {HEADER} bytes",
        )  # fmt: skip
    return PREFIX + size


def _alphabetical(tensors: dict[str, Tensor]) -> bool:
    """Whether names are in order of the alphabet within each run of one dtype, as savers put them."""
    runs = (list(run) for _, run in groupby(tensors, key=lambda name: tensors[name].dtype))
    return all(run == sorted(run) for run in runs)
