"""A model written again with some of its tensors changed, in its file's own format."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from app.errors import InvalidQuery, shortened
from app.models.contents import Array
from app.models.keras.write import write_h5, write_keras
from app.models.onnx.tensors import write_onnx
from app.models.tables.npz import write_npz
from app.models.tables.safetensors import write_safetensors
from app.models.torch.archive import write_archive
from app.models.torch.legacy import write_legacy
from bncore.doctor import Model

WRITERS: Mapping[str, Callable[[Any, Mapping[str, Array], Path], None]] = {
    "safetensors": write_safetensors,
    "pytorch": write_archive,
    "pytorch legacy": write_legacy,
    "npz": write_npz,
    "onnx": write_onnx,
    "keras h5": write_h5,
    "keras": write_keras,
}
"""How each format is written: from what its reader keeps, and the changed tensors in the file's dtypes."""


def write_model(model: Model, changed: Mapping[str, Array], path: Path) -> None:
    """Write the model's file to `path` with the tensors of `changed`; all others stay as they are, byte by byte.

    `changed` is in the shapes of the file; numbers are rounded to its dtypes.

    Raises:
        InvalidQuery: a tensor is not in the file, has another shape, or leaves the range of its dtype.
    """
    WRITERS[model.format](model.source, {name: _cast(model, name, array) for name, array in changed.items()}, path)


def _cast(model: Model, name: str, array: Array) -> Array:
    """A changed tensor in the dtype of the file."""
    if name not in model.tensors:
        raise _refused(f"The tensor {str(shortened(name))!r} is not in the file. Name one that is.", name)
    shape, _ = model.tensors[name]
    if array.shape != shape:
        raise _refused(f"The tensor {name!r} has shape {shape} in the file, and {array.shape} was given.", name)
    kind = model.read(name).dtype
    with np.errstate(over="ignore"):
        cast = array.astype(kind)
    if kind.kind not in "iub" and (np.isfinite(array.astype(float)) & ~np.isfinite(cast.astype(float))).any():
        raise _refused(f"The tensor {name!r} has values beyond the range of {kind.name}, its dtype in the file.", name)
    return cast


def _refused(detail: str, name: str) -> InvalidQuery:
    return InvalidQuery(detail, field="changed", given=name, allowed="tensors of the file, in its shapes and ranges")
