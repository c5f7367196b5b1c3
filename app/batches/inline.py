"""A small table typed into the query itself: `source=inline&values=1,2;3,4`."""

from dataclasses import dataclass, field, replace

import numpy as np

from app.batches.batch import Batch
from app.batches.datasets import sample
from app.batches.text.cells import declared_rows
from app.batches.text.number import NotANumber, value
from app.batches.text.refusal import Unreadable
from app.batches.uploads.formats.table import unique
from app.errors import InvalidQuery, UnreadableBatch
from bncore.exact.integers import refused

MAX_ROWS = 64
MAX_COLUMNS = 16
QUOTED = 40
"""Characters of a wrong cell that an error quotes."""

ALLOWED = (
    f"at most {MAX_ROWS} rows of {MAX_COLUMNS} numbers, rows separated by ; or a new line, "
    "numbers by commas, tabs or spaces, with a point for decimals"
)


def parse_table(values: str) -> Batch:
    """The float64 batch that a typed or pasted table says: a row an example, features x0, x1 and so on.

    Blank lines do not count. Raises UnreadableBatch, with row and column counted from 1 and named as the views do,
    for an empty or ragged table, for a cell that is not a finite decimal number, and above MAX_ROWS × MAX_COLUMNS.
    """
    rows = rows_typed(values)
    if not rows:
        raise _unreadable("The table is empty.", "")
    if len(rows) > MAX_ROWS:
        raise _unreadable(f"The table has {len(rows)} rows; at most {MAX_ROWS} are taken.", len(rows))
    table = [_parse_row(row, number) for number, row in enumerate(rows, start=1)]
    _check_rectangular(table)
    names = tuple(f"x{index}" for index in range(len(table[0])))
    return Batch(np.array(table, dtype=np.float64), names, rows=range(len(table)))


def rows_typed(values: str) -> list[list[str]]:
    """The cells of each row of a table, not looked at. Raises UnreadableBatch where they can be parted in two ways."""
    try:
        return declared_rows(values)
    except Unreadable as error:
        raise error.told(UnreadableBatch, "values", ALLOWED) from error


def _parse_row(cells: list[str], number: int) -> list[float]:
    if len(cells) > MAX_COLUMNS:
        raise _unreadable(f"Row {number} has {len(cells)} columns; at most {MAX_COLUMNS} are taken.", len(cells))
    return [_parse_cell(cell, number, column) for column, cell in enumerate(cells, start=1)]


def _parse_cell(cell: str, row: int, column: int) -> float:
    quoted, place = cell[:QUOTED], f"Row {row}, column {column} (example {row - 1} of x{column - 1})"
    try:
        return value(cell)
    except NotANumber as error:
        if error.rounded is not None:
            raise _unreadable(refused(place, error.rounded), quoted) from error
        said = f"is {quoted!r}, which is {error.why}" if cell else "is empty"
        raise _unreadable(f"{place} {said}.", quoted) from error


def _check_rectangular(table: list[list[float]]) -> None:
    for number, row in enumerate(table, start=1):
        if len(row) != len(table[0]):
            detail = f"Row {number} has another number of columns than row 1: {len(row)}, not {len(table[0])}."
            raise _unreadable(detail, len(row))


def _unreadable(detail: str, given: str | int) -> UnreadableBatch:
    return UnreadableBatch(detail, field="values", given=given, allowed=ALLOWED)


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
