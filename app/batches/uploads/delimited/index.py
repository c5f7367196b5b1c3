"""The index that pandas writes in front of a table, and the numbers that it writes for names of columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.batches.batch import Array
from app.batches.text.number import NOT_A_NUMBER, pattern, plain
from app.batches.uploads.formats.table import listed

NUMERIC = re.compile(f"{pattern('.')}|{pattern(',')}|{NOT_A_NUMBER}")
WHOLE = re.compile(r"\s*[-\u2212]?[0-9]+\s*")
UNNAMED = ("", "Unnamed: 0")
INDEX = ("index", "level_0")
FEW = 3
"""Rows from which on a column without any name is taken for an index."""

Records = Sequence[Sequence[str]]


class NotAnIndex(Exception):
    """What looked like an index in the first lines is a column like any other."""


@dataclass(frozen=True)
class Index:
    """The column that looks like an index; one that `counts` holds 0 … N − 1, another one whole numbers."""

    name: str
    counts: bool

    def check(self, values: Array, before: int) -> None:
        """Raises NotAnIndex where the values of the rows after the first `before` ones are none of an index."""
        expected = np.arange(before, before + len(values)) if self.counts else np.floor(values)
        if not np.array_equal(values, expected):
            raise NotAnIndex

    @property
    def note(self) -> str:
        """What is said of it."""
        what = "it counts the rows from 0" if self.counts else "it has whole numbers and no name, as pandas' index"
        return f"The first column is left out: {what}. Give it a name to keep it."


def index_of(header: Sequence[str] | None, names: Sequence[str], rows: Records) -> Index | None:
    """The first column where it looks like an index; `header` are the names as they are written, `names` as given."""
    first = [row[0] for row in rows if row]
    if len(names) < 2 or not first or not all(map(WHOLE.fullmatch, first)):
        return None
    counts = _counts([cell.strip() for cell in first])
    written = None if header is None else header[0].strip()
    if written in UNNAMED:
        return Index(names[0], counts)
    if counts and (written in INDEX or (written is None and len(first) >= FEW and has_fractions(rows))):
        return Index(names[0], True)
    return None


def counts_columns(record: Sequence[str]) -> bool:
    """Whether a first line says 0, 1, 2 …, the names of columns that have none, behind an index or not.

    >>> counts_columns(["0", "1", "2"]), counts_columns(["", "0"]), counts_columns(["1", "2"]), counts_columns(["0"])
    (True, True, False, False)
    """
    cells = [cell.strip() for cell in record]
    behind = cells[1:] if cells and cells[0] in UNNAMED else cells
    return len(cells) > 1 and _counts(behind)


def is_header_by_pandas(records: Records) -> bool:
    """Whether the first line is names as only pandas writes them: no name above an index, or 0, 1, 2 … for names.

    A table that was turned (`frame.T`) has both: 0, 1, 2 … above, and the old names as its index.
    """
    first, rest = records[0], records[1:]
    if first[0].strip() in UNNAMED:
        column = [row[0].strip() for row in rest if row]
        labels = bool(column) and (all(map(WHOLE.fullmatch, column)) or all(map(_is_text, column)))
        return _counts(column) or (counts_columns(first) and labels)
    return counts_columns(first) and any(map(_has_fraction, rest))


def _counts(cells: Sequence[str]) -> bool:
    return bool(cells) and list(cells) == [str(number) for number in range(len(cells))]


def _is_text(cell: str) -> bool:
    return bool(cell) and not NUMERIC.fullmatch(plain(cell))


def has_fractions(rows: Records) -> bool:
    """Whether any cell behind the first column is no whole number."""
    return any(_has_fraction(row[1:]) for row in rows)


def _has_fraction(cells: Sequence[str]) -> bool:
    return any(cell.strip() and not WHOLE.fullmatch(cell) for cell in cells)


def header_notes(record: Sequence[str], is_header: bool) -> list[str]:
    """What is said of a first line of 0, 1, 2 …."""
    if not counts_columns(record):
        return []
    said = f"The first line ({listed([cell for cell in record if cell.strip()])})"
    if is_header:
        return [f"{said} is taken for the columns' names, as pandas writes them, and not for an example."]
    return [f"{said} is taken for an example; set the header line to yes if pandas wrote it as the columns' names."]
