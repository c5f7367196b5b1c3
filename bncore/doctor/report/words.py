"""What a report says in words, wherever it is read."""

from bncore.doctor.model import Norm
from bncore.doctor.report.report import Report, Row

KINDS = {
    "batch": "batch norm", "layer": "layer norm", "group": "group norm", "instance": "instance norm", "rms": "RMS norm",
}  # fmt: skip
NOTHING = "Nothing is wrong with it, as far as the file tells."
WHOLE = "the whole file"


def kind_title(norm: Norm) -> str:
    """What a norm is.

    >>> kind_title(Norm("bn1", "batch"))
    'batch norm'
    """
    return KINDS[norm.kind]


def subject(row: Row) -> str:
    """What a row is about."""
    return row.norm.name if row.norm else WHOLE


def sentence(row: Row) -> str:
    """The one sentence of a row: its worst finding."""
    return row.findings[0].sentence if row.findings else NOTHING


def further(row: Row) -> int:
    """How many findings stand behind the first."""
    return max(0, len(row.findings) - 1)


def headline(report: Report) -> str:
    """What the report concludes, in at most twenty words with at most three numbers."""
    norms, errors, warnings = len(report.model.norms), report.counts["error"], report.counts["warning"]
    if not norms:
        return f"{report.called} has no norm layer that this reader knows."
    first = subject(report.rows[0])
    if errors:
        also = f", {warnings} more a warning" if warnings else ""
        return f"{errors} of {_norms(norms)} {_has(errors)} an error{also}: begin with {first}."
    of_the_whole = next((row.severity for row in report.rows if row.norm is None), "")
    if of_the_whole == "error":
        return "No norm layer has an error of its own, but the file as a whole has one: begin there."
    if of_the_whole == "warning" and not warnings:
        return "No norm layer has a warning of its own, but the file as a whole has one: begin there."
    if warnings:
        return f"No error; {warnings} of {_norms(norms)} {_has(warnings)} a warning: begin with {first}."
    return f"Nothing is wrong with the {_norms(norms)} of this model, as far as the file tells."


def _norms(count: int) -> str:
    return "1 norm layer" if count == 1 else f"{count:,} norm layers"


def _has(count: int) -> str:
    return "has" if count == 1 else "have"


def line_of(report: Report) -> str:
    """The file in one line.

    >>> from bncore.doctor.model import Model
    >>> line_of(Report("a.onnx", Model("onnx", (Norm("bn1", "batch"),), {}, dict.__getitem__), ()))
    'a.onnx: onnx, 1 norm layer, 0 tensors'
    """
    model = report.model
    return f"{report.called}: {model.format}, {_norms(len(model.norms))}, {len(model.tensors):,} tensors"
