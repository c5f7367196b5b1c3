"""The zip that `torch.save` writes: data.pkl, byteorder, and a member for each storage."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.errors import InvalidQuery, UnreadableModel, UnsupportedUpload, shortened
from app.files.archive import Archive
from app.files.copied import repacked
from app.files.damage import damage_told
from app.files.members import Members
from app.models.contents import Array, Contents, Tensor, check_names
from app.models.limits import HEADER, TENSORS, UNPACKED
from app.models.mapped import Mapped, members_of
from app.models.torch.machine import unpickled
from app.models.torch.made import Stored
from app.models.torch.refused import script
from app.models.torch.tree import tensors_of

DO = 'Save it again: torch.save(model.state_dict(), "state.pt").'
WHAT = "The PyTorch file"
BOUNDS = Archive(WHAT, "members", TENSORS + 64, DO, UnreadableModel)
PICKLE = "/data.pkl"


@dataclass(frozen=True)
class Stores:
    """The tensors of a checkpoint and where the archive has their storages."""

    file: Mapped
    members: Members
    prefix: str
    tensors: dict[str, Stored]
    order: str

    def member(self, name: str) -> str:
        """The member that holds the storage of a tensor."""
        return f"{self.prefix}/data/{self.tensors[name].storage.key}"

    def kind(self, name: str) -> np.dtype[Any]:
        """The dtype of a tensor as its bytes stand in the file."""
        dtype = self.tensors[name].dtype
        return dtype.newbyteorder(">") if self.order == "big" and dtype.isbuiltin == 1 else dtype

    def read(self, name: str) -> Array:
        """The values of a tensor, as a view where the archive has them as they are."""
        with damage_told(WHAT, DO, UnreadableModel):
            return viewed(self.tensors[name], self.kind(name), self.members.read(self.member(name), UNPACKED))


def viewed(place: Stored, kind: np.dtype[Any], data: memoryview) -> Array:
    """A tensor in the bytes of its storage. NumPy raises ValueError where it ends behind them."""
    size = kind.itemsize
    strides = tuple(stride * size for stride in place.strides)
    if 0 in place.shape:
        return np.empty(place.shape, kind)
    return np.ndarray(place.shape, kind, data, place.offset * size, strides)


def read_archive(file: Mapped) -> Contents:
    """The tensors of a checkpoint as `torch.save` has written it since PyTorch 1.6.

    Raises:
        UploadTooLarge: it has more tensors, or a larger pickle, than a model.
        UnreadableModel: it is damaged, TorchScript, or holds more than tensors and plain containers.
    """
    members = members_of(file, BOUNDS)
    with damage_told(WHAT, DO, UnreadableModel):
        prefix = _prefix(members)
        tensors, notes = tensors_of(unpickled(bytes(members.read(prefix + PICKLE, HEADER))).value)
        order = _order(members, prefix)
        stores = Stores(file, members, prefix, tensors, order)
        _check_stored(stores)
    check_names(tensors, WHAT)
    return Contents("pytorch", shapes(tensors), True, stores.read, stores, notes)


def write_archive(stores: Stores, changed: Mapping[str, Array], path: Path) -> None:
    """The same archive with other numbers in some storages; the pickle stays as it is.

    Raises:
        InvalidQuery: another tensor, which does not change, is of the same numbers.
    """
    check_apart(stores.tensors, changed)
    contents: dict[str, bytearray] = {}
    for name, array in changed.items():
        member = stores.member(name)
        if member not in contents:
            contents[member] = bytearray(stores.members.read(member, UNPACKED))
        viewed(stores.tensors[name], stores.kind(name), memoryview(contents[member]))[...] = array
    repacked(stores.members, contents, path)


def check_apart(tensors: Mapping[str, Stored], changed: Mapping[str, Array]) -> None:
    """Raises InvalidQuery where a tensor that changes shares numbers with one that does not change alike."""
    for name, array in changed.items():
        for other in _beside(tensors, name):
            alike = tensors[other] == tensors[name] and other in changed and np.array_equal(changed[other], array)
            if not alike:
                raise InvalidQuery(
                    f"The tensors {name!r} and {other!r} are of the same numbers in the file: one cannot change alone. "
                    "Save them apart: {k: v.clone() for k, v in model.state_dict().items()}.",
                    field="changed", given=name,
                )  # fmt: skip


def _beside(tensors: Mapping[str, Stored], name: str) -> Iterator[str]:
    """The other tensors that share numbers with one."""
    place = tensors[name]
    for other, beside in tensors.items():
        if other != name and beside.storage.key == place.storage.key and beside.meets(place):
            yield other


def _prefix(members: Members) -> str:
    """The folder in which the archive has its pickle."""
    pickles = [name for name in members.infos if name.endswith(PICKLE)]
    if not pickles:
        inside = ", ".join(str(shortened(name)) for name in list(members.infos)[:3])
        raise UnsupportedUpload(
            f"The file is a zip archive of {inside or 'nothing'}, and no model. Upload the model alone: "
            'torch.save(model.state_dict(), "state.pt").', field="file", given="zip archive",
        )  # fmt: skip
    if len(pickles) > 1:
        raise ValueError(f"it has {len(pickles)} pickles, and a checkpoint has one")
    prefix = pickles[0].removesuffix(PICKLE)
    if any(name.startswith((f"{prefix}/code/", f"{prefix}/constants.pkl")) for name in members.infos):
        raise script()
    return prefix


def _order(members: Members, prefix: str) -> str:
    name = f"{prefix}/byteorder"
    return bytes(members.read(name, 16)).decode() if name in members.infos else "little"


def _check_stored(stores: Stores) -> None:
    """Each storage is there and as large as the pickle says."""
    for name, place in stores.tensors.items():
        member = stores.member(name)
        size = place.storage.length * place.storage.dtype.itemsize
        if member not in stores.members.infos:
            raise ValueError(f"the numbers of {name!r} are not in it")
        if stores.members.infos[member].file_size < size:
            raise ValueError(f"the numbers of {name!r} take {size:,} bytes, and fewer are there")


def shapes(tensors: dict[str, Stored]) -> dict[str, Tensor]:
    """The tensors as all formats tell them."""
    return {name: Tensor(place.shape, place.dtype) for name, place in tensors.items()}
