"""CSV, TSV and their like: parsed by pyarrow in blocks, written to disk as they come, so memory stays small."""

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from math import isinf
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.batches.batch import Array
from app.batches.text.number import pattern, plain
from app.batches.uploads.bounds import Bounds
from app.batches.uploads.delimited.blocks import Unparsed, arrow_table, parsed_blocks
from app.batches.uploads.delimited.cells import cell_kind
from app.batches.uploads.delimited.dialect import Dialect, dialect_of
from app.batches.uploads.delimited.index import Index, NotAnIndex
from app.batches.uploads.delimited.integers import first_rounded
from app.batches.uploads.delimited.records import ragged, record_at
from app.batches.uploads.delimited.survey import stray_warnings, survey
from app.batches.uploads.dropped import dropped, dropped_note
from app.batches.uploads.formats.table import RowWriter, check_columns, grouped_hint, listed, no_rows, text_warning
from app.batches.uploads.integers import refusal
from app.batches.uploads.labels import Codes, unknown_label
from app.batches.uploads.missing import FILL, NO_ROWS, row_blocks, save_bad_rows
from app.batches.uploads.parsed import LABELS, Missing, Parsed, X, mapped
from app.batches.uploads.reading import Reading
from app.errors import UnreadableBatch, shortened

FLOAT = np.dtype(np.float64)
LABEL = pa.dictionary(pa.int32(), pa.binary())


@dataclass(frozen=True)
class Columns:
    """Which columns become features, which is the label, and which are left out for what reason.

    strays: what is said of those left out for a few cells of text.
    """

    features: tuple[str, ...]
    bools: frozenset[str]
    label: str | None
    text: tuple[str, ...]
    index: Index | None = None
    warnings: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()

    @property
    def types(self) -> dict[str, pa.DataType]:
        types = {name: pa.bool_() if name in self.bools else pa.float64() for name in self.features}
        types |= {self.index.name: pa.float64()} if self.index else {}
        return types | ({self.label: LABEL} if self.label else {})

    @property
    def with_index(self) -> "Columns":
        """The index as the first feature."""
        return replace(self, index=None, features=((self.index.name,) if self.index else ()) + self.features)


@dataclass(frozen=True)
class Block:
    """The parsed rows of one block: the features, the labels' codes and values, the rows with missing values.

    rounded: the first integer that float64 does not hold, as its row, line and column in the block, and its value.
    index: the values of the column that looks like an index.
    """

    x: Array
    labels: pa.DictionaryArray | None
    bad: NDArray[np.int64]
    bad_cells: int
    rounded: tuple[int, int, str, int] | None
    index: Array | None = None


@dataclass(frozen=True)
class Source:
    """A CSV that is being read: how it is written, and within which bounds it is read to which folder."""

    upload: Path
    dialect: Dialect
    folder: Path
    bounds: Bounds


def read_csv(upload: Path, reading: Reading, folder: Path, bounds: Bounds) -> Parsed:
    """The numeric columns of a CSV as float64, truth values as 0 and 1.

    Raises:
        UnreadableBatch: it is ragged, or has no rows or no numeric column.
        UploadTooLarge: it has more columns, or its numbers take more bytes, than the bounds.
    """
    source = Source(upload, dialect_of(upload, reading.header, bounds.columns), folder, bounds)
    columns = _columns(source.dialect, reading.label, reading.drop)
    with suppress(NotAnIndex):
        return _tried(source, columns)
    return _tried(source, columns.with_index)


def _tried(source: Source, columns: Columns) -> Parsed:
    try:
        if "mixed" in source.dialect.kinds:
            columns = _surveyed(source, columns)
        return _read(source, columns)
    except Unparsed as unparsed:
        if mistake := ragged(source.upload, unparsed.here, unparsed.size, source.bounds.go_on):
            raise mistake from unparsed
    try:
        return _read(source, _surveyed(source, columns))
    except Unparsed as unparsed:
        if columns.index:  # further down it holds text
            raise NotAnIndex from unparsed
        raise _unreadable(source, unparsed) from unparsed


def _unreadable(source: Source, unparsed: Unparsed) -> UnreadableBatch:
    mistake = ragged(source.upload, unparsed.here, unparsed.size, source.bounds.go_on)
    return mistake or UnreadableBatch(f"The file is no readable CSV: {shortened(str(unparsed))}.", field="file")


def _columns(dialect: Dialect, label: str | None, drop: str) -> Columns:
    if label is not None and label not in dialect.names:
        raise unknown_label(label, dialect.names)
    asked = dropped(drop, dialect.names, "column")
    out = {*asked, label}
    kinds = {name: kind for name, kind in zip(dialect.names, dialect.kinds, strict=True) if name not in out}
    numeric = [name for name, kind in kinds.items() if kind != "text"]
    index = dialect.index if dialect.index and len(numeric) > 1 and dialect.index.name in numeric else None
    return Columns(
        features=tuple(name for name in numeric if not index or name != index.name),
        bools=frozenset(name for name, kind in kinds.items() if kind == "bool"),
        label=label,
        text=tuple(name for name, kind in kinds.items() if kind == "text"),
        index=index,
        warnings=(*dialect.notes, *dropped_note(asked)),
    )


