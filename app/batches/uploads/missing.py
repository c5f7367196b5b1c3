"""Missing and infinite values: which rows hold them, and where the first one stands."""

import mmap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.batches.batch import Array
from app.batches.uploads.bounds import wanted
from app.batches.uploads.parsed import BAD_ROWS, Missing
from app.errors import UnreadableBatch

BLOCK = 4 * 1024**2
"""Bytes that are looked at in one go."""

FILL = "Fill the values in, or leave out the columns that are empty"
NO_ROWS: NDArray[np.int64] = np.empty(0, np.int64)


def bad_rows(x: Array, go_on: Callable[[], None] = wanted) -> tuple[NDArray[np.int64], int]:
    """The rows of `x` that hold a value that is not finite, in order, and how many such values there are."""
    if x.dtype.kind != "f":
        return NO_ROWS, 0
    bad, count = [NO_ROWS], 0
    for start, block in row_blocks(x, go_on):
        finite = np.isfinite(block)
        if finite.all():
            continue
        count += int(finite.size - np.count_nonzero(finite))
        rows = ~finite.reshape(len(block), -1).all(axis=1)
        bad.append(np.flatnonzero(rows).astype(np.int64) + start)
    return np.concatenate(bad), count


def missing_of_arrays(arrays: Mapping[str, Array], folder: Path, go_on: Callable[[], None] = wanted) -> Missing | None:
    """The missing values of arrays with the same rows, by name; the rows are left in `folder`."""
    rows_of = {name: bad_rows(values, go_on) for name, values in arrays.items()}
    bad = [name for name, (_, count) in rows_of.items() if count]
    if not bad:
        return None
    rows = np.unique(np.concatenate([rows_of[name][0] for name in bad]))
    name, values, first = bad[0], arrays[bad[0]], int(rows_of[bad[0]][0][0])
    index = np.argwhere(~np.isfinite(np.asarray(values[first])))[0]
    place = ", ".join(str(i) for i in [first, *index])
    count = sum(count for _, count in rows_of.values())
    value = spelled(float(values[first][tuple(index)]))
    positions = values.ndim > 2
    do = "Fill the values in" if name == next(iter(arrays)) else f"Fill the values in, or leave {name} out of the file"
    if positions:  # of which some may be left out, even where each example has one
        np.save(folder / BAD_ROWS, rows)
    else:
        save_bad_rows(rows, len(values), folder, f"{name}[{place}]", do)
    return Missing(count, len(rows), first, f"{name}[{place}]", value, tuple(bad), positions)


def save_bad_rows(rows: NDArray[np.int64], examples: int, folder: Path, first: str, do: str) -> None:
    """Leave the numbers of the rows that `missing=drop` drops; `first` is where the first such value stands.

    Raises:
        UnreadableBatch: every row is to be dropped; it says to `do` something.
    """
    if len(rows) == examples:
        each = "The only row" if examples == 1 else f"Each of the {examples:,} rows"
        raise UnreadableBatch(
            f"{each} has a missing or infinite value, the first in {first}, so no example is left. {do}.",
            field="file",
        )
    np.save(folder / BAD_ROWS, rows)


def spelled(value: float) -> str:
    """A value that is not finite, in words."""
    return "a missing value (NaN)" if np.isnan(value) else f"an infinite value ({value})"


def row_blocks(x: Array, go_on: Callable[[], None] = wanted) -> Iterator[tuple[int, Array]]:
    """The array a few rows at a time, each piece with the number of its first row; a scalar counts as a row.

    Of a mapped array no more than a piece stays in memory.
    """
    if x.ndim == 0:
        x = x.reshape(1)
    rows = max(1, BLOCK // max(1, x[:1].nbytes))
    for start in range(0, len(x), rows):
        go_on()
        yield start, x[start : start + rows]
        if isinstance(x, np.memmap):
            x._mmap.madvise(mmap.MADV_DONTNEED)  # type: ignore[attr-defined]
