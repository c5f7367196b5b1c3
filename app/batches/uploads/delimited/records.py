"""A CSV record by record: slow, and so only to say where in the file a mistake stands."""

import csv
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from app.batches.uploads.bounds import wanted
from app.batches.uploads.delimited.dialect import Dialect
from app.batches.uploads.delimited.nothing import holds
from app.batches.uploads.labels import decoded
from app.errors import UnreadableBatch
from app.figures.numbers import counted

LONGEST = 8 * 1024**2
"""Bytes of a record, and of a line: what has more is no table."""

STEP = 1024**2
"""Bytes between two looks at whether anybody still waits."""


def records(
    path: Path, dialect: Dialect, size: int | None = None, go_on: Callable[[], None] = wanted
) -> Iterator[tuple[int, list[str]]]:
    """Each data record and the line that it begins on, counted from 1; a line of delimiters alone is none.

    size: the bytes in which they begin; None for all that follow the dialect's start.

    Raises:
        UnreadableBatch: a field, a line or a record is endless.
    """
    lines = Lines(path, dialect.start, size, go_on)
    reader = csv.reader(map(decoded, lines), delimiter=dialect.delimiter)
    line = dialect.start_line + 1
    try:
        for record in reader:
            if holds(record):
                yield line, record
            line = dialect.start_line + reader.line_num + 1
            lines.of_record = 0
    except csv.Error as error:
        raise UnreadableBatch(
            f"Line {line} begins a record that cannot be read: {error}. Is a quote never closed?", field="file"
        ) from error


class Lines:
    """The lines of a file, bounded; `of_record` counts the bytes since its reader set it to 0."""

    def __init__(self, path: Path, start: int, size: int | None, go_on: Callable[[], None]) -> None:
        self.of_record = 0
        self._path = path
        self._start = start
        self._left = sys.maxsize if size is None else size
        self._go_on = go_on

    def __iter__(self) -> Iterator[bytes]:
        looked = self._left
        with self._path.open("rb") as file:
            file.seek(self._start)
            while self._left > 0 and (line := file.readline(LONGEST + 1)):
                self._left -= len(line)
                self.of_record += len(line)
                if self.of_record > LONGEST:
                    raise too_long("The file has a record")
                if looked - self._left > STEP:
                    self._go_on()
                    looked = self._left
                yield line


def too_long(what: str) -> UnreadableBatch:
    """The error for a line or a record that is too long."""
    return UnreadableBatch(
        f"{what} of more than {LONGEST:,} bytes, which is no row of a table. Save it with a line feed after each row, "
        "and close all quotes.",
        field="file",
    )


def record_at(path: Path, dialect: Dialect, row: int, go_on: Callable[[], None] = wanted) -> tuple[int, list[str]]:
    """The line and the fields of the data record `row`, counted from 0 where the dialect starts."""
    return next(record for number, record in enumerate(records(path, dialect, go_on=go_on)) if number == row)


def ragged(path: Path, dialect: Dialect, size: int, go_on: Callable[[], None] = wanted) -> UnreadableBatch | None:
    """The error that names the first line with too few or too many fields, if `size` bytes hold one."""
    width = len(dialect.names)
    for line, record in records(path, dialect, size, go_on):
        if len(record) != width:
            return UnreadableBatch(
                f"Line {line} has {counted(len(record), 'field')}, and the first row has {width:,}. Every row needs as "
                f"many fields as the first (separated by {dialect.delimiter!r}); mend this line.",
                field="file",
                given=f"{counted(len(record), 'field')} on line {line}",
                allowed=counted(width, "field"),
            )
    return None
