"""Rows of numbers without brackets: CSV, numbers with gaps between, or cells of a spreadsheet.

    a tab, or a semicolon within one of several lines, parts cells of a spreadsheet: a comma in them is a decimal point
    else commas part numbers; in a row without commas gaps do
    a new line ends a row; on a single line, or at the end of one, a semicolon does

Where something beside the text says that commas part numbers and a point is for decimals, as a query's field does, that
is how it is read (`declared_rows`); a text that comes alone is refused where each comma might be a decimal point
(`rows_of`).
"""

import re

from app.batches.text.number import checked, may_be_thousands, plain, undecided
from app.batches.text.refusal import Unreadable, cells_or_rows, empty, several_numbers, thousands, two_numbers

PAIR = re.compile(r"[-+]?[0-9]+,[0-9]+")  # 1,5: one number or two
SEVERAL = re.compile(r"[-+]?[1-9][0-9]{0,2}(?:,[0-9]{3}){2,}")  # 1,234,567: one number or three
DECIMAL_COMMA = re.compile(r"[-+]?[0-9]*,[0-9]+(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+,")
Rows = list[list[str]]


def declared_rows(text: str) -> Rows:
    """The cells of each row, where commas are said to part numbers; a cell may be empty.

    Raises Unreadable where semicolons stand within several lines.
    """
    lines = _lines(plain(text))
    if len(lines) > 1 and "\n" in plain(text).strip(" \n"):
        for line in lines:
            if ";" in line:
                raise cells_or_rows(line)
    if any("\t" in line for line in lines):
        return _with_points(_split(lines), "")
    return [_parted(line) for line in lines]


def rows_of(text: str, of: str = "", *, finite: bool = True) -> Rows:
    """The numbers of each row, told from the text alone, as words with a point for decimals.

    A last cell that is empty in every row is none. Raises Unreadable, naming the field `of` which it is, for a word
    that is no number, for an empty cell or text, and for what can be read in two ways.
    """
    lines = _lines(plain(text))
    if any("\t" in line or ";" in line for line in lines):
        rows = _with_points(_whole(_split(lines), of), of)
    else:
        _refuse_two_readings(lines, of)
        rows = _whole([_parted(line) for line in lines], of)
    return [[checked(word, of, finite=finite) for word in row] for row in rows]


def one_cell(text: str, of: str = "") -> str:
    """The number in a single cell, in which a comma is a decimal point. Raises Unreadable."""
    return checked(_with_points([[plain(text).strip()]], of)[0][0], of)


def _lines(text: str) -> list[str]:
    """The rows' texts, without blank ones: lines, or the parts of a single one between semicolons."""
    text = text.strip(" \n")
    if "\n" not in text:
        return _not_blank(text.split(";"))
    lines = _not_blank(text.split("\n"))
    ended = [line.rstrip(" ").removesuffix(";") for line in lines]
    return lines if any("\t" in line or ";" in line for line in ended) else _not_blank(ended)


def _not_blank(lines: list[str]) -> list[str]:
    return [line for line in lines if line.strip(" ")]


def _split(lines: list[str]) -> Rows:
    return [[cell.strip() for cell in re.split("[\t;]", line)] for line in lines]


def _parted(line: str) -> list[str]:
    """The cells of a row: between its commas, or between its gaps if it has none."""
    return [cell.strip() for cell in line.split(",")] if "," in line else line.split()


def _with_points(rows: Rows, of: str) -> Rows:
    """Cells of a spreadsheet with points for decimal commas. Raises Unreadable where a mark may part thousands."""
    cells = [cell for row in rows for cell in row]
    if (either := undecided(cells)) is not None:
        raise thousands(either, ",", of)
    dotted = [cell for cell in cells if may_be_thousands(cell, ".")]
    if dotted and any("," in cell for cell in cells):
        raise thousands(dotted[0], ".", of)
    return [[cell.replace(",", ".") if DECIMAL_COMMA.fullmatch(cell) else cell for cell in row] for row in rows]


def _refuse_two_readings(lines: list[str], of: str) -> None:
    """Raises Unreadable where each comma might as well be a decimal point, or part thousands."""
    chunks = [chunk for line in lines for chunk in line.split() if "," in chunk]
    if chunks and all(PAIR.fullmatch(chunk) or SEVERAL.fullmatch(chunk) for chunk in chunks):
        raise two_numbers(chunks[0], of) if PAIR.fullmatch(chunks[0]) else several_numbers(chunks[0], of)


def _whole(rows: Rows, of: str) -> Rows:
    """The rows without a last cell that is empty in all of them; every other empty one is refused."""
    if rows and all(len(row) > 1 and not row[-1] for row in rows):
        rows = [row[:-1] for row in rows]
    for at, row in enumerate(rows, start=1):
        if not all(row):
            raise empty(at, row.index("") + 1, of)
    if not rows:
        raise Unreadable(f"There is no number{f' in {of}' if of else ''}.")
    return rows
