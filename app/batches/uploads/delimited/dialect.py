"""How a CSV is written, told from its first lines: delimiter, decimal point, header, and what its columns hold."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Literal

from app.batches.text.number import pattern, plain, undecided, ungrouped
from app.batches.text.refusal import thousands
from app.batches.uploads.delimited.cells import CellKind, cell_kind, column_kind
from app.batches.uploads.delimited.index import WHOLE, Index, header_notes, index_of, is_header_by_pandas
from app.batches.uploads.delimited.nothing import holds
from app.batches.uploads.delimited.quotes import never_closed, opened
from app.batches.uploads.formats.table import check_width, no_rows, unique
from app.batches.uploads.labels import check_names, decoded
from app.batches.uploads.reading import Header
from app.errors import UnreadableBatch
from app.figures.numbers import counted

SAMPLE = 1024**2
LINES = 200
CELLS = 20_000
"""Cells that tell one way of writing from another."""

DELIMITERS = (",", "\t", ";", "|", " ")
SAYS = re.compile(rb'"?sep=([,\t;| ])"?\r?\n', re.IGNORECASE)
"""The first line in which a file for Excel says its delimiter."""

BOM = b"\xef\xbb\xbf"
FEW_CLASSES = 20
FEW_NAMES = 0.9
"""Spaces delimit if this share of the rows agrees; otherwise they stand inside names."""

Record = list[str]
ColumnKind = CellKind | Literal["mixed"]


@dataclass(frozen=True)
class Dialect:
    """How to read the file, and what its first lines say about its columns.

    start: bytes before the first data record (a BOM, the delimiter for Excel, comments, the header).
    start_line: lines before it.
    kinds: the kind of each column in the sample.
    able_labels: columns that could hold class labels, as the sample tells.
    grouped: for columns of text that are numbers with marks between their thousands, the first such cell.
    index: the column that looks like pandas' index, if any; `notes` is what is said of the first line.
    """

    delimiter: str
    decimal: str
    names: tuple[str, ...]
    start: int
    start_line: int
    kinds: tuple[ColumnKind, ...]
    able_labels: tuple[str, ...]
    grouped: dict[str, str]
    index: Index | None = None
    notes: tuple[str, ...] = ()


def dialect_of(path: Path, header: Header, columns: int) -> Dialect:
    """The dialect of the CSV in `path`.

    Raises:
        UnreadableBatch: it has no row below its header, or lines that cannot be told apart.
        UploadTooLarge: it has more than so many columns.
    """
    skipped, lines = _sample(path)
    says = SAYS.fullmatch(lines[0]) if lines else None
    before = 1 if says else 0
    comments = _leading_comments(lines, before)
    body = lines[comments:]
    delimiter, decimal = _best_format(body, (says[1].decode(),) if says else DELIMITERS)
    records = _records(body, delimiter)
    if not records:
        raise no_rows([])
    check_width(len(records[0]), columns)
    _refuse_two_readings(records, delimiter, decimal)
    kinds = _kinds(records, decimal)
    commented = _commented_names(lines[before:comments], delimiter, len(records[0]))
    by_itself = _looks_like_header(kinds) or is_header_by_pandas(records)
    has_header = commented is None and (by_itself if header == "auto" else header == "yes")
    names = records[0] if has_header else commented or [""] * len(records[0])
    used = comments + (_header_lines(body, delimiter) if has_header else 0)
    if used == len(lines) and (line := opened(b"".join(body), delimiter)) is not None:
        raise never_closed(comments + line + 1, f"not closed within {counted(len(body), 'line')}")
    dialect = _dialect(delimiter, decimal, names, skipped, lines[:used], kinds[has_header:], records[has_header:])
    written = names if has_header else commented
    index = index_of(written, dialect.names, records[has_header:])
    return replace(dialect, index=index, notes=tuple(header_notes(records[0], has_header)) if header == "auto" else ())


def _refuse_two_readings(records: list[Record], delimiter: str, decimal: str) -> None:
    """Raises UnreadableBatch where each comma of numbers with decimal commas may as well part thousands.

    Among commas that delimit, quoted ones are taken for thousands' then (`_numeric`), and their columns are left out;
    so is a column in which a cell with both marks says which is which.
    """
    if decimal == delimiter or decimal == ".":
        return
    number = re.compile(pattern(decimal))
    cells = [cell for record in records for cell in record]
    numbers = [cell for cell in cells if number.fullmatch(cell)]
    if any(ungrouped(cell) for cell in cells if not number.fullmatch(cell)):
        return
    if (either := undecided(numbers)) is not None:
        error = thousands(plain(either).strip(), decimal, "the file")
        raise error.told(UnreadableBatch, "file", "decimal points, or whole numbers without marks")


def _dialect(
    delimiter: str,
    decimal: str,
    names: Record,
    skipped: int,
    head: list[bytes],
    kinds: list[list[CellKind]],
    records: list[Record],
) -> Dialect:
    if not records:
        raise no_rows(names)
    columns = tuple(column_kind(row[i] for row in kinds if i < len(row)) for i in range(len(names)))
    check_names(names)
    made = unique(names)
    able = (name for i, name in enumerate(made) if _could_label(columns[i], [r[i] for r in records if i < len(r)]))
    start = skipped + sum(map(len, head))
    grouped = _grouped(made, columns, records, decimal)
    return Dialect(delimiter, decimal, made, start, len(head), columns, tuple(able), grouped)


def _grouped(
    names: tuple[str, ...], columns: tuple[ColumnKind, ...], records: list[Record], decimal: str
) -> dict[str, str]:
    """The columns of which every cell that is no number would be one without marks between its thousands."""
    number, counts = re.compile(pattern(decimal)), {}
    for i, (name, kind) in enumerate(zip(names, columns, strict=True)):
        if kind not in ("text", "mixed"):
            continue
        stray = [row[i] for row in records if i < len(row) and cell_kind(row[i], number) in ("text", "bool")]
        if stray and all(map(ungrouped, stray)):
            counts[name] = stray[0]
    return counts


def _sample(path: Path) -> tuple[int, list[bytes]]:
    """The length of the byte order mark and the first lines after it, whole ones unless the file is one line.

    A line ends with a line feed: a lone carriage return, form feed … inside one does not end it.
    """
    with path.open("rb") as file:
        data = file.read(SAMPLE)
    skipped = len(BOM) if data.startswith(BOM) else 0
    if b"\n" not in data and (len(data) == SAMPLE or b"\r" in data.rstrip()):
        raise UnreadableBatch(
            "The file has no line ends that are understood. Save it with a line feed (LF or CRLF) after each row.",
            field="file",
        )
    lines = io.BytesIO(data[skipped:]).readlines()
    cut = lines if len(data) < SAMPLE else lines[:-1]
    return skipped, cut[:LINES]


def _leading_comments(lines: list[bytes], before: int) -> int:
    """How many lines at the start, behind so many others, begin with `#`, as numpy.savetxt writes its header."""
    return next((i for i in range(before, len(lines)) if not lines[i].startswith(b"#")), len(lines))


def _commented_names(comments: list[bytes], delimiter: str, width: int) -> Record | None:
    """The names in the last comment, if it has as many fields as the table has columns."""
    if not comments:
        return None
    names = _records([comments[-1].lstrip(b"# ")], delimiter)
    return names[0] if names and len(names[0]) == width else None


def _records(lines: list[bytes], delimiter: str) -> list[Record]:
    """The records in these lines; blank ones and those of delimiters alone are none."""
    try:
        return [record for record in csv.reader(map(decoded, lines), delimiter=delimiter) if holds(record)]
    except csv.Error as error:
        detail = f"The file is no readable CSV: {error}. Is a quote never closed?"
        raise UnreadableBatch(detail, field="file") from error


def _header_lines(body: list[bytes], delimiter: str) -> int:
    """How many lines the first record takes, those before it that hold none included."""
    reader = csv.reader(map(decoded, body), delimiter=delimiter)
    for record in reader:
        if holds(record):
            break
    return reader.line_num


def _best_format(lines: list[bytes], delimiters: Sequence[str]) -> tuple[str, str]:
    """The delimiter and the decimal point under which the table is most regular and most of its cells are numbers.

    Where commas delimit, quoted ones may be decimal commas.
    """
    formats = [(delimiter, decimal) for decimal in (".", ",") for delimiter in delimiters]
    return max(formats, key=lambda f: _score(_records(lines, f[0]), *f))


def _score(records: list[Record], delimiter: str, decimal: str) -> float:
    """How regular and how numeric the table is; -1 for one column, and for spaces that are parts of names."""
    widths = Counter(map(len, records))
    width, regular = widths.most_common(1)[0] if widths else (1, 0)
    if width == 1 or (delimiter == " " and regular < FEW_NAMES * len(records)):
        return -1.0
    number = re.compile(pattern(decimal))
    cells = list(islice((cell for record in records[1:] or records for cell in record), CELLS))
    numeric = sum(_numeric(cell, number, delimiter == decimal) for cell in cells)
    return (1 + numeric / len(cells)) * regular / len(records)


def _numeric(cell: str, number: re.Pattern[str], quoted: bool) -> float:
    """1 for a number, and a half for one with marks between its thousands, which "1,234" among commas is taken for."""
    grouped = ungrouped(cell) is not None
    if number.fullmatch(cell) and not (quoted and grouped):
        return 1.0
    return 0.5 if grouped else 0.0


def _kinds(records: list[Record], decimal: str) -> list[list[CellKind]]:
    number = re.compile(pattern(decimal))
    return [[cell_kind(cell, number) for cell in record] for record in records]


def _looks_like_header(kinds: list[list[CellKind]]) -> bool:
    """Names stand above numbers; where no column has numbers, or no row follows, a row without numbers is names."""
    first, rest = kinds[0], kinds[1:]
    below = [column_kind(row[i] for row in rest if i < len(row)) for i in range(len(first))]
    if any(cell == "text" and column in ("number", "bool", "mixed") for cell, column in zip(first, below, strict=True)):
        return True
    return "number" not in below and "number" not in first and "bool" not in first


def _could_label(kind: ColumnKind, cells: list[str]) -> bool:
    """Text, or few different whole numbers."""
    different = set(cells)
    if kind == "number":
        return len(different) <= FEW_CLASSES and all(WHOLE.fullmatch(cell) for cell in different if cell)
    return kind in ("text", "bool") and (len(different) < len(cells) or len(cells) < FEW_CLASSES)
