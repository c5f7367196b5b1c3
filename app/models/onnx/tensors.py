"""The tensors of an ONNX graph: initializers and constants, with their numbers where they lie in the file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from app.errors import InvalidQuery, UnreadableModel, shortened
from app.files.copied import patched
from app.models.contents import Array, Tensor
from app.models.dtypes import ONNX, dtype
from app.models.mapped import Mapped
from app.models.onnx.wire import place_of

PACKED = {4: "float32", 10: "float64", 9: ""}
"""The fields whose bytes are numbers as they stand, and the dtype of each; field 9, raw, has the tensor's own."""

EXTERNAL = 1
INLINE = 'onnx.save_model(onnx.load("model.onnx"), "whole.onnx")'


@dataclass(frozen=True)
class Placed:
    """The tensors of a model, and where their numbers lie: in the file, or else in their own message."""

    file: Mapped
    tensors: Mapping[str, Tensor]
    offsets: Mapping[str, int]
    typed: Mapping[str, Any]

    def read(self, name: str) -> Array:
        """The values of a tensor, as a view where the file has them as they are."""
        tensor = self.tensors[name]
        if name in self.offsets:
            return self.file.array(tensor.shape, tensor.dtype, self.offsets[name])
        from onnx import numpy_helper

        return np.asarray(numpy_helper.to_array(self.typed[name]))


def placed(file: Mapped, graph: Any) -> Placed:
    """The tensors of a graph whose messages say where their numbers are.

    Raises:
        UnreadableModel: numbers are in other files.
        ValueError: a tensor has fewer or more numbers than its shape.
    """
    tensors: dict[str, Tensor] = {}
    offsets: dict[str, int] = {}
    typed: dict[str, Any] = {}
    for name, proto in _named(graph):
        _check_inside(name, proto)
        if name and name not in tensors and proto.data_type in ONNX:
            tensors[name] = Tensor(tuple(proto.dims), dtype(ONNX[proto.data_type]))
            offset = _offset(name, tensors[name], proto)
            typed |= {name: proto} if offset is None else {}
            offsets |= {} if offset is None else {name: offset}
    return Placed(file, tensors, offsets, typed)


def write_onnx(at: Placed, changed: Mapping[str, Array], path: Path) -> None:
    """The same file with other numbers for some tensors.

    Raises:
        InvalidQuery: the file has the numbers of a tensor one by one, of which each takes its own length.
    """
    for name in changed:
        if name not in at.offsets:
            raise InvalidQuery(
                f"The tensor {name!r} is stored number by number, which cannot be changed in place. "
                f"Save its raw bytes: {INLINE}.", field="changed", given=name,
            )  # fmt: skip
    patched(at.file.bytes, {at.offsets[name]: array.tobytes() for name, array in changed.items()}, path)


def _named(graph: Any) -> Iterator[tuple[str, Any]]:
    """Initializers and constants by the names of their values."""
    for proto in graph.initializer:
        yield proto.name, proto
    for node in graph.node:
        if node.op_type == "Constant" and node.output:
            yield from ((node.output[0], attribute.t) for attribute in node.attribute if attribute.name == "value")


def _check_inside(name: str, proto: Any) -> None:
    if proto.data_location == EXTERNAL or proto.external_data:
        where = next((entry.value for entry in proto.external_data if entry.key == "location"), "")
        raise UnreadableModel(
            f"The ONNX model has the numbers of {str(shortened(name))!r} in another file, {str(shortened(where))!r}, "
            f"and no path that a file names is opened here. Save it as one file: {INLINE}.", field="file", given=where,
        )  # fmt: skip


def _offset(name: str, tensor: Tensor, proto: Any) -> int | None:
    """Where the numbers lie in the file; None where the message has them one by one."""
    place = place_of(proto.doc_string)
    if place is None:
        return None
    number, begin, stop = place
    size = prod(tensor.shape) * tensor.dtype.itemsize
    if stop - begin != size or PACKED[number] not in ("", tensor.dtype.name):
        raise ValueError(f"the tensor {name!r} has {stop - begin:,} bytes of numbers, and its shape takes {size:,}")
    return begin
