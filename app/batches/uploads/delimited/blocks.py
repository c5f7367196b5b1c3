"""A CSV cut in blocks of whole records, which two threads parse while the results are taken in order."""

import re
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.csv as arrow_csv

from app.batches.uploads.delimited.cells import FALSE, MISSING, TRUE
from app.batches.uploads.delimited.dialect import Dialect

BLOCK = 2 * 1024**2
"""Bytes of text a block: small enough for the processor's cache. Measured in benchmarks/reading.py."""

LONGEST = 64 * 1024**2
"""A quoted field may hold line ends, but quotes that are open for longer than this were never closed."""

THREADS = 2
AHEAD = 2

NULLS = tuple(sorted({before + text + after for text in MISSING for before in ("", " ") for after in ("", " ")}))

MINUS = "\u2212".encode()
A_NUMBERS_MINUS = re.compile(rb'(?<![^\s",;|])' + MINUS + rb"(?=[0-9.,])")

T = TypeVar("T")


def parsed_blocks(path: Path, dialect: Dialect, parse: Callable[[bytes], T]) -> Iterator[T]:
    """`parse` of each block, in order; a few blocks ahead are parsed meanwhile."""
    pending: deque[Future[T]] = deque()
    with ThreadPoolExecutor(THREADS, "csv") as pool:
        try:
            for block in blocks(path, dialect.start):
                pending.append(pool.submit(parse, block))
                if len(pending) > AHEAD:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


def blocks(path: Path, start: int) -> Iterator[bytes]:
    """The bytes from `start` in pieces that end where a record ends."""
    rest = b""
    with path.open("rb") as file:
        file.seek(start)
        while data := file.read(BLOCK):
            rest += data
            if cut := _last_record_end(rest):
                yield rest[:cut]
                rest = rest[cut:]
    if rest:
        yield rest


def _last_record_end(data: bytes) -> int:
    """After the last line feed with an even number of quotes before it; 0 if there is none."""
    cut = data.rfind(b"\n") + 1
    quotes = data.count(b'"', 0, cut)
    last = cut
    while quotes % 2 and cut:
        before = data.rfind(b"\n", 0, cut - 1) + 1
        quotes -= data.count(b'"', before, cut)
        cut = before
    return cut or (last if len(data) > LONGEST else 0)


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
            null_values=NULLS,
            true_values=[*TRUE, "1"],
            false_values=[*FALSE, "0"],
            strings_can_be_null=True,
            check_utf8=False,
        ),
    )


def _with_ascii_minus(block: bytes) -> bytes:
    """The block in which a word processor's minus sign at the start of a cell is the one that pyarrow reads."""
    return A_NUMBERS_MINUS.sub(b"-", block) if MINUS in block else block
