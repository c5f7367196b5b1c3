"""What `torch.save` wrote before PyTorch 1.6: a magic number, a version, a record of the machine, the pickle, the
storages' keys, and each storage behind how many numbers it has."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from app.errors import UnreadableModel
from app.files.copied import patched
from app.files.damage import damage_told
from app.models.contents import Array, Contents, check_names
from app.models.limits import HEADER
from app.models.mapped import Mapped
from app.models.torch.archive import DO, WHAT, check_apart, shapes, viewed
from app.models.torch.machine import Unpickled, unpickled
from app.models.torch.made import Storage, Stored
from app.models.torch.tree import tensors_of

MAGIC = 0x1950A86A20F9469CFC6C
VERSION = 1001
PICKLES = 5
COUNT = 8
"""Bytes in front of each storage that say how many numbers it has."""


@dataclass(frozen=True)
class Runs:
    """The tensors of a checkpoint and where the numbers of each storage begin."""

    file: Mapped
    tensors: dict[str, Stored]
    offsets: dict[str, int]

    def read(self, name: str) -> Array:
        """The values of a tensor, as a view into the file."""
        place = self.tensors[name]
        start = self.offsets[place.storage.key]
        size = place.storage.length * place.storage.dtype.itemsize
        return viewed(place, place.dtype, self.file.bytes[start : start + size])


def read_legacy(file: Mapped) -> Contents:
    """The tensors of a checkpoint in PyTorch's older form.

    Raises:
        UploadTooLarge: it has more tensors, or a larger pickle, than a model.
        UnreadableModel: it is damaged, or holds more than tensors and plain containers.
    """
    with damage_told(WHAT, DO, UnreadableModel):
        magic, version, machine, tree, keys = _pickles(bytes(file.bytes[:HEADER]))
        if (magic.value, version.value, machine.value.get("little_endian")) != (MAGIC, VERSION, True):
            raise ValueError("it is a pickle, but not one that torch.save wrote")
        tensors, notes = tensors_of(tree.value)
        runs = Runs(file, tensors, _offsets(file, tree.storages, keys.value, keys.end))
    check_names(tensors, WHAT)
    return Contents("pytorch legacy", shapes(tensors), True, runs.read, runs, notes)


def write_legacy(runs: Runs, changed: Mapping[str, Array], path: Path) -> None:
    """The same file with other numbers in some storages.

    Raises:
        InvalidQuery: another tensor, which does not change, is of the same numbers.
    """
    check_apart(runs.tensors, changed)
    storages: dict[int, bytearray] = {}
    for name, array in changed.items():
        place = runs.tensors[name]
        start = runs.offsets[place.storage.key]
        size = place.storage.length * place.storage.dtype.itemsize
        content = storages.setdefault(start, bytearray(runs.file.bytes[start : start + size]))
        viewed(place, place.dtype, memoryview(content))[...] = array
    patched(runs.file.bytes, storages, path)


def _pickles(data: bytes) -> list[Unpickled]:
    """The pickles at the start of the file, each with its end in the file. The first tells whose file it is."""
    read: list[Unpickled] = []
    for _ in range(PICKLES):
        start = read[-1].end if read else 0
        one = unpickled(data[start:])
        read.append(replace(one, end=start + one.end))
    return read


def _offsets(file: Mapped, storages: dict[str, Storage], keys: list[str], start: int) -> dict[str, int]:
    """Where each storage's numbers begin; each says how many there are, as the pickle did."""
    offsets: dict[str, int] = {}
    for key in keys:
        if key not in storages:
            raise ValueError("it has numbers that its pickle does not name")
        count = int.from_bytes(file.bytes[start : start + COUNT], "little")
        if count != storages[key].length:
            raise ValueError(f"a storage has {count:,} numbers, and the pickle says {storages[key].length:,}")
        offsets[key] = start + COUNT
        start += COUNT + count * storages[key].dtype.itemsize
    if start > len(file.bytes) or storages.keys() - offsets.keys():
        raise ValueError("its last numbers are missing")
    return offsets
