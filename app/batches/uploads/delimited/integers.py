"""Integers in a block of a CSV that float64 does not hold: the first one, with its place."""

import csv
import io
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as arrow_compute
from numpy.typing import NDArray

from app.batches.batch import Array
from app.batches.uploads.delimited.blocks import arrow_table
from app.batches.uploads.delimited.dialect import Dialect
from app.batches.uploads.integers import FIRST
from app.batches.uploads.labels import decoded
from bncore.exact.integers import first_rounded as rounded_at
from bncore.exact.integers import rounded_text

INTEGER = r"^\s*[+-]?[0-9]{16,}\s*$"
DIGITS = re.compile(rb"[0-9]{16}")
"""2^53 has sixteen digits: without as many in a row, no cell spells such an integer."""


def first_rounded(
    data: bytes, dialect: Dialect, x: Array, features: tuple[str, ...]
) -> tuple[int, int, str, int] | None:
    """Row, line (from 1), column and value of the first such integer among the `features`, whose numbers are `x`."""
    if not (np.abs(x) >= FIRST).any() or not DIGITS.search(data):
        return None
    firsts = []
    for position, name in enumerate(features):
        large = (np.abs(x[:, position]) >= FIRST) & np.isfinite(x[:, position])
        if large.any() and (at := _in_column(arrow_table(data, dialect, {name: pa.binary()})[name], large)):
            firsts.append((at[0], name, at[1]))
    if not firsts:
        return None
    row, name, value = min(firsts, key=lambda first: first[0])
    return row, _line_of(data, dialect, row), name, value


def _in_column(cells: pa.ChunkedArray, large: NDArray[np.bool_]) -> tuple[int, int] | None:
    """The row and the value of the first such integer in a column, whose `large` numbers come into question."""
    whole = arrow_compute.fill_null(arrow_compute.match_substring_regex(cells, INTEGER), False).to_numpy()
    rows = np.flatnonzero(whole & large)
    texts = arrow_compute.utf8_trim_whitespace(cells.take(rows).cast(pa.string()))
    try:
        values = texts.cast(pa.int64()).to_numpy()
    except pa.ArrowInvalid:  # longer ones are looked at one by one
        each = enumerate(map(rounded_text, texts.to_pylist()))
        return next(((int(rows[at]), value) for at, value in each if value is not None), None)
    place = rounded_at(values)
    return (int(rows[place]), int(values[place])) if place else None


def _line_of(data: bytes, dialect: Dialect, wanted: int) -> int:
    """The line, from 1, on which a record begins."""
    reader = csv.reader(map(decoded, io.BytesIO(data)), delimiter=dialect.delimiter)
    line, row = 1, 0
    for record in reader:
        if record and row == wanted:
            break
        row += bool(record)
        line = reader.line_num + 1
    return line
