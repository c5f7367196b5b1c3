"""The datasets of an HDF5 file, walked link by link: nothing that points out of the file is followed.

HDF5 has links to paths of other files, datasets whose numbers lie in others or are put together of others', and chunks
of any size, of which one is unpacked to read a number. All of these are refused before anything is read.
Its library is C that a damaged file can crash: only the process of `app.models.keras.child` runs what is here.
"""

import io
import mmap
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from app.errors import UnreadableModel, UploadTooLarge, shortened
from app.models.contents import check_names
from app.models.limits import CHANNELS, CHUNK, DEPTH, HEADER, NAME, NORM_BYTES, TENSORS
from app.models.names import channels_of

WHAT = "The Keras file"
DO = 'Save it again: model.save("model.keras").'
COPY = "with h5py.File('a.h5') as a, h5py.File('b.h5', 'w') as b: [a.copy(k, b, expand_external=True) for k in a]"
PIECE = 2**26
"""Bytes that are read in one go."""


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


def opened(path: str, start: int, stop: int) -> Any:
    """The HDF5 file that is a part of another, or all of it."""
    import h5py

    with Path(path).open("rb") as file:
        data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    return h5py.File(Part(data[start:stop]), "r")


def index(path: str, start: int, stop: int, folder: str) -> dict[str, Any]:
    """What the file holds: its datasets of numbers, the layers' names of its groups, and its configuration.

    A dataset is told by its shape, its dtype and where it begins, if its numbers lie in the file in a row. Of others,
    those that may be a norm's are put into `folder`, and told by their file.
    """
    file = opened(path, start, stop)
    tensors: dict[str, Any] = {}
    names: dict[str, str] = {}
    for place, one in _objects(file):
        if hasattr(one, "shape"):
            tensors |= _tensor(place, one)
        elif isinstance(name := one.attrs.get("name"), str):
            names[place] = name
    check_names(tensors, WHAT)
    size = 0
    for number, (place, told) in enumerate(tensors.items()):
        count = channels_of(told["shape"])
        if told["offset"] is None and count and count <= CHANNELS and (size := size + 8 * count) <= NORM_BYTES:
            told["file"] = extracted(file, place, Path(folder) / f"{number}.npy")
    return {"tensors": tensors, "names": names, "config": _config(file)}


def extracted(file: Any, place: str, target: Path) -> str:
    """A dataset as an NPY file, a piece at a time."""
    dataset = file[place]
    array = np.lib.format.open_memmap(target, "w+", dataset.dtype, dataset.shape)
    if dataset.ndim == 0:
        array[()] = dataset[()]
        return str(target)
    rows = max(1, PIECE // max(1, dataset.dtype.itemsize * prod(dataset.shape[1:])))
    for first in range(0, len(array), rows):
        array[first : first + rows] = dataset[first : first + rows]
    return str(target)


def changed(path: str, files: Mapping[str, str]) -> None:
    """Give datasets of a file the numbers of NPY files."""
    import h5py

    with h5py.File(path, "r+") as file:
        for place, source in files.items():
            file[place][...] = np.load(source)


def _config(file: Any) -> str | None:
    """The model's configuration."""
    given = file.attrs.get("model_config")
    text = given.decode() if isinstance(given, bytes) else given
    if text is not None and (not isinstance(text, str) or len(text) > HEADER):
        raise ValueError("its configuration is no text of a model's size")
    return text


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
            if len(here) > NAME:
                raise ValueError(f"it has a path of more than {NAME} characters")
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


def _tensor(place: str, dataset: Any) -> dict[str, Any]:
    """What is told of a dataset, if it is of numbers."""
    _check_inside(place, dataset)
    kind = dataset.dtype
    if dataset.shape is None or not (kind.kind in "biufc" or (kind.kind == "V" and kind.itemsize == 2)):
        return {}
    return {place: {"shape": dataset.shape, "dtype": kind.str, "offset": _offset(dataset)}}


def _offset(dataset: Any) -> int | None:
    """Where the numbers begin that lie in the file in a row, as NumPy reads them."""
    import h5py

    plain = dataset.id.get_create_plist().get_layout() == h5py.h5d.CONTIGUOUS
    same = dataset.id.get_type() == h5py.h5t.py_create(dataset.dtype)
    return dataset.id.get_offset() if plain and same and not dataset.file.userblock_size else None


def _check_inside(place: str, dataset: Any) -> None:
    """Refuse numbers that lie elsewhere, or in too large pieces."""
    if dataset.is_virtual:
        raise _outside(place, "a virtual dataset", dataset.virtual_sources()[0].file_name)
    if dataset.external:
        raise _outside(place, "a dataset", dataset.external[0][0])
    size = prod(dataset.chunks or ()) * dataset.dtype.itemsize
    if size > CHUNK:
        raise UploadTooLarge(
            f"The dataset {str(shortened(place))!r} is in chunks of {size:,} bytes; up to {CHUNK:,} are unpacked. {DO}",
            field="file", allowed=f"chunks of at most {CHUNK} bytes",
        )  # fmt: skip


def _outside(path: str, what: str, where: str) -> UnreadableModel:
    return UnreadableModel(
        f"{WHAT} has {what} at {str(shortened(path))!r} that points to {str(shortened(where))!r}, and nothing is "
        f"opened that a file points to. Save it whole: {COPY}.", field="file", given=where,
    )  # fmt: skip
