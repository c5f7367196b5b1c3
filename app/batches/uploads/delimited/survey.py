"""A look at columns that hold numbers as well as text: how many cells are no numbers, and where the first one is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as arrow_compute

from app.batches.text.number import pattern
from app.batches.uploads.delimited.blocks import arrow_table, parsed_blocks
from app.batches.uploads.delimited.cells import FALSE, TRUE
from app.batches.uploads.delimited.dialect import Dialect
from app.batches.uploads.delimited.records import record_at

BOOL = "|".join([*TRUE, *FALSE, "0", "1"])

FEW = 0.1
"""Up to this share of cells that are no numbers, a column is a numeric one with mistakes in it."""


@dataclass
class Strays:
    """The cells of one column that are no numbers: how many of how many, and the row of the first."""

    count: int = 0
    rows: int = 0
    first: int | None = None

    def add(self, flags: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> None:
        """Count the flagged cells of the next block."""
        if flags.any():
            self.first = self.rows + int(flags.argmax()) if self.first is None else self.first
            self.count += int(np.count_nonzero(flags))
        self.rows += len(flags)

    @property
    def few(self) -> bool:
        return 0 < self.count <= FEW * self.rows


def survey(path: Path, dialect: Dialect, columns: Sequence[str], bools: Collection[str]) -> dict[str, Strays]:
    """The strays in each of these columns; those in `bools` hold truth values, the others numbers."""
    number = pattern(dialect.decimal)
    patterns = {name: BOOL if name in bools else number for name in columns}
    strays = {name: Strays() for name in columns}
    types = dict.fromkeys(strays, pa.binary())
    for table in parsed_blocks(path, dialect, lambda block: arrow_table(block, dialect, types)):
        for name, of_column in strays.items():
            of_column.add(_flags(table[name], patterns[name]))
    return strays


def stray_warning(path: Path, dialect: Dialect, name: str, strays: Strays) -> str:
    """The warning that names the first cell for which a column is no numeric one."""
    row = strays.first or 0
    line, record = record_at(path, dialect, row)
    cell = record[dialect.names.index(name)][:40]
    cells = "1 cell is no number" if strays.count == 1 else f"{strays.count:,} cells are no numbers"
    return (
        f"Column {name!r} is left out because {cells} ({strays.rows:,} rows): the first is {cell!r} "
        f"in row {row + 1:,} (line {line:,}). Mend it, or leave the cell empty."
    )


def _flags(column: pa.ChunkedArray, pattern: str) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    matches = arrow_compute.match_substring_regex(column, f"^(?:{pattern})$")
    flags: np.ndarray[tuple[int], np.dtype[np.bool_]] = arrow_compute.invert(
        arrow_compute.fill_null(matches, True)
    ).to_numpy()
    return flags