def _surveyed(source: Source, columns: Columns) -> Columns:
    """The columns after a look at every cell: those with text are left out, and little of it is told."""
    strays = survey(source.upload, source.dialect, columns.features, columns.bools, source.bounds.go_on)
    few = {name: of_column for name, of_column in strays.items() if of_column.few}
    return replace(
        columns,
        features=tuple(name for name, of_column in strays.items() if not of_column.count),
        text=(*columns.text, *(name for name, of_column in strays.items() if of_column.count and name not in few)),
        strays=tuple(stray_warnings(source.upload, few, source.bounds.go_on)),
    )


def _read(source: Source, columns: Columns) -> Parsed:
    dialect, folder, types = source.dialect, source.folder, columns.types
    hints = [*columns.strays, *grouped_hint(dialect.grouped, [name for name in dialect.names if name not in types])]
    check_columns(columns.features, dialect.names, hints)
    codes = Codes(columns.label)
    bad, bad_cells, first = [NO_ROWS], 0, None
    with RowWriter(folder / X, len(columns.features), FLOAT, source.bounds.bytes) as writer:
        parse = partial(_block, dialect=dialect, columns=columns, types=types)
        for here, block in parsed_blocks(source.upload, dialect, parse, source.bounds.go_on):
            if columns.index and block.index is not None:
                columns.index.check(block.index, writer.rows)
            if block.rounded:
                raise _rounded(here, writer.rows, *block.rounded)
            if first is None and len(block.bad):
                first = here, int(block.bad[0])
            bad.append(block.bad + writer.rows)
            bad_cells += block.bad_cells
            if block.labels is not None:
                codes.add(block.labels)
            writer.write(block.x)
    if not writer.rows:
        raise no_rows(dialect.names)
    if empty := _empty(source, columns) if sum(map(len, bad)) == writer.rows else ():
        return _read(source, _without(columns, empty))
    if columns.label:
        np.save(folder / LABELS, codes.codes())
    return Parsed(
        feature_names=columns.features,
        label_names=codes.names(),
        able_labels=dialect.able_labels,
        warnings=(*text_warning(columns.text), *_index_note(columns), *columns.warnings, *hints),
        missing=first and _missing(source, columns, *first, np.concatenate(bad), bad_cells, writer.rows),
    )


def _index_note(columns: Columns) -> list[str]:
    return [columns.index.note] if columns.index else []


def _empty(source: Source, columns: Columns) -> tuple[str, ...]:
    """The features without a single number, unless that is all of them; it is looked at where no row is whole."""
    x = mapped(source.folder / X)
    seen = np.zeros(x.shape[1], bool)
    for _, rows in row_blocks(x, source.bounds.go_on):
        seen |= ~np.isnan(rows).all(axis=0)
    empty = tuple(name for name, any_number in zip(columns.features, seen, strict=True) if not any_number)
    return empty if seen.any() else ()


def _without(columns: Columns, empty: tuple[str, ...]) -> Columns:
    left_out = set(empty)
    features = tuple(name for name in columns.features if name not in left_out)
    said = f"Left out because they are empty: {listed(empty)}."
    return replace(columns, features=features, warnings=(*columns.warnings, said))


def _block(data: bytes, dialect: Dialect, columns: Columns, types: dict[str, pa.DataType]) -> Block:
    table = arrow_table(data, dialect, types)
    x = np.empty((table.num_rows, len(columns.features)), FLOAT)
    for position, name in enumerate(columns.features):
        x[:, position] = _numbers(table[name])
    labels = table[columns.label].unify_dictionaries().combine_chunks() if columns.label else None
    cells = ~np.isfinite(x)
    rows = cells.any(axis=1)
    missing = np.zeros(len(x), bool) if labels is None else labels.is_null().to_numpy(zero_copy_only=False)
    bad = np.flatnonzero(rows | missing)
    rounded = first_rounded(data, dialect, x, columns.features)
    index = _numbers(table[columns.index.name]) if columns.index else None
    return Block(x, labels, bad, int(cells.sum() + missing.sum()), rounded, index)


def _rounded(here: Dialect, before: int, row: int, line: int, name: str, value: int) -> UnreadableBatch:
    return refusal(f"Row {before + row + 1:,} (line {here.start_line + line:,}), column {name!r},", value)


def _numbers(column: pa.ChunkedArray) -> Array:
    numbers: Array = (
        column.cast(pa.uint8()).cast(pa.float64()) if pa.types.is_boolean(column.type) else column
    ).to_numpy()
    return numbers


def _missing(
    source: Source, columns: Columns, here: Dialect, at: int, bad: NDArray[np.int64], cells: int, rows: int
) -> Missing:
    """The missing values; the first one is looked up in its block of the file, so that its line can be named."""
    row = int(bad[0])
    line, record = record_at(source.upload, here, at, source.bounds.go_on)
    column, cell = _first_bad_cell(record, source.dialect, columns)
    place = f"row {row + 1:,} (line {line:,}), column {column!r}"
    save_bad_rows(bad, rows, source.folder, place, FILL)
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
