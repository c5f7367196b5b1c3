"""Tensors of a safetensors file: eight bytes that say how long the header is, the header as JSON, then the numbers."""

import json
from typing import Any

import numpy as np

from bncore.errors import BadDtype, BadParameter, BatchNormError
from bncore.stream.sources.file import File
from bncore.stream.sources.members import chosen
from bncore.stream.sources.raw import BFLOAT16, RawArray
from bncore.stream.sources.source import Source

DTYPES: dict[str, np.dtype[Any]] = {
    "F64": np.dtype("<f8"), "F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "BF16": BFLOAT16, "BOOL": np.dtype("?"),
    "I64": np.dtype("<i8"), "I32": np.dtype("<i4"), "I16": np.dtype("<i2"), "I8": np.dtype("i1"),
    "U64": np.dtype("<u8"), "U32": np.dtype("<u4"), "U16": np.dtype("<u2"), "U8": np.dtype("u1"),
}  # fmt: skip
LONGEST = 100 * 2**20  # bytes that the format allows a header


def of_safetensors(file: File, array: str | None) -> Source:
    """The tensor of that name. Raises BadParameter for a file that is none, BadDtype for other kinds of numbers."""
    with file.open() as opened:
        length = int.from_bytes(opened.read(8), "little")
        text = opened.read(length) if length <= min(LONGEST, file.size) else b""
    try:
        tensors = {name: about for name, about in json.loads(text).items() if name != "__metadata__"}
        shapes = {name: tuple(map(int, about["shape"])) for name, about in tensors.items()}
        name = chosen(shapes, array, file.name)
        kind, start = str(tensors[name]["dtype"]), int(tensors[name]["data_offsets"][0])
    except BatchNormError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise BadParameter(f"x: {file.name} is no safetensors file that can be read.", parameter="x") from None
    if kind not in DTYPES:
        raise BadDtype(f"x: {name} holds {kind}; give one of {', '.join(DTYPES)}.", parameter="array")
    return RawArray(file, 8 + length + start, DTYPES[kind], shapes[name], name)
