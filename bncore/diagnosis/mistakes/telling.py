"""A report in sentences: one line that says it all, the factors, and the whole as plain text for a notebook."""

from collections.abc import Iterator

import numpy as np

from bncore.arguments import Float64
from bncore.diagnosis.check import Report
from bncore.diagnosis.explanation import PLACED, ZEROED, Diagnosis
from bncore.diagnosis.mistakes.catalogue import MISTAKES, UNNAMED
from bncore.diagnosis.mistakes.code_lines import as_code
from bncore.diagnosis.mistakes.triple import FACTORS, NAMES, missing, number, right, times
from bncore.diagnosis.verdict import DIFFERENCES, EXACT, HALF_COMPUTATION, HALF_INPUTS, Verdict


def headline(report: Report) -> str:
    """What was found, in one or two sentences; first what could not be compared at all."""
    refused = "".join(f"{sentence} " for sentence in report.refused.values())
    return f"{refused}{_found(report)}"


def _found(report: Report) -> str:
    first = report.first_wrong
    if first is None:
        return _nothing_wrong(report)
    rest = [name for name, verdict in report.tensors.items() if verdict.wrong and name != first]
    too = f" {_listed(rest)} wrong too." if rest else ""
    return f"{_be_wrong(report, first)}{too}"


def _be_wrong(report: Report, first: str) -> str:
    """That the first wrong tensor is wrong, and how; a title that says so itself stands alone."""
    reason = _reason(report, first)
    return reason if reason.startswith(f"{first} is ") else f"{first} is wrong. {reason}"


def _nothing_wrong(report: Report) -> str:
    """Correct; or that no more is to be seen, where a mistake hides; or that rounding leaves it open."""
    odd = {name: verdict for name, verdict in report.tensors.items() if verdict.coarse or verdict.looks_like}
    exact = [name for name, verdict in report.tensors.items() if verdict.verdict == "exact" and name not in odd]
    close = [name for name in report.tensors if name not in exact and name not in odd]
    said = [f"{_listed(exact)} exact"] if exact else []
    said += [f"{_listed(close)} close"] if close else []
    said += [f"{name} {_seen(verdict)}" for name, verdict in odd.items()]
    left = "" if "dx" in report.tensors or "dx" in report.refused else " dx is not given."
    return f"{_in_short(report)}: {'; '.join(said)}.{left}"


def _in_short(report: Report) -> str:
    if any(verdict.verdict == "open" for verdict in report.tensors.values()):
        return "Neither right nor wrong can be said"
    hiding = any(verdict.hides for verdict in report.tensors.values())
    return "No mistake is seen" if hiding else "Correct" if not report.refused else "The rest is correct"


SEEN = {
    HALF_INPUTS: "is right within its rounding",
    HALF_COMPUTATION: "looks like rounding of a computation in half precision",
    DIFFERENCES["float32"]: "looks like rounding of numeric differences in float32",
    DIFFERENCES["float64"]: "is close, and looks like a central difference in float64",
}


def _seen(verdict: Verdict) -> str:
    """How far an answer that is not exact agrees; a mistake that hides is spoken of only where one does."""
    if verdict.looks_like:
        return SEEN[verdict.looks_like]
    source, hides = verdict.allowed.source, bool(verdict.hides)
    if source == "digits":
        return "agrees in all the digits given, and these show no more" if hides else "is right in all the digits given"
    if source == "rounding":
        return f"agrees up to its rounding, {HIDES}" if hides else "is right within its rounding"
    end = ", and these show no more" if hides else ""
    return f"agrees as far as the digits of {source} tell{end}"


HIDES = "which is coarse enough to hide one"


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
        return dict.fromkeys(NAMES, "none fits: this dx is no sum of dy, its mean and x_hat in each unit")
    rows = zip(NAMES, factors.per_unit, factors.slack.max(1).tolist(), strict=True)
    return {name: _factor(values, slack if wrong else np.inf) for name, values, slack in rows}


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
    blocks = ["\n".join(_verdicts(report)), *_explanations(report), "\n".join(_factor_lines(report))]
    return "\n\n".join(block for block in (headline(report), *blocks, "\n".join(report.warnings)) if block)


def _verdicts(report: Report) -> Iterator[str]:
    for name, verdict in report.tensors.items():
        share = "" if verdict.max_rel_error is None else f", {100 * verdict.max_rel_error:.3g} % of its largest number"
        off = "" if verdict.verdict == "exact" else f"off by up to {number(verdict.max_abs_error)}{share}"
        yield f"{name:<7} {verdict.verdict:<7} {off}".rstrip()


def _explanations(report: Report) -> Iterator[str]:
    for diagnosis in report.diagnoses:
        title, tensor = diagnosis.title, diagnosis.tensor
        title = title if title.startswith(f"{tensor} is ") else f"{tensor}: {title}"
        yield f"{title}\n  {diagnosis.explanation}\n  Look at: {as_code(diagnosis.look_at)}"


def _factor_lines(report: Report) -> Iterator[str]:
    if "dx" in report.tensors and report.tensors["dx"].wrong:
        yield from (f"{FACTORS[name]}: {words}" for name, words in factors_in_words(report).items())
