"""A report as text for a terminal, Markdown, CSV and plain data."""

import csv
import io
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bncore.doctor.difference import Moved
from bncore.doctor.findings import Finding
from bncore.doctor.report.differences import changes, compared
from bncore.doctor.report.report import Report, Row
from bncore.doctor.report.words import further, headline, kind_title, line_of, sentence, subject

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the start of a formula
COLUMNS = ("severity", "norm", "kind", "channels", "finding", "at_channels", "sentence")


@dataclass(frozen=True)
class Form:
    """A form of a report: its media type, the ending of its file's name, and its text."""

    media_type: str
    ending: str
    write: Callable[[Report], str]


def text(report: Report) -> str:
    """A line a norm, worst first."""
    rows = [(row.severity, subject(row), _kind(row), _channels(row), _told(row)) for row in report.rows]
    wide = [max((len(row[i]) for row in rows), default=0) for i in range(4)]
    lines = ["  ".join([*(cell.ljust(wide[i]) for i, cell in enumerate(row[:4])), row[4]]).rstrip() for row in rows]
    moved = [f"{one.norm}  {changes(one)}" for one in report.differences]
    beside = ["", compared(report.differences, report.other), *moved] if report.other else []
    return "".join(
        f"{_shown(line)}\n" for line in (line_of(report), headline(report), *_notes(report), "", *lines, *beside)
    )


def markdown(report: Report) -> str:
    """A table a report, every finding a line of it."""
    head = ["| severity | norm | channels | finding |", "|---|---|---:|---|"]
    rows = [
        f"| {row.severity} | `{_cell(subject(row))}` | {_channels(row)} | {_cell(one)} |"
        for row in report.rows
        for one in ([finding.sentence for finding in row.findings] or [sentence(row)])
    ]
    notes = [f"- {note}" for note in _notes(report)]
    parts = [f"# {line_of(report)}", "", headline(report), "", *head, *rows, *(["", *notes] if notes else [])]
    if report.other:
        lines = [f"| `{_cell(one.norm)}` | {_cell(changes(one))} |" for one in report.differences]
        parts += ["", f"## {compared(report.differences, report.other)}", "", "| norm | change |", "|---|---|", *lines]
    return "\n".join(parts) + "\n"


def table(report: Report) -> str:
    """A line a finding, and one for each norm without."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in report.rows:
        for finding in row.findings or (None,):
            writer.writerow([_safe(str(cell)) for cell in _line(row, finding)])
    return file.getvalue()


def _line(row: Row, finding: Finding | None) -> tuple[Any, ...]:
    about = subject(row), _kind(row), _channels(row)
    if finding is None:
        return (row.severity, *about, "", "", sentence(row))
    return (finding.severity, *about, finding.id, " ".join(map(str, finding.channels)), finding.sentence)


def plain(report: Report) -> dict[str, Any]:
    """The report as plain data; a number that is not finite is None."""
    return {
        "headline": headline(report),
        "model": {
            "called": report.called, "format": report.model.format, "norms": len(report.model.norms),
            "tensors": len(report.model.tensors), "notes": list(report.model.notes),
        },
        "counts": report.counts,
        "findings": [plain_finding(finding) for finding in report.findings],
        "compared": plain_differences(report) if report.other else None,
    }  # fmt: skip


def plain_finding(finding: Finding) -> dict[str, Any]:
    """A finding as plain data."""
    values = {name: _finite(value) for name, value in finding.values.items()}
    return vars(finding) | {"values": values, "channels": list(finding.channels)}


def plain_differences(report: Report) -> dict[str, Any]:
    """What moved of each norm, as plain data."""
    return {
        "other": report.other,
        "text": compared(report.differences, report.other),
        "norms": [
            {
                "norm": one.norm, "state": one.state, "sentence": changes(one),
                "arrays": {name: _of(moved) for name, moved in one.arrays.items()},
                "settings": {name: list(pair) for name, pair in one.settings.items()},
            }
            for one in report.differences
        ],
    }  # fmt: skip


def _of(moved: Moved) -> dict[str, Any]:
    return {name: _finite(value) for name, value in vars(moved).items()}


def _json(report: Report) -> str:
    return json.dumps(plain(report), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _notes(report: Report) -> list[str]:
    return list(report.model.notes)


def _kind(row: Row) -> str:
    return kind_title(row.norm) if row.norm else ""


def _channels(row: Row) -> str:
    return f"{row.norm.channels}" if row.norm else ""


def _told(row: Row) -> str:
    more = further(row)
    return sentence(row) + (f" (and {more} more)" if more else "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("`", "'")


def _shown(line: str) -> str:
    """A line that no terminal obeys: names come from files of anybody.

    >>> _shown("bn1\\x1b[2J")
    'bn1�[2J'
    """
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line)


def _safe(text: str) -> str:
    """A name that no spreadsheet runs: names come from files of anybody."""
    return f"'{text}" if text.startswith(FORMULA) else text


FORMS = {
    "text": Form("text/plain; charset=utf-8", "txt", text),
    "markdown": Form("text/markdown; charset=utf-8", "md", markdown),
    "csv": Form("text/csv; charset=utf-8", "csv", table),
    "json": Form("application/json", "json", _json),
}
