"""The header of a safetensors file, held to the rules of the format: JSON of names, dtypes, shapes and places.

Tensors lie in the file without gaps or overlaps, from the header's end to the file's
(https://huggingface.co/docs/safetensors, "Format").
"""

import json
from collections.abc import Mapping
from math import prod
from typing import Any

from app.errors import UnreadableModel, shortened
from app.files.header import AXES
from app.models.contents import Tensor, check_names
from app.models.dtypes import SAFETENSORS, dtype

WHAT = "The safetensors file"
ABOUT = "__metadata__"
"""What stands beside the tensors: texts by name."""

NUMBERS = 2**48
"""More than any file holds, and fewer than NumPy gives up at; axes of length 0 aside."""


def placed_tensors(header: bytes, size: int) -> dict[str, tuple[Tensor, int]]:
    """Each tensor, and where its bytes begin among the `size` bytes behind the header, in their order.

    Raises:
        UploadTooLarge: there are more tensors than a model has.
        UnreadableModel: a dtype is not read, or a name is too long.
        ValueError: the header is not what the format says, or not true of the file.
        ImportError: the package of a dtype is not installed.

    >>> placed_tensors(b'{"bias": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}', 8)
    {'bias': (Tensor(shape=(2,), dtype=dtype('float32')), 0)}
    """
    told: dict[str, Any] = json.loads(header.decode(), object_pairs_hook=_once)
    _check_texts(told.pop(ABOUT, {}))
    check_names(told, WHAT)
    spans = {name: _span(about) for name, about in told.items()}
    end, placed = 0, {}
    for name in sorted(spans, key=spans.__getitem__):
        tensor, (start, stop) = _tensor(name, told[name]), spans[name]
        if (start, stop) != (end, end + prod(tensor.shape) * tensor.dtype.itemsize):
            raise ValueError(f"the place of {str(shortened(name))!r} does not follow the last, or is of another size")
        placed[name], end = (tensor, start), stop
    if end != size:
        raise ValueError(f"its tensors take {end:,} bytes, and {size:,} are there")
    return placed


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON in which no name stands twice."""
    told = dict(pairs)
    if len(told) < len(pairs):
        raise ValueError("a name stands twice in its header")
    return told


def _check_texts(about: Any) -> None:
    if not isinstance(about, dict) or not all(isinstance(text, str) for text in about.values()):
        raise ValueError(f"its {ABOUT} are no texts by name")


def _span(about: Mapping[str, Any]) -> tuple[int, int]:
    start, end = _counts(about["data_offsets"])
    return start, end


def _tensor(name: str, about: Mapping[str, Any]) -> Tensor:
    kind = about["dtype"]
    if kind not in SAFETENSORS:
        raise UnreadableModel(
            f"The tensor {shortened(name)!r} of the safetensors file has dtype {shortened(kind)}, which is not read. "
            "Convert it to float32, or leave it out.",
            field="file", given=kind, allowed=", ".join(SAFETENSORS),
        )  # fmt: skip
    shape = _counts(about["shape"])
    if len(shape) > AXES or prod(number or 1 for number in shape) > NUMBERS:
        raise ValueError(f"the shape of {str(shortened(name))!r} is that of no array")
    return Tensor(shape, dtype(SAFETENSORS[kind]))


def _counts(given: Any) -> tuple[int, ...]:
    """A list of whole numbers from 0 on."""
    if not isinstance(given, list) or not all(type(number) is int and number >= 0 for number in given):
        raise ValueError("a shape or a place in its header is no list of whole numbers from 0 on")
    return tuple(given)
