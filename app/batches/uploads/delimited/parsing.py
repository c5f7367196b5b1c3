"""CSV, TSV and their like: parsed by pyarrow in blocks, written to disk as they come, so memory stays small."""

import re
from dataclasses import dataclass, replace
from math import isinf
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.batches.batch import Array
from app.batches.text.number import pattern, plain
from app.batches.uploads.delimited.blocks import arrow_table, parsed_blocks
from app.batches.uploads.delimited.cells import cell_kind
from app.batches.uploads.delimited.dialect import Dialect, dialect_of
from app.batches.uploads.delimited.records import ragged, record_at
from app.batches.uploads.delimited.survey import stray_warning, survey
from app.batches.uploads.formats.table import RowWriter, check_columns, grouped_hint, listed, no_rows, text_warning
from app.batches.uploads.integers import FIRST, check_cells
from app.batches.uploads.labels import Codes, unknown_label
from app.batches.uploads.missing import FILL, NO_ROWS, row_blocks, save_bad_rows
from app.batches.uploads.parsed import LABELS, Missing, Parsed, X, mapped
from app.batches.uploads.reading import Reading
from app.errors import UnreadableBatch

FLOAT = np.dtype(np.float64)
LABEL = pa.dictionary(pa.int32(), pa.binary())


@dataclass(frozen=True)
class Columns:
    """Which columns become features, which is the label, and which are left out for what reason."""

    features: tuple[str, ...]
    bools: frozenset[str]
    label: str | None
    text: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    @property
    def types(self) -> dict[str, pa.DataType]:
        types = {name: pa.bool_() if name in self.bools else pa.float64() for name in self.features}
        return types | ({self.label: LABEL} if self.label else {})


@dataclass(frozen=True)
class Block:
    """The parsed rows of one block: the features, the labels' codes and values, the rows with missing values."""

    x: Array
    labels: pa.DictionaryArray | None
    bad: NDArray[np.int64]
    bad_cells: int


def read_csv(upload: Path, reading: Reading, folder: Path, limit: int) -> Parsed:
    """The numeric columns of a CSV as float64, truth values as 0 and 1.

    Raises:
        UnreadableBatch: it is ragged, or has no rows or no numeric column.
        UploadTooLarge: its numbers take more than `limit` bytes.
    """
    dialect = dialect_of(upload, reading.header)
    columns = _columns(dialect, reading.label)
    try:
        if "mixed" in dialect.kinds:
            columns = _surveyed(upload, dialect, columns)
        return _read(upload, dialect, columns, folder, limit)
    except pa.ArrowInvalid as error:
        if mistake := ragged(upload, dialect):
            raise mistake from error
    try:
        return _read(upload, dialect, _surveyed(upload, dialect, columns), folder, limit)
    except pa.ArrowInvalid as error:
        raise UnreadableBatch(f"The file is no readable CSV: {error}.", field="file") from error


def _columns(dialect: Dialect, label: str | None) -> Columns:
    if label is not None and label not in dialect.names:
        raise unknown_label(label, dialect.names)
    kinds = {name: kind for name, kind in zip(dialect.names, dialect.kinds, strict=True) if name != label}
    return Columns(
        features=tuple(name for name, kind in kinds.items() if kind != "text"),
        bools=frozenset(name for name, kind in kinds.items() if kind == "bool"),
        label=label,
        text=tuple(name for name, kind in kinds.items() if kind == "text"),
    )


def _surveyed(upload: Path, dialect: Dialect, columns: Columns) -> Columns:
    """The columns after a look at every cell: those with text are left out, with a warning where it is little."""
    strays = survey(upload, dialect, columns.features, columns.bools)
    pure = tuple(name for name in columns.features if not strays[name].count)
    few = tuple(name for name in columns.features if strays[name].few)
    text = tuple(name for name in columns.features if name not in pure and name not in few)
    return replace(
        columns,
        features=pure,
        text=(*columns.text, *text),
        warnings=tuple(stray_warning(upload, dialect, name, strays[name]) for name in few),
    )


