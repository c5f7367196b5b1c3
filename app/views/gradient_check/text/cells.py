"""Rows of numbers without brackets: CSV, numbers with gaps between, or cells of a spreadsheet."""

import re

from app.views.gradient_check.text.number import bounded, no_number, number, two_readings, unreadable

PAIR = re.compile(r"[-+]?\d+,\d+")  # 1,5: one number or two
THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+")


def table(plain: str, field: str, most: int) -> list[str] | list[list[str]]:
    """The words of each row; of a single row just its words.

    Tabs or semicolons part cells of a spreadsheet, and a comma in them is a decimal point; else commas and gaps part
    numbers. On a single line semicolons part rows, as in the playground's table. Raises InvalidQuery.
    """
    plain = plain if "\n" in plain else plain.replace(";", "\n")
    cells = _of_a_spreadsheet if "\t" in plain or ";" in plain else _of_csv
    lines = [line for line in plain.splitlines() if line.strip(" \xa0")]
    rows = cells(lines, field)
    bounded(sum(map(len, rows)), field, most)
    words = [[number(word, field) for word in row] for row in rows]
    return words if len(words) > 1 else words[0]


def _of_a_spreadsheet(lines: list[str], field: str) -> list[list[str]]:
    """Cells; a comma is a decimal point, unless it may part thousands."""
    rows = _whole([re.split("[\t;]", line) for line in lines], field)
    commas = [cell for row in rows for cell in row if "," in cell]
    thousands = [cell for cell in commas if THOUSANDS.fullmatch(cell)]
    if thousands and (len(thousands) == len(commas) or any("." in cell for row in rows for cell in row)):
        raise _thousands(thousands[0], field)
    return [[cell.replace(",", ".") for cell in row] for row in rows]


def _thousands(word: str, field: str) -> Exception:
    point, whole = word.replace(",", ".", 1), word.replace(",", "")
    detail = f"“{word}” in {field} may be {point} or {whole}. Write “{point}” or “{whole}”."
    return unreadable(detail, field, word)


def _of_csv(lines: list[str], field: str) -> list[list[str]]:
    """Numbers with commas or gaps between; refused where each comma might as well be a decimal point."""
    chunks = [chunk for line in lines for chunk in line.split() if "," in chunk]
    if chunks and all(PAIR.fullmatch(chunk) for chunk in chunks):
        raise two_readings(chunks[0], field)
    rows = _whole([line.split(",") for line in lines], field)
    return [[word for cell in row for word in cell.split()] for row in rows]


def _whole(rows: list[list[str]], field: str) -> list[list[str]]:
    """Cells without the gaps around them; an empty one is refused, but for the last where it is empty in every row."""
    stripped = [[cell.strip() for cell in row] for row in rows]
    if stripped and all(len(row) > 1 and not row[-1] for row in stripped):
        stripped = [row[:-1] for row in stripped]
    for at, row in enumerate(stripped, start=1):
        if not all(row):
            raise _empty(at, row.index("") + 1, field)
    if not stripped:
        raise no_number("", field)
    return stripped


def _empty(row: int, column: int, field: str) -> Exception:
    detail = f"Row {row}, column {column} of {field} is empty, and nothing is put there for you. Write a number."
    return unreadable(detail, field, "")
