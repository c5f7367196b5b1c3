"""Integers of an upload that float64 does not hold: the first is named with its place, and the upload refused."""

from collections.abc import Callable, Mapping

import numpy as np

from app.batches.batch import Array
from app.batches.uploads.bounds import wanted
from app.batches.uploads.missing import row_blocks
from app.errors import UnreadableBatch
from bncore.exact.integers import first_rounded, refused

FIRST = 2.0**53
"""From here on float64 does not hold every integer."""


def check_arrays(arrays: Mapping[str, Array], go_on: Callable[[], None] = wanted) -> None:
    """Raises UnreadableBatch for the first such integer of some arrays, by their names."""
    for name, values in arrays.items():
        if not values.ndim or values.dtype.kind not in "iu" or values.dtype.itemsize < 8:
            continue
        for start, block in row_blocks(values, go_on):
            if (rounded := first_rounded(np.asarray(block))) is not None:
                place = ", ".join(map(str, (start + rounded[0], *rounded[1:])))
                raise refusal(f"{name}[{place}]", int(block[rounded]))


def refusal(place: str, value: int) -> UnreadableBatch:
    return UnreadableBatch(refused(place, value), field="file", given=str(value), allowed="integers that float64 holds")
