"""A CSV record by record: slow, and so only to say where in the file a mistake stands."""

import csv
from collections.abc import Iterator
from pathlib import Path

from app.batches.uploads.delimited.dialect import Dialect
from app.batches.uploads.labels import decoded
from app.errors import UnreadableBatch
from app.figures.numbers import counted


def records(path: Path, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Each data record and the line that it begins on, counted from 1; blank lines are no records.

    Raises:
        UnreadableBatch: a field is endless.
    """
    with path.open("rb") as file:
        file.seek(dialect.start)
        reader = csv.reader(map(decoded, file), delimiter=dialect.delimiter)
        line = dialect.start_line + 1
        try:
            for record in reader:
                if record:
                    yield line, record
                line = dialect.start_line + reader.line_num + 1
        except csv.Error as error:
            raise UnreadableBatch(
                f"Line {line} begins a record that cannot be read: {error}. Is a quote never closed?", field="file"
            ) from error


def record_at(path: Path, dialect: Dialect, row: int) -> tuple[int, list[str]]:
    """The line and the fields of the data record `row`, counted from 0."""
    return next(record for number, record in enumerate(records(path, dialect)) if number == row)


def ragged(path: Path, dialect: Dialect) -> UnreadableBatch | None:
    """The error that names the first line with too few or too many fields, if there is one."""
    width = len(dialect.names)
    for line, record in records(path, dialect):
        if len(record) != width:
            return UnreadableBatch(
                f"Line {line} has {counted(len(record), 'field')}, and the first row has {width:,}. Every row needs as "
                f"many fields as the first (separated by {dialect.delimiter!r}); mend this line.",
                field="file",
                given=f"{counted(len(record), 'field')} on line {line}",
                allowed=counted(width, "field"),
            )
    return None
