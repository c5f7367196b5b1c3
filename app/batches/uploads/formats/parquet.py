"""Parquet files: the promises of the footer are checked, then the columns are read in batches and written to disk."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as arrow_parquet

from app.batches.batch import Array
from app.batches.uploads.bounds import Bounds
from app.batches.uploads.dropped import dropped, dropped_note
from app.batches.uploads.formats.pages import pages_of
from app.batches.uploads.formats.table import (
    RowWriter,
    check_columns,
    check_width,
    listed,
    no_rows,
    text_warning,
    too_large,
    unique,
)
from app.batches.uploads.integers import FIRST, refusal
from app.batches.uploads.labels import Codes, check_names, unknown_label
from app.batches.uploads.missing import FILL, bad_rows, save_bad_rows, spelled
from app.batches.uploads.parsed import LABELS, Missing, Parsed, X, mapped
from app.batches.uploads.reading import Reading
from app.errors import UnreadableBatch
from bncore.exact.integers import is_rounded

BATCH_BYTES = 4 * 1024**2
PAGE = 16 * 1024**2
"""Bytes that a page may take unpacked, and a quarter of the limit where that is more; writers give it one or a few."""

BUFFER = 1024**2
"""Bytes of the file that are read ahead."""

PANDAS = re.compile(r"__index_level_\d+__")
"""What pandas calls an index without a name."""

LABEL = pa.dictionary(pa.int32(), pa.string())
PLAIN = {pa.types.is_boolean: pa.uint8(), pa.types.is_decimal: pa.float64()}


def read_parquet(upload: Path, reading: Reading, folder: Path, bounds: Bounds) -> Parsed:
    """The numeric and truth-value columns; the dtype is the one that holds them all, float32 stays float32.

    Raises:
        UnreadableBatch: it is damaged, or has no rows or no numeric column.
        UploadTooLarge: the footer promises more than the bounds, or more come.
    """
    encoded = [name for name in arrow_parquet.read_schema(upload).names if name == reading.label]
    with arrow_parquet.ParquetFile(upload, read_dictionary=encoded, buffer_size=BUFFER, pre_buffer=False) as file:
        _check_pages(upload, file.metadata, bounds)
        return _read(file, reading, folder, bounds)


def _read(file: Any, reading: Reading, folder: Path, bounds: Bounds) -> Parsed:
    check_width(file.metadata.num_columns, bounds.columns)
    _check_promises(file.metadata, bounds.bytes)
    schema = file.schema_arrow
    names, label = _distinct(schema), reading.label
    if label is not None and label not in names:
        raise unknown_label(label, names)
    asked = dropped(reading.drop, names, "column")
    index = [name for name in names if PANDAS.fullmatch(name) and name not in (*asked, label)]
    left = [field for field in schema if field.name not in (*asked, *index, label)]
    features = [field for field in left if _is_numeric(field.type)]
    text = [field.name for field in left if not _is_numeric(field.type)]
    check_columns([field.name for field in features], text)
    dtype = _dtype(features)
    feature_names = tuple(field.name for field in features)
    codes = Codes(label)
    with RowWriter(folder / X, len(features), dtype, bounds.bytes) as writer:
        for batch in _batches(file, [*feature_names, *([label] if label else [])]):
            bounds.go_on()
            _check_integers(batch, feature_names, writer.rows)
            writer.write(_rows(batch, feature_names, dtype))
            if label:
                codes.add(_labels(batch.column(label), label))
    if not writer.rows:
        raise no_rows(names)
    if label:
        np.save(folder / LABELS, codes.codes())
    return Parsed(
        feature_names=unique(feature_names),
        label_names=codes.names(),
        able_labels=tuple(field.name for field in schema if _could_label(field.type)),
        warnings=(*text_warning(text, "no numbers"), *_index_note(index), *dropped_note(asked)),
        missing=_missing(folder, feature_names, bounds.go_on),
    )


def _index_note(index: list[str]) -> list[str]:
    return [f"Left out as pandas' index: {listed(index)}."] if index else []


def _distinct(schema: pa.Schema) -> list[str]:
    names = list(schema.names)
    check_names(names)
    if len(set(names)) < len(names):
        raise UnreadableBatch(
            "The Parquet file has several columns of the same name. Rename them and save it again.", field="file"
        )
    return names


def _is_numeric(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind) or types.is_decimal(kind))


def _could_label(kind: pa.DataType) -> bool:
    types = pa.types
    text = types.is_string(kind) or types.is_large_string(kind) or types.is_dictionary(kind)
    return bool(text or types.is_boolean(kind) or types.is_integer(kind))


def _check_promises(metadata: Any, limit: int) -> None:
    """Refuse a file whose footer promises more than the limit, be it in numbers or in unpacked bytes."""
    rows, columns = metadata.num_rows, metadata.num_columns
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    size = max(rows * columns * 8, sum(group.total_byte_size for group in groups))
    if size > limit:
        raise too_large(rows, columns, size, limit)


def _check_pages(upload: Path, metadata: Any, bounds: Bounds) -> None:
    """Refuse pages that unpack to more than the limit together, or that are too large alone, as each is held whole."""
    total, rows = 0, metadata.num_rows
    with upload.open("rb") as file:
        for group in map(metadata.row_group, range(metadata.num_row_groups)):
            for chunk in map(group.column, range(group.num_columns)):
                for page in pages_of(file, chunk, bounds.go_on):
                    total += page.unpacked
                    if total > bounds.bytes or page.unpacked > max(PAGE, bounds.bytes // 4):
                        raise too_large(rows, metadata.num_columns, total, bounds.bytes)


def _batches(file: Any, columns: list[str]) -> Iterator[pa.RecordBatch]:
    rows = max(1, BATCH_BYTES // (8 * len(columns)))
    yield from file.iter_batches(batch_size=rows, columns=columns, use_threads=True)


def _dtype(features: list[pa.Field]) -> np.dtype[Any]:
    """Floats keep their precision; whatever else there is makes it float64."""
    if all(pa.types.is_floating(field.type) for field in features):
        return np.result_type(*(field.type.to_pandas_dtype() for field in features))
    return np.dtype(np.float64)


def _rows(batch: pa.RecordBatch, names: tuple[str, ...], dtype: np.dtype[Any]) -> Array:
    x = np.empty((batch.num_rows, len(names)), dtype)
    for position, name in enumerate(names):
        column = batch.column(name)
        plain = next((plain for is_kind, plain in PLAIN.items() if is_kind(column.type)), column.type)
        values = column if plain == column.type else column.cast(plain)
        x[:, position] = values.to_numpy(zero_copy_only=False)
    return x


def _check_integers(batch: pa.RecordBatch, names: tuple[str, ...], before: int) -> None:
    """Raises UnreadableBatch for the first integer that float64 does not hold, one of a decimal column as well."""
    for name in names:
        column = batch.column(name)
        if not (pa.types.is_decimal(column.type) or column.type in (pa.int64(), pa.uint64())):
            continue
        floats = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        for row in np.flatnonzero(np.abs(floats) >= FIRST):
            value = column[int(row)].as_py()
            if value == int(value) and is_rounded(int(value)):
                raise refusal(f"Row {before + int(row) + 1:,}, column {name!r},", int(value))


def _labels(column: pa.Array, label: str) -> pa.DictionaryArray:
    """The labels as text, encoded. A row without one cannot be used, and there is no column in `x` to show it."""
    if column.null_count:
        raise UnreadableBatch(
            f"The label column {label!r} has missing values. Fill them in, or choose another label.",
            field="label",
            given=label,
        )
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    return encoded.cast(LABEL)


def _missing(folder: Path, names: tuple[str, ...], go_on: Callable[[], None]) -> Missing | None:
    x = mapped(folder / X)
    rows, count = bad_rows(x, go_on)
    if not count:
        return None
    row = int(rows[0])
    column = int(np.flatnonzero(~np.isfinite(x[row]))[0])
    place = f"row {row + 1:,}, column {names[column]!r}"
    save_bad_rows(rows, len(x), folder, place, FILL)
    return Missing(count, len(rows), row, place, spelled(float(x[row, column])))
