"""The header of an NPY file, read as if an enemy had written it: bounded, and checked before NumPy sees it."""

import io
import re
from dataclasses import dataclass
from math import prod
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy_format

from app.errors import UnreadableBatch, UserError
from app.files.damage import damage_told

AXES = 32
"""Axes that an array may have; older releases of NumPy take no more, either."""

LONGEST = 10_000
"""Bytes that a header may have, as NumPy has it; one of a batch has about 120."""

VERSIONS = {(1, 0): 2, (2, 0): 4, (3, 0): 4}
"""The versions of the format, and the bytes in which each says how long its header is."""

PLAIN = re.compile(r"""(?:'[^'\\\n]*'|"[^"\\\n]*"|(?:True|False|[0-9]{1,18}L?)(?![\w'"])|[\s{}()\[\],:])*""", re.ASCII)
"""What stands in a header: text, truth values, lengths and brackets; no signs, sums or calls."""


BFLOAT16 = np.dtype("V2")
"""How NumPy writes bfloat16, which it does not know."""


@dataclass(frozen=True)
class Header:
    """What the first lines of an NPY file promise; `kind` is what another format calls the dtype."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    size: int
    kind: str = ""
    fortran: bool = False

    @property
    def is_bfloat16(self) -> bool:
        """Whether it holds two bytes of no kind, which stand for bfloat16."""
        return self.dtype == BFLOAT16

    @property
    def word(self) -> str:
        """The dtype in a word."""
        if self.is_bfloat16:
            return "bfloat16"
        return self.kind if self.kind and self.dtype.kind == "V" else str(self.dtype)

    @property
    def bytes(self) -> int:
        """The size of the whole file that keeps the promise."""
        return self.size + prod(self.shape) * self.dtype.itemsize


def read_header(file: IO[bytes], what: str, error: type[UserError] = UnreadableBatch) -> Header:
    """The header at the start of `file`; of it, no more is read than a header may have.

    Raises:
        UnreadableBatch (or `error`): there is none, or it cannot be understood, whatever stands there instead.
    """
    with damage_told(what, "Save it again with numpy.save.", error):
        version = npy_format.read_magic(file)
        if version not in VERSIONS:
            raise ValueError(f"it says that it has version {version[0]}.{version[1]} of the format")
        announced = file.read(VERSIONS[version])
        size = int.from_bytes(announced, "little")
        if size > LONGEST:
            raise ValueError(f"its header takes {size:,} bytes")
        text = file.read(size)
        _check_plain(text)
        shape, fortran, dtype = _parsed(version, announced + text)
        _check_shape(shape)
        return Header(shape, dtype, npy_format.MAGIC_LEN + len(announced) + size, fortran=fortran)


def _parsed(version: tuple[int, int], data: bytes) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    read = npy_format.read_array_header_1_0 if version == (1, 0) else npy_format.read_array_header_2_0
    try:
        shape, fortran, dtype = read(io.BytesIO(data))
    except MemoryError as error:  # of Python's parser: brackets are nested too deeply, and the header is small
        raise ValueError("its header cannot be parsed") from error
    return shape, fortran, dtype


def _check_plain(text: bytes) -> None:
    if not PLAIN.fullmatch(text.decode("utf-8", "replace")):
        raise ValueError("its header holds more than a shape and a dtype")


def _check_shape(shape: tuple[int, ...]) -> None:
    if len(shape) > AXES:
        raise ValueError(f"its shape has {len(shape)} axes, and up to {AXES} are read")
    if any(type(length) is not int for length in shape):
        raise ValueError(f"its shape is {shape}")
