"""A Keras model written again: a copy of its HDF5 file with other numbers, in its archive if it has one."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from app.files.copied import repacked
from app.models.contents import Array
from app.models.keras.hdf5 import rewritten
from app.models.keras.read import WEIGHTS, Opened
from app.models.mapped import Mapped


def write_h5(opened: Opened, changed: Mapping[str, Array], path: Path) -> None:
    """The same HDF5 file with other numbers for some datasets."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".bnscope-") as folder:
        copy = Path(folder) / "weights.h5"
        rewritten(opened.tree, changed, copy)
        copy.replace(path)


def write_keras(opened: Opened, changed: Mapping[str, Array], path: Path) -> None:
    """The same archive with such a file."""
    assert opened.members is not None
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".bnscope-") as folder:
        copy = Path(folder) / "weights.h5"
        rewritten(opened.tree, changed, copy)
        repacked(opened.members, {WEIGHTS: Mapped(copy).bytes}, path)
