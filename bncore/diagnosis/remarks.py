"""Remarks on one answer, in sentences: what it is beside its verdict, and what its numbers cannot show."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np

from bncore.diagnosis.given.answers import Answer
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.mistakes.candidates import Candidates
from bncore.diagnosis.verdict import CLOSE, DIFFERENCES, HALF_COMPUTATION, HALF_INPUTS, Verdict

SAME = 1e-6
"""Mistakes this near each other are the same on a batch; others are told apart by more digits of the answer."""
LOOKS = {
    HALF_INPUTS: "{name} is right within its rounding: it is the gradient of the batch rounded to {precision}, {far}.",
    HALF_COMPUTATION: "{name} looks like rounding of a computation in half precision: it is {far}, no mistake with a "
    "name explains that, and code that rounds to {precision} at each step strays as far. Compute in float32 to know.",
    DIFFERENCES["float32"]: "{name} looks like rounding of numeric differences, as of a central difference in float32: "
    "it is {far}, {factors}. Compute in float64 to see more.",
    DIFFERENCES["float64"]: "{name} looks like a central difference in float64: it is {far}, {factors}.",
}
"""What is said of an answer that is recognized by its errors."""
FACTORS_RIGHT = "its three factors are right, and its errors are in no order"


def about(
    case: Case, name: str, answer: Answer, verdict: Verdict, built: Candidates, mine: list[str], first: str
) -> Iterator[str]:
    """Its shape, what it may be as well, that it is not recognized. `mine` are its ids, `first` the first wrong."""
    if answer.turned:
        yield f"{name} has the shape of a transposed x; give {case.expected(name)}."
    if len(mine) > 1:
        yield _not_told_apart(name, built, mine)
    elif verdict.looks_like:
        yield _look(name, verdict)
    elif verdict.wrong and not mine:
        advice = f"Look at {first} first." if first != name else "Check one path after the other, on a probe."
        yield f"{name} is wrong in a way that is not recognized. {advice}"
    elif verdict.verdict == "close" and not verdict.coarse:
        yield f"{name} is close but not exact."


def _look(name: str, verdict: Verdict) -> str:
    share = verdict.max_rel_error
    far = "off by rounding" if share is None else f"off by up to {100 * share:.2g} % of its largest number"
    factors = FACTORS_RIGHT if name == "dx" else "as dx is"
    return LOOKS[verdict.looks_like].format(
        name=name, precision=verdict.allowed.precision.name, far=far, factors=factors
    )


def _not_told_apart(name: str, built: Candidates, mine: list[str]) -> str:
    """Either the batch makes them the same, or the answer's own numbers are too coarse, or there are two at once."""
    listed = ", ".join(mine)
    if not set(mine) <= set(built.ids):
        return f"As far as can be seen, each of these gives this {name}: {listed}."
    if all(_least_apart(built, one, other) <= SAME for one, other in pairwise(mine)):
        return f"On this batch these mistakes give the same {name}: {listed}. A probe tells them apart."
    return f"As far as the numbers of {name} tell, these mistakes give it: {listed}. Give more digits of it."


def _least_apart(built: Candidates, one: str, other: str) -> float:
    ids = np.array(built.ids)
    rows = np.flatnonzero(ids == one)
    return min(float(built.distances(built.values[row])[ids == other].min()) for row in rows)


def hidden(case: Case, name: str, verdict: Verdict, units: Mapping[str, float]) -> Iterator[str]:
    """Of an answer that agrees as far as can be seen: why no more is to be seen, and which mistakes agree as well."""
    if not verdict.coarse:
        return
    yield _why(case, name, verdict, units)
    if verdict.hides:
        yield f"The correct {name} and these mistakes cannot be told apart here: {', '.join(verdict.hides)}."


def _why(case: Case, name: str, verdict: Verdict, units: Mapping[str, float]) -> str:
    error, source = verdict.allowed.total, verdict.allowed.source
    largest = float(np.abs(case.truth[name]).max())
    share = f"to within {error:.2g}, {100 * error / largest:.2g} % of its largest number" if error < largest else ""
    held = f"held {share or 'to nothing'}"
    if source == "digits":
        return f"{name} agrees with the correct one in all the digits that were given: it is {held}. Give more of them."
    if source == "rounding" and verdict.allowed.precision.half:
        return f"{name} is stored in {verdict.allowed.precision.name}: it is {held}. Send it in float32 to see more."
    if source == "rounding":
        far = float((np.abs(case.mean) * case.inverse).max())
        at = f" at |mean|/s = {far:.3g}" if far > 1 else ""
        hides = f"Rounding hides mistakes in {name}" if verdict.hides else f"Rounding is coarse in {name}"
        return f"{hides}{at}: it is {held}. Compute in float64, or move x closer to 0."
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
