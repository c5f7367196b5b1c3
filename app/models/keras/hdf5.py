"""The datasets of an HDF5 file, walked link by link: nothing that points out of the file is followed.

HDF5 has links to paths of other files, datasets whose numbers lie in others or are put together of others', and chunks
of any size, of which one is unpacked to read a number. All of these are refused before anything is read.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from app.errors import UnreadableModel, UploadTooLarge, shortened
from app.files.damage import damage_told
from app.models.contents import Array, Tensor, check_names
from app.models.dtypes import dtype
from app.models.limits import CHUNK, DEPTH, TENSORS, UNPACKED

WHAT = "The Keras file"
DO = 'Save it again: model.save("model.keras").'
COPY = "with h5py.File('a.h5') as a, h5py.File('b.h5', 'w') as b: [a.copy(k, b, expand_external=True) for k in a]"


@dataclass(frozen=True)
class Tree:
    """The datasets of a file by their paths, and the layers' names that groups have, by theirs."""

    file: Any
    tensors: Mapping[str, Tensor]
    names: Mapping[str, str]

    def read(self, path: str) -> Array:
        """The values of a dataset."""
        tensor = self.tensors[path]
        if prod(tensor.shape) * tensor.dtype.itemsize > UNPACKED:
            raise UploadTooLarge(
                f"The dataset {str(shortened(path))!r} unpacks to more than {UNPACKED:,} bytes, which are not read.",
                field="file", allowed=f"at most {UNPACKED} bytes",
            )  # fmt: skip
        with damage_told(WHAT, DO, UnreadableModel):
            values = np.asarray(self.file[path][()])
            return values.view(tensor.dtype) if values.dtype.kind == "V" else values


class Part(io.RawIOBase):
    """Bytes of a mapped file as a file of their own, as HDF5's library reads one."""

    def __init__(self, data: memoryview) -> None:
        super().__init__()
        self._data, self._at = data, 0

    def readinto(self, target: Any) -> int:
        """As many bytes as there are, and as `target` holds."""
        piece = self._data[self._at : self._at + len(target)]
        target[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        self._at = max(0, offset + (0, self._at, len(self._data))[whence])
        return self._at

    def tell(self) -> int:
        """The place."""
        return self._at

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


def tree_of(source: Any) -> Tree:
    """The datasets of numbers in an HDF5 file: a path, or a file of bytes.

    Raises:
        UploadTooLarge: it has more objects than a model.
        UnreadableModel: it points to other files, or has chunks that are larger than any model's.
        Exception: it is damaged (of many kinds: `damage_told` has a sentence for all).
    """
    import h5py

    file = h5py.File(source, "r")
    tensors: dict[str, Tensor] = {}
    names: dict[str, str] = {}
    for path, one in _objects(file):
        if isinstance(one, h5py.Dataset):
            if tensor := _tensor(path, one):
                tensors[path] = tensor
        elif isinstance(name := one.attrs.get("name"), str):
            names[path] = name
    check_names(tensors, WHAT)
    return Tree(file, tensors, names)


def _objects(file: Any) -> Iterator[tuple[str, Any]]:
    """Groups and datasets by path, in the order of the file, each once."""
    import h5py

    seen: set[Any] = set()
    waiting = [("", file, 0)]
    while waiting:
        path, group, depth = waiting.pop()
        _check_count(len(seen) + len(group))
        if depth > DEPTH:
            raise ValueError("its groups nest more deeply than those of a model")
        inner = []
        for key in group:
            here = f"{path}/{key}" if path else key
            link = group.get(key, getlink=True)
            if not isinstance(link, h5py.HardLink):
                raise _outside(here, "a link", str(getattr(link, "filename", None) or getattr(link, "path", "")))
            one = group[key]
            address = h5py.h5o.get_info(one.id).addr
            if address not in seen:
                seen.add(address)
                yield here, one
                inner += [(here, one, depth + 1)] if isinstance(one, h5py.Group) else []
        waiting += inner[::-1]


def _check_count(objects: int) -> None:
    if objects > 4 * TENSORS:
        raise UploadTooLarge(
            f"{WHAT} has {objects:,} groups and datasets; up to {4 * TENSORS:,} are read. Save a part of the model.",
            field="file", allowed=f"at most {4 * TENSORS} objects",
        )  # fmt: skip


def _tensor(path: str, dataset: Any) -> Tensor | None:
    """The shape and dtype of a dataset of numbers; None for others."""
    if dataset.is_virtual:
        raise _outside(path, "a virtual dataset", dataset.virtual_sources()[0].file_name)
    if dataset.external:
        raise _outside(path, "a dataset", dataset.external[0][0])
    kind = dataset.dtype
    if dataset.shape is None or not (kind.kind in "biufc" or (kind.kind == "V" and kind.itemsize == 2)):
        return None
    if dataset.chunks and prod(dataset.chunks) * kind.itemsize > CHUNK:
        raise UploadTooLarge(
            f"The dataset {str(shortened(path))!r} is in chunks of {prod(dataset.chunks) * kind.itemsize:,} bytes; "
            f"up to {CHUNK:,} are unpacked. {DO}", field="file", allowed=f"chunks of at most {CHUNK} bytes",
        )  # fmt: skip
    return Tensor(tuple(dataset.shape), kind if kind.kind != "V" else dtype("bfloat16"))


def _outside(path: str, what: str, where: str) -> UnreadableModel:
    return UnreadableModel(
        f"{WHAT} has {what} at {str(shortened(path))!r} that points to {str(shortened(where))!r}, and nothing is "
        f"opened that a file points to. Save it whole: {COPY}.", field="file", given=where,
    )  # fmt: skip
