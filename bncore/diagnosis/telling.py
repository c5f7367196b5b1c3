"""A report in sentences: one line that says it all, the factors, and the whole as plain text for a notebook."""

from collections.abc import Iterator

import numpy as np

from bncore.diagnosis.catalogue import UNNAMED
from bncore.diagnosis.check import Report
from bncore.diagnosis.triple import NAMES, Coefficients, number
from bncore.diagnosis.verdict import CLOSE

FACTORS = {
    "overall": "the whole gradient",
    "mean_path": "the path through the mean",
    "variance_path": "the path through the variance",
}


def headline(report: Report) -> str:
    """What was found, in one or two sentences."""
    first = report.first_wrong
    if first is None:
        close = [name for name, verdict in report.tensors.items() if verdict.verdict == "close"]
        exact = [name for name in report.tensors if name not in close]
        said = [f"{_listed(exact)} exact"] if exact else []
        said += [f"{_listed(close)} close"] if close else []
        return f"Correct: {'; '.join(said)}."
    rest = [name for name, verdict in report.tensors.items() if verdict.verdict == "wrong" and name != first]
    too = f" {_listed(rest)} wrong too." if rest else ""
    return f"{first} is wrong. {_reason(report, first)}{too}"


def _reason(report: Report, tensor: str) -> str:
    mine = [diagnosis for diagnosis in report.diagnoses if diagnosis.tensor == tensor]
    if not mine:
        return "How is not recognized."
    if len(mine) > 1:
        return f"These data cannot tell which of {len(mine)} mistakes it is."
    if mine[0].id == UNNAMED:
        return mine[0].explanation.partition(". ")[0] + "."
    return f"{mine[0].title}."


def _listed(names: list[str]) -> str:
    verb = "is" if len(names) == 1 else "are"
    last = names[-1]
    return f"{', '.join(names[:-1])} and {last} {verb}" if len(names) > 1 else f"{last} {verb}"


def factors_in_words(coefficients: Coefficients) -> dict[str, str]:
    """What each factor of dx says: right, missing, so many times what it should be, or that the data do not tell."""
    if coefficients.residual_per_unit > CLOSE:
        return dict.fromkeys(NAMES, "none fits: this dx mixes units or examples")
    return {name: _factor(values) for name, values in zip(NAMES, coefficients.per_unit, strict=True)}


def _factor(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    known = values[np.isfinite(values)]
    if not known.size:
        return "not told by these data"
    low, high = float(known.min()), float(known.max())
    if max(abs(low - 1), abs(high - 1)) <= CLOSE:
        return "as it should be"
    if max(abs(low), abs(high)) <= CLOSE:
        return "missing"
    same = high - low <= CLOSE * max(abs(low), abs(high))
    return f"{number(low)} times" if same else f"between {number(low)} and {number(high)} times, depending on the unit"


def text(report: Report) -> str:
    """The report as plain text.

    >>> from bncore.diagnosis import case_of, check
    >>> case = case_of([[1.0], [2.0], [4.0], [9.0]], [3.0], dy=[[1.0], [0.0], [2.0], [5.0]], eps=0.5)
    >>> text(check(case, {"dbeta": [2.0]})).splitlines()[2]
    'dbeta   wrong   off by up to 6.0, 75 % of its largest number'
    """
    blocks = ["\n".join(_verdicts(report)), *_explanations(report), "\n".join(_factor_lines(report))]
    return "\n\n".join(block for block in (headline(report), *blocks, "\n".join(report.warnings)) if block)


def _verdicts(report: Report) -> Iterator[str]:
    for name, verdict in report.tensors.items():
        share = "" if verdict.max_rel_error is None else f", {100 * verdict.max_rel_error:.3g} % of its largest number"
        off = "" if verdict.verdict == "exact" else f"off by up to {number(verdict.max_abs_error)}{share}"
        yield f"{name:<7} {verdict.verdict:<7} {off}".rstrip()


def _explanations(report: Report) -> Iterator[str]:
    for diagnosis in report.diagnoses:
        yield f"{diagnosis.tensor}: {diagnosis.title}\n  {diagnosis.explanation}\n  Look at {diagnosis.look_at}"


def _factor_lines(report: Report) -> Iterator[str]:
    if report.coefficients is not None and report.tensors["dx"].verdict == "wrong":
        for name, words in factors_in_words(report.coefficients).items():
            yield f"{FACTORS[name]}: {words}"
