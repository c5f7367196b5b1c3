"""An HDF5 file of weights as the process aside tells it: numbers that lie in a row are read out of the mapped file."""

import shutil
import tempfile
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from app.errors import UnreadableModel, UploadTooLarge, shortened
from app.files.copied import patched
from app.files.damage import damage_told
from app.models.contents import Array, Tensor
from app.models.dtypes import dtype
from app.models.keras.aside import aside
from app.models.keras.walk import DO, WHAT
from app.models.limits import UNPACKED
from app.models.mapped import Mapped

PLAIN = "biufc"


class Folder:
    """A temporary folder, which goes when nobody uses it any more."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="bnscope-hdf5-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@dataclass(frozen=True)
class Tree:
    """The datasets of a file by their paths, the layers' names of its groups by theirs, and its configuration.

    The file is the bytes from `start` to `stop` of another; `told` is the answer of the process aside, and what that
    has taken out of the file stands in `folder`.
    """

    file: Mapped
    start: int
    stop: int
    folder: Folder
    told: Mapping[str, Any]
    taken: dict[str, str] = field(default_factory=dict)

    @cached_property
    def tensors(self) -> Mapping[str, Tensor]:
        """Shapes and dtypes by path."""
        return {path: Tensor(tuple(one["shape"]), _kind(one["dtype"])) for path, one in self.told["tensors"].items()}

    @property
    def names(self) -> Mapping[str, str]:
        """The layers' names that groups have."""
        names: Mapping[str, str] = self.told["names"]
        return names

    def read(self, path: str) -> Array:
        """The values of a dataset."""
        tensor = self.tensors[path]
        if prod(tensor.shape) * tensor.dtype.itemsize > UNPACKED:
            raise UploadTooLarge(
                f"The dataset {str(shortened(path))!r} unpacks to more than {UNPACKED:,} bytes, which are not read.",
                field="file", allowed=f"at most {UNPACKED} bytes",
            )  # fmt: skip
        with damage_told(WHAT, DO, UnreadableModel):
            if (offset := self.offset(path)) is not None:
                return np.ndarray(tensor.shape, tensor.dtype, self.file.bytes[self.start : self.stop], offset)
            array: Array = np.load(self._extracted(path), mmap_mode="r")
            return array.view(tensor.dtype)

    def offset(self, path: str) -> int | None:
        """Where the numbers of a dataset begin that lie in a row."""
        offset: int | None = self.told["tensors"][path]["offset"]
        return offset

    def _extracted(self, path: str) -> str:
        """The NPY file of a dataset, which the process aside has written, or writes now."""
        known = self.told["tensors"][path].get("file") or self.taken.get(path)
        if known is None:
            target = self.folder.path / f"read{len(self.taken)}.npy"
            known = self.taken[path] = aside().ask(command="read", place=path, target=str(target), **self._where())
        return str(known)

    def _where(self) -> dict[str, Any]:
        return {"path": str(self.file.path), "start": self.start, "stop": self.stop}


def tree_of(file: Mapped, start: int, stop: int) -> Tree:
    """The datasets of numbers in a part of a file that is an HDF5 file.

    Raises:
        UploadTooLarge: it has more objects than a model.
        UnreadableModel: it points to other files, or has chunks that are larger than any model's.
        ValueError: it is damaged.
    """
    folder = Folder()
    told = aside().ask(command="index", path=str(file.path), start=start, stop=stop, folder=str(folder.path))
    return Tree(file, start, stop, folder, told)


def rewritten(tree: Tree, changed: Mapping[str, Array], copy: Path) -> None:
    """A copy of the HDF5 file with other numbers for some datasets; the process aside changes those that are packed."""
    rows = {path: offset for path in changed if (offset := tree.offset(path)) is not None}
    patched(
        tree.file.bytes[tree.start : tree.stop],
        {offset: changed[path].tobytes() for path, offset in rows.items()},
        copy,
    )
    packed = {path: array for path, array in changed.items() if path not in rows}
    with tempfile.TemporaryDirectory(prefix="bnscope-hdf5-") as folder:
        files = {}
        for number, (path, array) in enumerate(packed.items()):
            files[path] = str(Path(folder) / f"{number}.npy")
            np.save(files[path], array if array.dtype.kind in PLAIN else array.view("V2"))
        if files:
            aside().ask(command="write", path=str(copy), files=files)


def _kind(name: str) -> np.dtype[Any]:
    return dtype("bfloat16") if name.endswith("V2") else np.dtype(name)
