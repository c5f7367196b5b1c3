"""Integers in a block of a CSV that float64 does not hold: the first one, with its place."""

import csv
import io
import re

import numpy as np

from app.batches.batch import Array
from app.batches.text.number import rounded
from app.batches.uploads.delimited.dialect import Dialect
from app.batches.uploads.integers import FIRST
from app.batches.uploads.labels import decoded

DIGITS = re.compile(rb"[0-9]{16}")
"""2^53 has sixteen digits: without as many in a row, no cell spells such an integer."""


def first_rounded(
    data: bytes, dialect: Dialect, x: Array, features: tuple[str, ...]
) -> tuple[int, int, str, int] | None:
    """Row, line (from 1), column and value of the first such integer among the `features`, whose numbers are `x`.

    Cell by cell this is slow, and so is for rows with numbers so large only.
    """
    large = np.any(np.abs(x) >= FIRST, axis=1)
    if not large.any() or not DIGITS.search(data):
        return None
    wanted = frozenset(features)
    places = [(at, name) for at, name in enumerate(dialect.names) if name in wanted]
    reader = csv.reader(map(decoded, io.BytesIO(data)), delimiter=dialect.delimiter)
    line, row = 1, 0
    for record in reader:
        if record:
            for at, name in places if row < len(large) and large[row] else ():
                if at < len(record) and (value := rounded(record[at])) is not None:
                    return row, line, name, value
            row += 1
        line = reader.line_num + 1
    return None
