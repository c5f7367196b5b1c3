"""A report in sentences: how closely a mistake is met, the factors, and the whole as plain text for a notebook."""

from collections.abc import Iterator

import numpy as np

from bncore.arguments import Float64
from bncore.diagnosis.check import Report
from bncore.diagnosis.explanation import PLACED, ZEROED, Diagnosis
from bncore.diagnosis.mistakes.catalogue import MISTAKES, UNNAMED
from bncore.diagnosis.mistakes.code_lines import as_code
from bncore.diagnosis.mistakes.triple import FACTORS, NAMES, missing, number, right, times
from bncore.diagnosis.telling.headline import headline
from bncore.diagnosis.verdict import EXACT

NO_SUM = "none fits: this dx is no sum of dy, its mean and x_hat in each unit"
ABSENT = "none by this convention"


def agreement(diagnosis: Diagnosis) -> str:
    """How closely a tensor is what its diagnosis says."""
    off = diagnosis.residual
    near = "up to rounding" if off <= EXACT else f"up to {100 * off:.2g} % of its largest number"
    if diagnosis.id == UNNAMED:
        return f"Your {diagnosis.tensor} has these factors, {near}."
    if diagnosis.id in (PLACED, ZEROED):
        return f"Your {diagnosis.tensor} is off by {100 * diagnosis.residual:.2g} % of its largest number there."
    elsewhere = "Everywhere else your" if diagnosis.parts[0] == ZEROED else "Your"
    mistake = (
        "these two mistakes give together"
        if diagnosis.parts[0] in MISTAKES and len(diagnosis.parts) > 1
        else "this mistake gives"
    )
    return f"{elsewhere} {diagnosis.tensor} is what {mistake}, {near}."


def factors_in_words(report: Report) -> dict[str, str]:
    """What each factor of dx says: right, missing, so many times what it should be, or that the data do not tell.

    {} without factors. Where dx is not wrong none is off; else each may be off by what the error of dx does to it.
    """
    factors = report.coefficients
    if factors is None:
        return {}
    wrong = report.tensors["dx"].wrong
    if wrong and not factors.fits:
        no_sum = (
            NO_SUM if report.convention.norm == "batch" else NO_SUM.replace("dy", "dx_hat").replace("unit", "statistic")
        )
        return {name: no_sum if name in report.paths else ABSENT for name in NAMES}
    rows = zip(NAMES, factors.per_unit, factors.slack.max(1).tolist(), strict=True)
    told = {name: _factor(values, slack if wrong else np.inf) for name, values, slack in rows}
    return {name: _of_norm(report, words) if name in report.paths else ABSENT for name, words in told.items()}


def _of_norm(report: Report, words: str) -> str:
    """Batch norm has a statistic a unit; the others have statistics of their own."""
    return words if report.convention.norm == "batch" else words.replace("the unit", "the statistic")


def _factor(values: Float64, slack: float) -> str:
    if not np.isfinite(values).any():
        return "not told by these data"
    if right(values, slack):
        return "as it should be"
    if missing(values, slack):
        return "missing"
    words = times(values, slack)
    return f"{words}, depending on the unit" if " and " in words else words


def text(report: Report) -> str:
    """The report as plain text.

    >>> from bncore.diagnosis import case_of, check
    >>> case = case_of([[1.0], [2.0], [4.0], [9.0]], [3.0], dy=[[1.0], [0.0], [2.0], [5.0]], eps=0.5)
    >>> text(check(case, {"dbeta": [2.0]})).splitlines()[2]
    'dbeta   wrong   off by up to 6.0, 75 % of its largest number'
    """
    first = "\n".join((headline(report), *report.refused.values()))
    blocks = ["\n".join(_verdicts(report)), *_explanations(report), "\n".join(_factor_lines(report))]
    return "\n\n".join(block for block in (first, *blocks, "\n".join(report.warnings)) if block)


def _verdicts(report: Report) -> Iterator[str]:
    for name, verdict in report.tensors.items():
        share = "" if verdict.max_rel_error is None else f", {100 * verdict.max_rel_error:.3g} % of its largest number"
        off = "" if verdict.verdict == "exact" else f"off by up to {number(verdict.max_abs_error)}{share}"
        yield f"{name:<7} {verdict.verdict:<7} {off}".rstrip()


def _explanations(report: Report) -> Iterator[str]:
    for diagnosis in report.diagnoses:
        title, tensor = diagnosis.title, diagnosis.tensor
        title = title if title.startswith(f"{tensor} is ") else f"{tensor}: {title}"
        line = as_code(diagnosis.look_at, report.eps_placement, report.over)
        yield f"{title}\n  {diagnosis.explanation}\n  Look at: {line}"


def _factor_lines(report: Report) -> Iterator[str]:
    if "dx" in report.tensors and report.tensors["dx"].wrong:
        yield from (f"{FACTORS[name]}: {words}" for name, words in factors_in_words(report).items())
