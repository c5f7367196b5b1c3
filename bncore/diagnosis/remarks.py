"""Remarks on one answer, in sentences: what it is beside its verdict, and what its numbers cannot show."""

from collections.abc import Iterator, Mapping

import numpy as np

from bncore.diagnosis.answers import Answer
from bncore.diagnosis.candidates import Candidates
from bncore.diagnosis.case import Case
from bncore.diagnosis.verdict import CLOSE, Verdict


def about(case: Case, name: str, answer: Answer, verdict: Verdict, mine: list[str], first: str) -> Iterator[str]:
    """Its shape, what it may be as well, that it is not recognized. `mine` are its ids, `first` the first wrong."""
    if answer.turned:
        yield f"{name} has the shape of a transposed x; give {case.expected(name)}."
    if len(mine) > 1:
        yield f"On this batch these mistakes give the same {name}: {', '.join(mine)}. A probe tells them apart."
    elif verdict.wrong and not mine:
        advice = f"Look at {first} first." if first != name else "Check one path after the other, on a probe."
        yield f"{name} is wrong in a way that is not recognized. {advice}"
    elif verdict.verdict == "close" and not verdict.coarse:
        yield f"{name} is close but not exact."


def hidden(
    case: Case, name: str, answer: Answer, verdict: Verdict, built: Candidates, units: Mapping[str, float]
) -> Iterator[str]:
    """Of an answer that agrees as far as can be seen: why no more is to be seen, and which mistakes agree as well."""
    if not verdict.coarse:
        return
    yield _why(case, name, verdict, units)
    errors = np.abs(built.values - answer.values.ravel()).max(1)
    fitting = dict.fromkeys(built.ids[index] for index in np.flatnonzero(errors <= verdict.allowed.total))
    if fitting:
        yield f"The correct {name} and these mistakes cannot be told apart here: {', '.join(fitting)}."


def _why(case: Case, name: str, verdict: Verdict, units: Mapping[str, float]) -> str:
    error, source = verdict.allowed.total, verdict.allowed.source
    largest = float(np.abs(case.truth[name]).max())
    share = f"to within {error:.2g}, {100 * error / largest:.2g} % of its largest number" if error < largest else ""
    held = f"held {share or 'to nothing'}"
    if source == "digits":
        return f"{name} agrees with the correct one in all the digits that were given: it is {held}. Give more of them."
    if source == "rounding":
        far = float((np.abs(case.mean) * case.inverse).max())
        at = f" at |mean|/s = {far:.3g}" if far > 1 else ""
        return f"Rounding hides mistakes in {name}{at}: it is {held}. Compute in float64, or move x closer to 0."
    step = f"{source} was printed in steps of {2 * units[source]:.2g}"
    return f"{step}, so {name} can only be {held}. Give more digits of {source}; if these are all, add some zeros."


def blind(case: Case, name: str, verdict: Verdict, built: Candidates) -> Iterator[str]:
    """The mistakes that would not be called wrong on these data, however they are written."""
    if verdict.coarse:
        return
    allowed = max(CLOSE * float(np.abs(case.truth[name]).max()), verdict.allowed.total)
    errors = np.abs(built.values - case.truth[name].ravel()).max(1)
    shown = {id for id, error in zip(built.ids, errors, strict=True) if error > allowed}
    unseen = [id for id in dict.fromkeys(built.ids) if id not in shown]
    if unseen:
        yield f"On this batch these mistakes would not show in {name}: {', '.join(unseen)}. A probe shows them."
