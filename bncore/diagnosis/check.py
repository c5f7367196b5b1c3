"""The check: verdicts, the first wrong tensor, and what each wrong one is recognized as."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Float64
from bncore.diagnosis.allowance import Allowance, rounded, shaken
from bncore.diagnosis.answers import Answer, Printed, answer_of
from bncore.diagnosis.candidates import Candidates, candidates
from bncore.diagnosis.case import ORDER, Case
from bncore.diagnosis.catalogue import MISTAKES, UNNAMED
from bncore.diagnosis.reasons import reasons
from bncore.diagnosis.remarks import about, blind, hidden
from bncore.diagnosis.triple import Coefficients, fit, in_words
from bncore.diagnosis.verdict import CLOSE, EXACT, FLOAT64, Verdict, verdict_of, widest
from bncore.errors import BadParameter

AROUND = 10.0
"""A candidate this many times as far as the nearest one is not told apart from it."""
EXPLAINED = 0.5
"""A mistake explains an answer if it leaves no more than this share of the answer's own error."""
DECISIVE = 0.1
"""One that leaves no more than this share shows that the batch is meant as it stands, however few digits it has."""


@dataclass(frozen=True)
class Diagnosis:
    """One explanation of one wrong tensor; several for the same tensor cannot be told apart on these data.

    `residual` is the largest difference from what the mistake gives, relative to the larger magnitude of both; 0 where
    both are no larger than what rounds.
    """

    id: str
    tensor: str
    title: str
    explanation: str
    look_at: str
    residual: float


@dataclass(frozen=True, eq=False)
class Report:
    """What `check` found. `correct`: nothing is wrong (it may be close). `first_wrong` in the order of a backward pass.

    `coefficients` are those of the given dx, None without it or with fewer than 4 examples. `reasons` are the names of
    what keeps these data from telling more; `warnings` say it in sentences.
    """

    correct: bool
    tensors: dict[str, Verdict]
    first_wrong: str | None
    diagnoses: tuple[Diagnosis, ...]
    coefficients: Coefficients | None
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]


def check(
    case: Case,
    answers: Mapping[str, ArrayLike | Printed | None],
    *,
    units: Mapping[str, float] | None = None,
    built: Mapping[str, Candidates] | None = None,
) -> Report:
    """Compare a student's tensors (any of dx, dgamma, dbeta, dx_hat, dvar, dsigma, dmean) with the correct ones.

    `dsigma` is dL/ds, s the denominator. Largest error relative to the tensor's largest magnitude: up to 1e-9 exact, up
    to 1e-4 close, above wrong; never stricter than the rounding of the answer's type, the last digit that was printed,
    or `units`, half of the last digit of those of x, dy and gamma that were printed. What that explains is exact, or,
    where more than 1e-4 is explained by it, close. Wrong and close tensors are compared with every named mistake, built
    on these data; `built` has those that were built already.

    >>> from bncore.diagnosis import case_of
    >>> case = case_of([[1.0], [2.0], [4.0], [9.0]], [3.0], dy=[[1.0], [0.0], [2.0], [5.0]], eps=0.5)
    >>> check(case, {"dbeta": [2.0]}).diagnoses[0].title
    'A mean stands where a sum belongs'

    Raises BadParameter (no tensor, one of another name, or one that float64 cannot hold on this batch), ShapeMismatch,
    BadDtype, NonFiniteInput.
    """
    given = {name: values for name, values in answers.items() if values is not None}
    _known(given)
    _held(case, given)
    taken = {name: answer_of(case, name, given[name]) for name in ORDER if name in given}
    built = {name: (built or {}).get(name) or candidates(case, name) for name in taken}
    allowed = _allowed(case, taken, {name: unit for name, unit in (units or {}).items() if unit > 0})
    verdicts = {name: _judged(case, name, taken[name].values, allowed[name], built[name]) for name in taken}
    coefficients = fit(case, taken["dx"].values, verdicts["dx"].allowed.total) if "dx" in taken else None
    diagnoses = tuple(
        diagnosis
        for name, answer in taken.items()
        if verdicts[name].verdict != "exact" and not verdicts[name].coarse
        for diagnosis in _diagnosed(case, name, answer.values, built[name], coefficients, verdicts[name])
    )
    wrong = [name for name, verdict in verdicts.items() if verdict.wrong]
    found = dict(reasons(case))
    said = [*_said(case, taken, verdicts, built, diagnoses, units or {}), *found.values()]
    return Report(not wrong, verdicts, wrong[0] if wrong else None, diagnoses, coefficients, tuple(found), tuple(said))


def _known(given: Mapping[str, ArrayLike | Printed]) -> None:
    unknown = [name for name in given if name not in ORDER]
    if unknown or not given:
        what = f"{unknown[0]} is no tensor of the backward pass" if unknown else "no tensor was given"
        name = unknown[0] if unknown else "dx"
        raise BadParameter(f"{what}; give one or more of {', '.join(reversed(ORDER))}.", parameter=name)


def _held(case: Case, given: Mapping[str, ArrayLike | Printed]) -> None:
    """Raises unless float64 holds what is added up to each tensor."""
    for name in given:
        if not np.isfinite(case.terms[name]):
            largest = f"dy is as large as {np.abs(case.dy).max():.3g}, gamma/s as {np.abs(case.slope).max():.3g}"
            detail = f"{name} is more than float64 holds on this batch: {largest}. Give smaller numbers."
            raise BadParameter(detail, parameter="dy")


