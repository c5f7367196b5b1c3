"""A Keras model written again: its HDF5 file is copied, and some of the copy's datasets get other numbers."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from app.files.copied import patched, repacked
from app.models.contents import Array
from app.models.keras.read import WEIGHTS, Opened
from app.models.limits import UNPACKED
from app.models.mapped import Mapped


def write_h5(opened: Opened, changed: Mapping[str, Array], path: Path) -> None:
    """The same HDF5 file with other numbers for some datasets."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".bnscope-") as folder:
        copy = Path(folder) / "weights.h5"
        _changed(opened.file.bytes, changed, copy)
        copy.replace(path)


def write_keras(opened: Opened, changed: Mapping[str, Array], path: Path) -> None:
    """The same archive with such a file."""
    assert opened.members is not None
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".bnscope-") as folder:
        copy = Path(folder) / "weights.h5"
        _changed(opened.members.read(WEIGHTS, UNPACKED), changed, copy)
        repacked(opened.members, {WEIGHTS: Mapped(copy).bytes}, path)


def _changed(data: memoryview, changed: Mapping[str, Array], copy: Path) -> None:
    import h5py

    patched(data, {}, copy)
    with h5py.File(copy, "r+") as file:
        for name, array in changed.items():
            kind = file[name].dtype
            file[name][...] = array.view(kind) if kind.kind == "V" else array
