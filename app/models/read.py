"""A model's norms from its file, whatever wrote it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from app.models.contents import Contents
from app.models.find.fronts import paired
from app.models.find.norms import sought, values
from app.models.keras.read import read_h5, read_keras
from app.models.kinds import HEAD, Format, kind_of
from app.models.mapped import Mapped, mapped
from app.models.onnx.read import read_onnx
from app.models.tables.npz import read_npz
from app.models.tables.safetensors import read_safetensors
from app.models.torch.archive import read_archive
from app.models.torch.legacy import read_legacy
from bncore.doctor import Model

TABLES: Mapping[Format, Callable[[Mapped], Contents]] = {
    "safetensors": read_safetensors,
    "pytorch": read_archive,
    "pytorch legacy": read_legacy,
    "npz": read_npz,
}
"""Formats that are tables of tensors: their norms are known by names and shapes."""

GRAPHS: Mapping[Format, Callable[[Mapped], Model]] = {"onnx": read_onnx, "keras h5": read_h5, "keras": read_keras}
"""Formats that say themselves which of their tensors are a norm's."""


def read_model(source: Path | bytes, name: str = "") -> Model:
    """The norms of a model's file, and its tensors; of their values, only the norms' are read.

    `name` is what the file is called, which a norm without a name of its own is called after.

    Raises:
        UnsupportedUpload: it is of no kind that is read.
        UploadTooLarge: it promises more than a model has (`app.models.limits`).
        UnreadableModel: it is damaged, or holds more than numbers.
    """
    file = mapped(source)
    kind = kind_of(bytes(file.bytes[:HEAD]))
    return GRAPHS[kind](file) if kind in GRAPHS else model_of(TABLES[kind](file), name)


def model_of(contents: Contents, name: str = "") -> Model:
    """The model that a table of tensors is."""
    norms, left = values(contents, list(sought(contents)))
    told, unpaired = paired(contents, norms)
    return Model(
        format=contents.format,
        norms=tuple(replace(norm, name=norm.name or Path(name).stem or "norm") for norm in told),
        tensors={key: (tensor.shape, tensor.dtype.name) for key, tensor in contents.tensors.items()},
        read=contents.read,
        notes=(*contents.notes, *_left_out(left), *unpaired),
        source=contents.source,
    )


def _left_out(names: list[str]) -> list[str]:
    return [f"{len(names):,} norms are not read, as all together take too much memory."] if names else []