def _allowed(case: Case, taken: Mapping[str, Answer], units: Mapping[str, float]) -> dict[str, Allowance]:
    """What each answer may be off by without being wrong."""
    usual = widest(answer.rounding for answer in taken.values())
    types = {name: answer.rounding or usual for name, answer in taken.items()}
    roundings = {rounding: rounded(case, rounding) for rounding in {FLOAT64, *types.values()}}
    moved = {source: shaken(case, **{source: unit}) for source, unit in units.items()}
    return {
        name: Allowance(
            least=roundings[FLOAT64][name], rounding=roundings[types[name]][name], digits=answer.unit,
            batch={source: parts[name] for source, parts in moved.items()},
        )
        for name, answer in taken.items()
    }  # fmt: skip


def _judged(case: Case, name: str, values: Float64, allowed: Allowance, built: Candidates) -> Verdict:
    """The verdict on the batch as it stands, or, if that is not exact, on one that was printed.

    A batch of few digits may have been typed as it is meant: a mistake that gives this very answer on it shows that.
    """
    as_it_stands = verdict_of(case, name, values, allowed.without_batch())
    if not allowed.batch or as_it_stands.verdict == "exact" or as_it_stands.coarse:
        return as_it_stands
    residuals = built.distances(values)
    fine = _shares(allowed.without_batch().total, np.maximum(built.largest, np.abs(values).max()))
    if (residuals <= np.minimum(fine, DECISIVE * _apart(case.truth[name], values))).any():
        return as_it_stands
    return verdict_of(case, name, values, allowed)


def _diagnosed(
    case: Case, tensor: str, values: Float64, built: Candidates, coefficients: Coefficients | None, verdict: Verdict
) -> Iterator[Diagnosis]:
    """The named mistakes that give this answer, best first; else the factors in words; else nothing."""
    matches = _matches(case.truth[tensor], values, built, verdict.allowed.total)
    for name, residual in matches:
        mistake = MISTAKES[name]
        yield Diagnosis(name, tensor, mistake.title, mistake.explanation, mistake.look_at, residual)
    if matches or tensor != "dx" or coefficients is None or not verdict.wrong:
        return
    if coefficients.fits and np.isfinite(coefficients.per_unit[0]).any():
        words, residual = in_words(coefficients), coefficients.residual_per_unit
        yield Diagnosis(
            UNNAMED, tensor, "Factors without a name", words, MISTAKES["statistics_constant"].look_at, residual
        )


def _matches(truth: Float64, values: Float64, built: Candidates, error: float) -> list[tuple[str, float]]:
    """The ids within the answer's `error` (or, if there are none, those that are close), and what is near the best.

    Within that error none is better than another, and the simpler comes first, as in the tables. Two that are no larger
    than it are both 0 as far as can be seen, however far apart relative to each other.
    """
    fine = _shares(error, np.maximum(built.largest, np.abs(values).max()))
    residuals = np.where(fine >= 1, 0.0, built.distances(values))
    excess = residuals / fine
    explaining = residuals <= EXPLAINED * _apart(truth, values)
    if not explaining.any():
        return []
    best = int(np.argmin(np.where(explaining, np.maximum(excess, 1.0), np.inf)))
    if residuals[best] > max(CLOSE, fine[best]):
        return []
    near = max(float(fine[best]), AROUND * float(residuals[best]) if excess[best] > 1 else 0.0)
    same = built.distances(built.values[best]) <= near
    chosen = np.flatnonzero(explaining & ((residuals <= np.maximum(fine, near)) | same))
    ranked = sorted(chosen.tolist(), key=lambda index: (max(float(excess[index]), 1.0), index))
    found: dict[str, float] = {}
    for index in ranked:
        found.setdefault(built.ids[index], float(residuals[index]))
    return list(found.items())


def _apart(truth: Float64, answer: Float64) -> float:
    """The largest difference of both, relative to the larger; the same measure as `Candidates.distances`."""
    larger = float(max(np.abs(truth).max(), np.abs(answer).max()))
    return float(np.abs(truth - answer).max()) / larger if larger else 0.0


def _shares(error: float, sizes: Float64) -> Float64:
    """An absolute error relative to each size, at least what is exact."""
    share = np.divide(error, sizes, out=np.full(sizes.shape, EXACT), where=sizes > 0)
    return np.asarray(np.maximum(EXACT, share))


def _said(
    case: Case,
    taken: Mapping[str, Answer],
    verdicts: Mapping[str, Verdict],
    built: Mapping[str, Candidates],
    diagnoses: tuple[Diagnosis, ...],
    units: Mapping[str, float],
) -> Iterator[str]:
    """What to know about each answer, then what rounding and digits hide in it, then which mistakes do not show."""
    first = next((name for name, verdict in verdicts.items() if verdict.wrong), "")
    for name, answer in taken.items():
        mine = [diagnosis.id for diagnosis in diagnoses if diagnosis.tensor == name]
        yield from about(case, name, answer, verdicts[name], mine, first)
    for name, answer in taken.items():
        yield from hidden(case, name, answer, verdicts[name], built[name], units)
    for name in taken:
        yield from blind(case, name, verdicts[name], built[name])