def _read(upload: Path, dialect: Dialect, columns: Columns, folder: Path, limit: int) -> Parsed:
    hints = grouped_hint(dialect.grouped, [name for name in dialect.names if name not in columns.types])
    check_columns(columns.features, dialect.names, hints)
    codes = Codes(columns.label)
    bad, bad_cells, large = [NO_ROWS], 0, False
    with RowWriter(folder / X, len(columns.features), FLOAT, limit) as writer:
        for block in parsed_blocks(upload, dialect, lambda data: _block(data, dialect, columns)):
            bad.append(block.bad + writer.rows)
            bad_cells += block.bad_cells
            large = large or bool((np.abs(block.x) >= FIRST).any())
            if block.labels is not None:
                codes.add(block.labels)
            writer.write(block.x)
    if not writer.rows:
        raise no_rows(dialect.names)
    if large:
        check_cells(upload, dialect, columns.features)
    if empty := _empty(folder, columns) if sum(map(len, bad)) == writer.rows else ():
        return _read(upload, dialect, _without(columns, empty), folder, limit)
    if columns.label:
        np.save(folder / LABELS, codes.codes())
    return Parsed(
        feature_names=columns.features,
        label_names=codes.names(),
        able_labels=dialect.able_labels,
        warnings=(*text_warning(columns.text), *columns.warnings, *hints),
        missing=_missing(upload, dialect, columns, np.concatenate(bad), bad_cells, writer.rows, folder),
    )


def _empty(folder: Path, columns: Columns) -> tuple[str, ...]:
    """The features without a single number, unless that is all of them; it is looked at where no row is whole."""
    x = mapped(folder / X)
    seen = np.zeros(x.shape[1], bool)
    for _, rows in row_blocks(x):
        seen |= ~np.isnan(rows).all(axis=0)
    empty = tuple(name for name, any_number in zip(columns.features, seen, strict=True) if not any_number)
    return empty if seen.any() else ()


def _without(columns: Columns, empty: tuple[str, ...]) -> Columns:
    features = tuple(name for name in columns.features if name not in empty)
    said = f"Left out because they are empty: {listed(empty)}."
    return replace(columns, features=features, warnings=(*columns.warnings, said))


def _block(data: bytes, dialect: Dialect, columns: Columns) -> Block:
    table = arrow_table(data, dialect, columns.types)
    x = np.empty((table.num_rows, len(columns.features)), FLOAT)
    for position, name in enumerate(columns.features):
        x[:, position] = _numbers(table[name])
    labels = table[columns.label].unify_dictionaries().combine_chunks() if columns.label else None
    cells = ~np.isfinite(x)
    rows = cells.any(axis=1)
    missing = np.zeros(len(x), bool) if labels is None else labels.is_null().to_numpy(zero_copy_only=False)
    return Block(x, labels, np.flatnonzero(rows | missing), int(cells.sum() + missing.sum()))


def _numbers(column: pa.ChunkedArray) -> Array:
    numbers: Array = (
        column.cast(pa.uint8()).cast(pa.float64()) if pa.types.is_boolean(column.type) else column
    ).to_numpy()
    return numbers


def _missing(
    upload: Path, dialect: Dialect, columns: Columns, bad: NDArray[np.int64], cells: int, rows: int, folder: Path
) -> Missing | None:
    """The missing values; the first one is looked up in the file, so that its line can be named."""
    if not cells:
        return None
    row = int(bad[0])
    line, record = record_at(upload, dialect, row)
    column, cell = _first_bad_cell(record, dialect, columns)
    place = f"row {row + 1:,} (line {line:,}), column {column!r}"
    save_bad_rows(bad, rows, folder, place, FILL)
    return Missing(cells, len(bad), row, place, repr(cell[:40]) if cell.strip() else "nothing")


def _first_bad_cell(record: list[str], dialect: Dialect, columns: Columns) -> tuple[str, str]:
    used, number = set(columns.types), re.compile(pattern(dialect.decimal))
    for name, cell in zip(dialect.names, record, strict=True):
        kind = cell_kind(cell, number)
        infinite = (
            kind == "number" and name != columns.label and isinf(float(plain(cell).replace(dialect.decimal, ".")))
        )
        if name in used and (kind == "missing" or infinite):
            return name, cell
    raise AssertionError("the row was found to hold a missing value")


def _number(cell: str, dialect: Dialect) -> float:
    return float(plain(cell).replace(dialect.decimal, "."))
