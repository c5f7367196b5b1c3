"""A CSV cut in blocks of whole records, which two threads parse while the results are taken in order."""

import re
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from app.batches.uploads.delimited.cells import FALSE, MISSING, TRUE
from app.batches.uploads.delimited.dialect import Dialect
from app.batches.uploads.delimited.nothing import emptied
from app.batches.uploads.delimited.quotes import never_closed, opened
from app.batches.uploads.delimited.records import LONGEST, too_long
from app.errors import UnreadableBatch

BLOCK = 2 * 1024**2
"""Bytes of text a block: small enough for the processor's cache. Measured in benchmarks/reading.py."""

OPEN = 32 * 1024**2
"""A quoted field may hold line ends, but quotes that are open for longer than this were never closed."""

THREADS = 2
AHEAD = 2

# pyarrow makes a tree of them for each column of each block, tens of kilobytes each: without blanks it is a quarter
NULLS = tuple(sorted({before + text + after for text in MISSING for before in ("", " ") for after in ("", " ")}))

MINUS = "\u2212".encode()
A_NUMBERS_MINUS = re.compile(rb'(?<![^\s",;|])' + MINUS + rb"(?=[0-9.,])")

T = TypeVar("T")


class Unparsed(Exception):
    """A block that pyarrow refuses: where it begins, how long it is, and why."""

    def __init__(self, here: Dialect, size: int, why: str) -> None:
        super().__init__(why)
        self.here = here
        self.size = size


def parsed_blocks(
    path: Path, dialect: Dialect, parse: Callable[[bytes], T], go_on: Callable[[], None]
) -> Iterator[tuple[Dialect, T]]:
    """`parse` of each block, in order, with the dialect of a file that begins there; a few are parsed ahead.

    Raises Unparsed for the first block that pyarrow refuses.
    """
    pending: deque[tuple[Dialect, int, Future[T | None]]] = deque()
    with ThreadPoolExecutor(THREADS, "csv") as pool:
        try:
            for here, block in _placed(path, dialect, go_on):
                pending.append((here, len(block), pool.submit(_parsed, parse, block, dialect.delimiter)))
                if len(pending) > AHEAD:
                    yield from _result(*pending.popleft())
            while pending:
                go_on()
                yield from _result(*pending.popleft())
        finally:
            for _, _, future in pending:
                future.cancel()


def _parsed(parse: Callable[[bytes], T], block: bytes, delimiter: str) -> T | None:
    """None of a block without a record, which pyarrow does not take."""
    rows = emptied(block, delimiter)
    return None if rows.isspace() or not rows else parse(rows)


def _result(here: Dialect, size: int, future: Future[T | None]) -> Iterator[tuple[Dialect, T]]:
    try:
        result = future.result()
    except pa.ArrowInvalid as error:
        raise Unparsed(here, size, str(error)) from error
    if result is not None:
        yield here, result


def _placed(path: Path, dialect: Dialect, go_on: Callable[[], None]) -> Iterator[tuple[Dialect, bytes]]:
    """The blocks, each with the dialect of a file that begins there.

    Raises UnreadableBatch at the end, where the last one has a quote that is not closed.
    """
    here, last, block = dialect, dialect, b""
    for block in blocks(path, dialect.start, go_on):
        last = here
        yield here, block
        here = replace(here, start=here.start + len(block), start_line=here.start_line + block.count(b"\n"))
    if (line := opened(block, dialect.delimiter)) is not None:
        raise never_closed(last.start_line + line + 1)


def blocks(path: Path, start: int, go_on: Callable[[], None]) -> Iterator[bytes]:
    """The bytes from `start` in pieces that end where a record ends; each byte is looked at once.

    Raises:
        UnreadableBatch: a quote stays open, or a line goes on, for too long.
    """
    parts: list[bytes] = []
    quotes = held = line = 0
    with path.open("rb") as file:
        file.seek(start)
        while data := file.read(BLOCK):
            go_on()
            line = len(data) - end if (end := data.rfind(b"\n") + 1) else line + len(data)
            if cut := _last_record_end(data, quotes):
                yield b"".join([*parts, data[:cut]])
                parts, quotes, held, data = [], 0, 0, data[cut:]
            parts.append(data)
            quotes += data.count(b'"')
            held += len(data)
            _check_end(line, held)
    if rest := b"".join(parts):
        yield rest


def _last_record_end(data: bytes, before: int) -> int:
    """After the last line feed with an even number of quotes before it, those `before` the data included; or 0."""
    if b'"' not in data:
        return 0 if before % 2 else data.rfind(b"\n") + 1
    characters = np.frombuffer(data, np.uint8)
    ends, quotes = (np.flatnonzero(characters == ord(one)) for one in '\n"')
    even = ends[(np.searchsorted(quotes, ends) + before) % 2 == 0]
    return int(even[-1]) + 1 if len(even) else 0


def _check_end(line: int, held: int) -> None:
    if line > LONGEST:
        raise too_long("The file has a line")
    if held > OPEN:
        raise UnreadableBatch(
            f"The file has a quote that is not closed within {OPEN:,} bytes. Close it, or leave it out.", field="file"
        )


def arrow_table(block: bytes, dialect: Dialect, types: dict[str, pa.DataType]) -> pa.Table:
    """The columns in `types` of one block.

    Raises:
        pyarrow.ArrowInvalid: a record is ragged, or a cell is not of its column's type.
    """
    return arrow_csv.read_csv(
        pa.BufferReader(_with_ascii_minus(block)),
        read_options=arrow_csv.ReadOptions(column_names=dialect.names, use_threads=False, block_size=len(block) + 1),
        parse_options=arrow_csv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=b'"' in block),
        convert_options=arrow_csv.ConvertOptions(
            column_types=types,
            include_columns=list(types),
            decimal_point=dialect.decimal,
            null_values=NULLS if b" " in block else MISSING,
            true_values=[*TRUE, "1"],
            false_values=[*FALSE, "0"],
            strings_can_be_null=True,
            check_utf8=False,
        ),
    )


def _with_ascii_minus(block: bytes) -> bytes:
    """The block in which a word processor's minus sign at the start of a cell is the one that pyarrow reads."""
    return A_NUMBERS_MINUS.sub(b"-", block) if MINUS in block else block
