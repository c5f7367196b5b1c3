"""Safetensors: a header in JSON, and the tensors' bytes behind it without a gap. There is no code in it.

The library holds the header to the file; where a tensor lies follows from their order
(https://huggingface.co/docs/safetensors, "Format").
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.lib import format as npy_format

from app.batches.uploads.bounds import Bounds
from app.batches.uploads.formats.npy import check_limit
from app.batches.uploads.formats.npz import MEMBERS, PIECE
from app.batches.uploads.sniff import incomplete
from app.files.archive import Archive
from app.files.damage import damage_told
from app.files.header import AXES, Header
from app.files.refused import DOCTOR

BOUNDS = Archive(
    "The safetensors file",
    "arrays",
    MEMBERS,
    "Save it again with safetensors' save_file, and upload it whole.",
    see=DOCTOR,
)
START = 8
"""Bytes in front of the header, which say how long it is."""

DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "|V2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1", "BOOL": "|b1", "C64": "<c8",
}  # fmt: skip
"""NumPy's names of the dtypes; any other takes one byte (float8) or less, and is not computed with."""


class Safetensors:
    """An open file, whose tensors lie one behind the other."""

    what = "safetensors file"

    def __init__(self, upload: Path, bounds: Bounds) -> None:
        self._upload = upload
        self.arrays: dict[str, Header] = {}
        self._starts: dict[str, int] = {}
        at = _end_of_header(upload)
        for name, header in _headers(upload):
            bounds.go_on()
            check_limit(header, name, bounds.bytes)
            self.arrays[name], self._starts[name] = header, at
            at += header.bytes

    def extract(self, name: str, target: Path, go_on: Callable[[], None]) -> None:
        """Write one array as an NPY file."""
        header = self.arrays[name]
        left = header.bytes
        with self._upload.open("rb") as source, target.open("wb") as sink:
            form = {"descr": header.dtype.str, "fortran_order": False, "shape": header.shape}
            npy_format.write_array_header_1_0(sink, form)
            source.seek(self._starts[name])
            while left and (piece := source.read(min(PIECE, left))):
                go_on()
                sink.write(piece)
                left -= len(piece)


@contextmanager
def opened(upload: Path, bounds: Bounds) -> Iterator[Safetensors]:
    """The file in an upload. Raises UnreadableBatch where it is incomplete or its header is not true."""
    with damage_told(BOUNDS.what, BOUNDS.do):
        file = Safetensors(upload, bounds)
    yield file


def _end_of_header(upload: Path) -> int:
    with upload.open("rb") as file:
        length = int.from_bytes(file.read(START), "little")
    if length > BOUNDS.directory:
        raise BOUNDS.too_many("a longer list of arrays than is read")
    if START + length > upload.stat().st_size:
        raise incomplete()
    return START + length


def _headers(upload: Path) -> Iterator[tuple[str, Header]]:
    """The tensors in the order of their bytes."""
    import safetensors

    with safetensors.safe_open(upload, "numpy") as file:
        names = file.offset_keys()
        if len(names) > BOUNDS.members:
            raise BOUNDS.too_many(f"{len(names):,} arrays")
        for name in names:
            tensor = file.get_slice(name)
            kind, shape = tensor.get_dtype(), tuple(tensor.get_shape())
            if len(shape) > AXES:
                raise ValueError(f"{name[:80]!r} has {len(shape)} axes, and up to {AXES} are read")
            yield name, Header(shape, np.dtype(DTYPES.get(kind, "V1")), 0, kind)
