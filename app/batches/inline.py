"""A small table typed into the query itself: `source=inline&values=1,2;3,4`."""

import math
import re
from dataclasses import dataclass, field, replace

import numpy as np

from app.batches.batch import Array, Batch
from app.batches.datasets import sample
from app.batches.uploads.table import unique
from app.errors import InvalidQuery, UnreadableBatch
from bncore.exact.integers import refused, rounded_text

MAX_ROWS = 64
MAX_COLUMNS = 16
QUOTED = 40
"""Characters of a wrong cell that an error quotes."""

ALLOWED = (
    f"at most {MAX_ROWS} rows of {MAX_COLUMNS} numbers, rows separated by ; or a new line, "
    "numbers by commas, tabs or spaces, with a point for decimals"
)

ROW_END = re.compile(r";[ \t]*(?:\r\n|\r|\n)?|\r\n|\r|\n")
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def parse_table(values: str) -> Batch:
    """The float64 batch that a typed or pasted table says: a row an example, features x0, x1 and so on.

    Blank lines do not count. Raises UnreadableBatch, with row and column counted from 1 and named as the views do,
    for an empty or ragged table, for a cell that is not a finite decimal number, and above MAX_ROWS × MAX_COLUMNS.
    """
    rows = [row for row in ROW_END.split(values) if row.strip()]
    if not rows:
        raise _unreadable("The table is empty.", "")
    if len(rows) > MAX_ROWS:
        raise _unreadable(f"The table has {len(rows)} rows; at most {MAX_ROWS} are taken.", len(rows))
    table = [_parse_row(row, number) for number, row in enumerate(rows, start=1)]
    _check_rectangular(table)
    return Batch(np.array(table, dtype=np.float64), tuple(f"x{index}" for index in range(len(table[0]))))


def _parse_row(row: str, number: int) -> list[float]:
    cells = split_cells(row)
    if len(cells) > MAX_COLUMNS:
        raise _unreadable(f"Row {number} has {len(cells)} columns; at most {MAX_COLUMNS} are taken.", len(cells))
    return [_parse_cell(cell, number, column) for column, cell in enumerate(cells, start=1)]


def split_cells(row: str) -> list[str]:
    """The cells of a row, split at its commas; at its tabs, if it has no comma; at its spaces, if neither."""
    for separator in (",", "\t"):
        if separator in row:
            return [cell.strip() for cell in row.split(separator)]
    return row.split()


def _parse_cell(cell: str, row: int, column: int) -> float:
    text = cell.replace("−", "-")
    quoted, place = cell[:QUOTED], f"Row {row}, column {column} (example {row - 1} of x{column - 1})"
    if NUMBER.fullmatch(text) and not math.isinf(value := float(text)):
        if (whole := rounded_text(text)) is not None:
            raise _unreadable(refused(place, whole), quoted)
        return value
    why = "not a finite number" if not NUMBER.fullmatch(text) else "too large for a float64"
    said = f"is {quoted!r}, which is {why}" if text else "is empty"
    raise _unreadable(f"{place} {said}.", quoted)


def _check_rectangular(table: list[list[float]]) -> None:
    for number, row in enumerate(table, start=1):
        if len(row) != len(table[0]):
            detail = f"Row {number} has another number of columns than row 1: {len(row)}, not {len(table[0])}."
            raise _unreadable(detail, len(row))


def _unreadable(detail: str, given: str | int) -> UnreadableBatch:
    return UnreadableBatch(detail, field="values", given=given, allowed=ALLOWED)


def format_table(x: Array) -> str:
    """The text of a table (rows, columns) that `parse_table` reads back exactly, as short as that allows.

    No plus sign stands in it, as a query would read it as a space.
    """
    return ";".join(",".join(_shortest(float(value)) for value in row) for row in x)


def _shortest(value: float) -> str:
    return repr(value).removesuffix(".0").replace("e+", "e")


def _named(batch: Batch, typed: str) -> Batch:
    """The batch with the names that were typed, commas between; a column without one keeps its own."""
    names = [" ".join(name.split()) for name in typed.split(",")] if typed.strip() else []
    columns = batch.x.shape[1]
    if len(names) > columns:
        raise InvalidQuery(
            f"There are {len(names)} names, and the table has {columns} {'column' if columns == 1 else 'columns'}.",
            field="feature_names", given=typed[:QUOTED], allowed=f"up to {columns} names, commas between",
        )  # fmt: skip
    return replace(batch, feature_names=unique(names + [""] * (columns - len(names))))


@dataclass(frozen=True)
class InlineSource:
    """Batches of a typed table, whose columns are named by `names`, commas between, or x0, x1 and so on.

    Raises UnreadableBatch as `parse_table` does, and InvalidQuery where there are more names than columns.
    """

    values: str
    names: str = ""
    _batch: Batch = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_batch", _named(parse_table(self.values), self.names))

    @property
    def examples(self) -> int:
        return int(self._batch.x.shape[0])

    def draw(self, size: int | None, rng: np.random.Generator) -> Batch:
        """`size` ≥ 1 rows without replacement; None, or at least as many as there are, is all in order."""
        return sample(self._batch, size, rng)
