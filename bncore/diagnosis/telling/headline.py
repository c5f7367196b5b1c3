"""The line that concludes a report: at most twenty words, three of them numbers; what is longer is said in less."""

import re
from collections.abc import Iterator

from bncore.diagnosis.check import Report
from bncore.diagnosis.explanation import PLACED, ZEROED, inside
from bncore.diagnosis.mistakes.catalogue import UNNAMED
from bncore.diagnosis.verdict import DIFFERENCES, HALF_COMPUTATION, HALF_INPUTS, Verdict

MOST_WORDS, MOST_NUMBERS = 20, 3
NUMBER = re.compile(r"\([\d, ]+\)|(?<![\w.])-?\d[\d,.]*(?:e-?\d+)?(?!\w)")
"""A position of an image, (1, 0, 2), is one."""
SEEN = {
    HALF_INPUTS: "is right within its rounding",
    HALF_COMPUTATION: "looks like rounding of a computation in half precision",
    DIFFERENCES["float32"]: "looks like rounding of numeric differences in float32",
    DIFFERENCES["float64"]: "is close, and looks like a central difference in float64",
}
PLURAL = {"is": "are", "looks": "look", "agrees": "agree"}
HIDES = "which is coarse enough to hide one"


def headline(report: Report) -> str:
    """What was found, in one or two sentences; first what could not be compared at all. Why that is, `refused` says."""
    ways = list(_ways(report))
    return next((way for way in ways if is_brief(way)), ways[-1])


def is_brief(text: str) -> bool:
    """Whether a line is short enough to conclude.

    >>> is_brief("dx is wrong. The sign is wrong."), is_brief("dx is wrong at 1, 2, 3 and 4.")
    (True, False)
    """
    return len(text.split()) <= MOST_WORDS and len(NUMBER.findall(text)) <= MOST_NUMBERS


def _ways(report: Report) -> Iterator[str]:
    """The same conclusion, from the fullest to the shortest."""
    refused = f"{_listed(list(report.refused))} not checked. " if report.refused else ""
    for way in _wrong(report, report.first_wrong) if report.first_wrong else _nothing_wrong(report):
        yield f"{refused}{way}"


def _wrong(report: Report, first: str) -> Iterator[str]:
    rest = [name for name, verdict in report.tensors.items() if verdict.wrong and name != first]
    too = f" {_listed(rest)} wrong too." if rest else ""
    reason = _reason(report, first)
    told = reason if reason.startswith(f"{first} is ") else f"{first} is wrong. {reason}"
    yield f"{told}{too}"
    yield told
    yield f"{first}: {inside(reason)}"
    yield f"{first} {_in_short(report, first)}{too}"
    yield f"{_listed([first, *rest])} wrong."


def _in_short(report: Report, tensor: str) -> str:
    """How a tensor is wrong that is not told in few words."""
    ids = [part for diagnosis in report.diagnoses if diagnosis.tensor == tensor for part in diagnosis.parts]
    if len(ids) == 1 and ids[0] in (PLACED, ZEROED):
        return f"is {'0' if ids[0] == ZEROED else 'wrong'} in some places alone, named below."
    return f"is wrong. {'Two mistakes at once are' if len(ids) > 1 else 'How is'} named below."


def _nothing_wrong(report: Report) -> Iterator[str]:
    """Correct; or that no more is to be seen, where a mistake hides; or that rounding leaves it open."""
    odd = {name: verdict for name, verdict in report.tensors.items() if verdict.coarse or verdict.looks_like}
    exact = [name for name, verdict in report.tensors.items() if verdict.verdict == "exact" and name not in odd]
    close = [name for name in report.tensors if name not in exact and name not in odd]
    seen = list(_grouped({name: _seen(verdict) for name, verdict in odd.items()}))
    said = [*([f"{_listed(exact)} exact"] if exact else []), *([f"{_listed(close)} close"] if close else []), *seen]
    left = "" if "dx" in report.tensors or "dx" in report.refused else " dx is not given."
    right = _right(report)
    yield f"{right}: {'; '.join(said)}.{left}"
    yield f"{right}: {'; '.join(said)}."
    yield from (f"{right}: {name} {_seen(odd[name])}." for name in sorted(odd, key=lambda name: name != "dx"))
    yield f"{right}: what of each tensor stands below."


def _grouped(seen: dict[str, str]) -> Iterator[str]:
    """What is seen of tensors, once of those of which it is the same."""
    for said in dict.fromkeys(seen.values()):
        names = [name for name, own in seen.items() if own == said]
        verb, _, rest = said.partition(" ")
        yield f"{_named(names)} {verb if len(names) == 1 else PLURAL[verb]} {rest}"


def _right(report: Report) -> str:
    if any(verdict.verdict == "open" for verdict in report.tensors.values()):
        return "Neither right nor wrong can be said"
    hiding = any(verdict.hides for verdict in report.tensors.values())
    return "No mistake is seen" if hiding else "Correct" if not report.refused else "The rest is correct"


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
    return f"{_named(names)} {'is' if len(names) == 1 else 'are'}"


def _named(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[-1]
