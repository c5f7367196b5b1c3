"""A report in sentences: one line that says it all, the factors, and the whole as plain text for a notebook."""

from collections.abc import Iterator

import numpy as np

from bncore.arguments import Float64
from bncore.diagnosis.catalogue import UNNAMED
from bncore.diagnosis.check import Report
from bncore.diagnosis.code_lines import as_code
from bncore.diagnosis.triple import FACTORS, NAMES, missing, number, right, times
from bncore.diagnosis.verdict import Verdict


def headline(report: Report) -> str:
    """What was found, in one or two sentences."""
    first = report.first_wrong
    if first is None:
        return _nothing_wrong(report)
    rest = [name for name, verdict in report.tensors.items() if verdict.wrong and name != first]
    too = f" {_listed(rest)} wrong too." if rest else ""
    return f"{first} is wrong. {_reason(report, first)}{too}"


def _nothing_wrong(report: Report) -> str:
    """Correct; or that no more is to be seen, where a mistake could hide behind rounding or digits."""
    coarse = {name: verdict for name, verdict in report.tensors.items() if verdict.coarse}
    exact = [name for name, verdict in report.tensors.items() if verdict.verdict == "exact"]
    close = [name for name in report.tensors if name not in exact and name not in coarse]
    said = [f"{_listed(exact)} exact"] if exact else []
    said += [f"{_listed(close)} close"] if close else []
    said += [f"{name} {_seen(verdict)}" for name, verdict in coarse.items()]
    left = "" if "dx" in report.tensors else " dx is not given."
    return f"{'No mistake is seen' if coarse else 'Correct'}: {'; '.join(said)}.{left}"


def _seen(verdict: Verdict) -> str:
    source = verdict.allowed.source
    if source == "digits":
        return "agrees in all the digits given, and these show no more"
    if source == "rounding":
        return "agrees up to its rounding, which is coarse enough to hide one"
    return f"agrees as far as the digits of {source} tell, and these show no more"


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


def factors_in_words(report: Report) -> dict[str, str]:
    """What each factor of dx says: right, missing, so many times what it should be, or that the data do not tell.

    {} without factors. Where dx is not wrong none is off; else each may be off by what the error of dx does to it.
    """
    found = report.coefficients
    if found is None:
        return {}
    wrong = report.tensors["dx"].wrong
    if wrong and not found.fits:
        return dict.fromkeys(NAMES, "none fits: this dx mixes units or examples")
    rows = zip(NAMES, found.per_unit, found.slack.max(1).tolist(), strict=True)
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
    for found in report.diagnoses:
        yield f"{found.tensor}: {found.title}\n  {found.explanation}\n  Look at: {as_code(found.look_at)}"


def _factor_lines(report: Report) -> Iterator[str]:
    if "dx" in report.tensors and report.tensors["dx"].wrong:
        yield from (f"{FACTORS[name]}: {words}" for name, words in factors_in_words(report).items())
