"""What the readers of tables share: rows written to an NPY file as they come, and the names of columns."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.lib import format as npy_format

from app.batches.batch import Array
from app.batches.text.number import ungrouped
from app.errors import UnreadableBatch, UploadTooLarge, shortened


class RowWriter:
    """An NPY file whose number of rows is known at the end: its header leaves room for it."""

    def __init__(self, path: Path, columns: int, dtype: np.dtype[Any], limit: int) -> None:
        self.rows = 0
        self._columns = columns
        self._dtype = dtype
        self._limit = limit
        self._file = path.open("wb")
        self._write_header()

    def __enter__(self) -> "RowWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._file.seek(0)
            self._write_header()
        self._file.close()

    def write(self, block: Array) -> None:
        """Append the rows of `block`, which has the writer's columns and dtype.

        Raises:
            UploadTooLarge: the array passes the limit.
        """
        self.rows += len(block)
        size = self.rows * self._columns * self._dtype.itemsize
        if size > self._limit:
            raise too_large(self.rows, self._columns, size, self._limit)
        self._file.write(block.data)

    def _write_header(self) -> None:
        header = {"descr": self._dtype.str, "fortran_order": False, "shape": (self.rows, self._columns)}
        npy_format.write_array_header_1_0(self._file, header)


def too_large(rows: int, columns: int, size: int, limit: int) -> UploadTooLarge:
    """The error for a table whose numbers take more than the limit."""
    return UploadTooLarge(
        f"The table unpacks to {rows:,} rows of {columns:,} columns or more, {size:,} bytes; the limit is {limit:,}. "
        "Upload fewer rows or columns.",
        field="file",
        given=size,
        allowed=f"at most {limit} bytes",
    )


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """The names, trimmed; an empty one becomes `x<position>` and a repeated one `name (2)`."""
    count: Counter[str] = Counter()
    taken: dict[str, None] = {}
    for position, name in enumerate(names):
        wanted = name.strip() or f"x{position}"
        count[wanted] += 1
        while (free := wanted if count[wanted] == 1 else f"{wanted} ({count[wanted]})") in taken:
            count[wanted] += 1
        taken[free] = None
    return tuple(taken)


def check_width(columns: int, most: int) -> None:
    """Refuse a table of more columns than the limit."""
    if columns > most:
        raise UploadTooLarge(
            f"The table has {columns:,} columns; the limit of this server is {most:,}. Upload fewer, or the numbers "
            "as an NPY array.",
            field="file",
            given=columns,
            allowed=f"at most {most} columns",
        )


def check_columns(numeric: Sequence[str], text: Sequence[str], hints: Sequence[str] = ()) -> None:
    """Refuse a table without a numeric column; `hints` say how it could have one."""
    if not numeric:
        raise UnreadableBatch(
            f"The table has no column of numbers; its columns hold text: {listed(text)}. "
            f"{' '.join(hints) or 'A batch needs at least one numeric column besides the labels.'}",
            field="file",
        )


def no_rows(columns: Sequence[str]) -> UnreadableBatch:
    """The error for a table of names only."""
    return UnreadableBatch(
        f"The table has column names ({listed(columns)}) but no row below them. Upload at least one row of numbers.",
        field="file",
    )


def text_warning(names: Sequence[str], what: str = "text") -> list[str]:
    """The warning that names the text columns, if there are any."""
    return [f"Left out because they hold {what}: {listed(names)}."] if names else []


def grouped_hint(grouped: Mapping[str, str], left_out: Sequence[str]) -> list[str]:
    """What to do about columns that are left out because their numbers have marks between the thousands."""
    names = [name for name in left_out if name in grouped]
    if not names:
        return []
    cell = grouped[names[0]].strip()[:40]
    return [
        f"Numbers with marks between their thousands stand in {listed(names)}, as {cell!r}: write them without, "
        f"as {ungrouped(cell)!r}, to have them as features."
    ]


def listed(names: Sequence[str]) -> str:
    """Up to thirty names, and how many more there are."""
    return ", ".join(str(shortened(name)) for name in names[:30]) + (
        f" and {len(names) - 30} more" if len(names) > 30 else ""
    )
