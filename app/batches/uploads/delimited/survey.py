"""A look at columns that hold numbers as well as text: how many cells are no numbers, and where the first one is."""

from collections.abc import Callable, Collection, Mapping, Sequence
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
from app.batches.uploads.formats.table import text_warning

BOOL = "|".join([*TRUE, *FALSE, "0", "1"])

SHOWN = 10
"""Columns of which the first such cell is looked up."""

FEW = 0.5
"""Up to this share of cells that are no numbers, a column is a numeric one with mistakes in it."""


@dataclass
class Strays:
    """The cells of one column that are no numbers: how many of how many, and where the first one is.

    first: its row in the file.
    here, row: the block that it is in, and its row there.
    """

    count: int = 0
    rows: int = 0
    first: int = 0
    here: Dialect | None = None
    row: int = 0

    def add(self, here: Dialect, flags: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> None:
        """Count the flagged cells of the next block."""
        if flags.any():
            if self.here is None:
                self.here, self.row = here, int(flags.argmax())
                self.first = self.rows + self.row
            self.count += int(np.count_nonzero(flags))
        self.rows += len(flags)

    @property
    def few(self) -> bool:
        return 0 < self.count <= FEW * self.rows


def survey(
    path: Path, dialect: Dialect, columns: Sequence[str], bools: Collection[str], go_on: Callable[[], None]
) -> dict[str, Strays]:
    """The strays in each of these columns; those in `bools` hold truth values, the others numbers."""
    number = pattern(dialect.decimal)
    patterns = {name: BOOL if name in bools else number for name in columns}
    strays = {name: Strays() for name in columns}
    types = dict.fromkeys(strays, pa.binary())
    for here, table in parsed_blocks(path, dialect, lambda block: arrow_table(block, dialect, types), go_on):
        for name, of_column in strays.items():
            of_column.add(here, _flags(table[name], patterns[name]))
    return strays


def stray_warnings(path: Path, strays: Mapping[str, Strays], go_on: Callable[[], None]) -> list[str]:
    """What is said of columns that are left out for a few strays; of the first ones with the cell."""
    names = list(strays)
    shown = [_stray_warning(path, name, strays[name], go_on) for name in names[:SHOWN]]
    return shown + text_warning(names[SHOWN:], "a few cells that are no numbers")


def _stray_warning(path: Path, name: str, strays: Strays, go_on: Callable[[], None]) -> str:
    """The warning that names the first cell for which a column is no numeric one."""
    assert strays.here is not None
    line, record = record_at(path, strays.here, strays.row, go_on)
    cell = record[strays.here.names.index(name)][:40]
    cells = "1 cell is no number" if strays.count == 1 else f"{strays.count:,} cells are no numbers"
    return (
        f"Column {name!r} is left out because {cells} ({strays.rows:,} rows): the first is {cell!r} "
        f"in row {strays.first + 1:,} (line {line:,}). Mend it, or leave the cell empty."
    )


def _flags(column: pa.ChunkedArray, pattern: str) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    matches = arrow_compute.match_substring_regex(column, f"^(?:{pattern})$")
    flags: np.ndarray[tuple[int], np.dtype[np.bool_]] = arrow_compute.invert(
        arrow_compute.fill_null(matches, True)
    ).to_numpy()
    return flags
