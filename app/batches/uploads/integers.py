"""Integers of an upload that float64 does not hold: the first is named with its place, and the upload refused."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from app.batches.batch import Array
from app.batches.text.number import rounded
from app.batches.uploads.delimited.dialect import Dialect
from app.batches.uploads.delimited.records import records
from app.batches.uploads.missing import row_blocks
from app.errors import UnreadableBatch
from bncore.exact.integers import first_rounded, refused

FIRST = 2.0**53
"""From here on float64 does not hold every integer."""


def check_arrays(arrays: Mapping[str, Array]) -> None:
    """Raises UnreadableBatch for the first such integer of some arrays, by their names."""
    for name, values in arrays.items():
        for start, block in row_blocks(values) if values.ndim else ():
            if (rounded := first_rounded(np.asarray(block))) is not None:
                place = ", ".join(map(str, (start + rounded[0], *rounded[1:])))
                raise refusal(f"{name}[{place}]", int(block[rounded]))


def check_cells(upload: Path, dialect: Dialect, features: tuple[str, ...]) -> None:
    """Raises UnreadableBatch for the first such integer of a CSV; slow, and so for files with numbers so large only."""
    wanted = [(at, name) for at, name in enumerate(dialect.names) if name in features]
    for row, (line, record) in enumerate(records(upload, dialect), start=1):
        for at, name in wanted:
            value = rounded(record[at]) if at < len(record) else None
            if value is not None:
                raise refusal(f"Row {row:,} (line {line:,}), column {name!r},", value)


def refusal(place: str, value: int) -> UnreadableBatch:
    return UnreadableBatch(refused(place, value), field="file", given=str(value), allowed="integers that float64 holds")
