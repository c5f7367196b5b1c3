"""bfloat16 as float32: the same number with sixteen more bits of fraction, all 0.

NumPy has no such type: `ml_dtypes` writes it as two bytes of no kind (`|V2`), safetensors calls it BF16.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.lib import format as npy_format

from app.batches.batch import Array
from app.batches.uploads.missing import row_blocks
from app.batches.uploads.parsed import mapped

NOTE = "{} two bytes of no kind (the dtype V2), as NumPy writes bfloat16, are read as bfloat16."


def widened(values: Array) -> Array:
    """Two bytes of no kind, as bfloat16, in float32; the shape is the same.

    >>> widened(np.array([b"\\x80\\x3f", b"\\x20\\xc0"], "V2")).tolist()
    [1.0, -2.5]
    """
    halves = np.ascontiguousarray(values).view("<u2").astype(np.uint32)
    return np.asarray((halves << 16).view(np.float32))


def widen(source: Path, target: Path, go_on: Callable[[], None]) -> None:
    """Write the bfloat16 NPY file `source` as float32 in `target`, which may be the same, a piece at a time."""
    narrow, wide = mapped(source), target.with_suffix(".float32")
    with wide.open("wb") as sink:
        header = {"descr": "<f4", "fortran_order": False, "shape": narrow.shape}
        npy_format.write_array_header_1_0(sink, header)
        for _, block in row_blocks(narrow, go_on):
            sink.write(widened(block).tobytes())
    wide.replace(target)
