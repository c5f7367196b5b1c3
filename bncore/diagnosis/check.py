"""The check: verdicts, the first wrong tensor, and what each wrong one is recognized as."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Float64
from bncore.diagnosis.answers import Answer, Printed, answer_of
from bncore.diagnosis.candidates import Candidates, candidates
from bncore.diagnosis.case import ORDER, Case
from bncore.diagnosis.catalogue import MISTAKES, UNNAMED
from bncore.diagnosis.reasons import reasons
from bncore.diagnosis.triple import Coefficients, fit, in_words
from bncore.diagnosis.verdict import CLOSE, EXACT, Verdict, noise_of, verdict_of
from bncore.errors import BadParameter

AROUND = 10.0
"""A candidate this many times as far as the nearest one is not told apart from it."""
EXPLAINED = 0.5
"""A mistake explains an answer if it leaves no more than this share of the answer's own error."""


@dataclass(frozen=True)
class Diagnosis:
    """One explanation of one wrong tensor; several for the same tensor cannot be told apart on these data.

    `residual` is the largest difference from what the mistake gives, relative to the larger magnitude of both.
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


def check(case: Case, answers: Mapping[str, ArrayLike | Printed | None], *, rounding: float = 0.0) -> Report:
    """Compare a student's tensors (any of dx, dgamma, dbeta, dx_hat, dvar, dsigma, dmean) with the correct ones.

    `dsigma` is dL/ds, s the denominator. Largest error relative to the tensor's largest magnitude: up to 1e-9 exact, up
    to 1e-4 close, above wrong; never stricter than the rounding of the answer's type, the last digit that was printed,
    or `rounding`, the relative error of the batch itself where that was printed. Wrong and close tensors are compared
    with every named mistake, built on these data.

    >>> from bncore.diagnosis import case_of
    >>> case = case_of([[1.0], [2.0], [4.0], [9.0]], [3.0], dy=[[1.0], [0.0], [2.0], [5.0]], eps=0.5)
    >>> check(case, {"dbeta": [2.0]}).diagnoses[0].title
    'A mean stands where a sum belongs'

    Raises BadParameter (no tensor, or one of another name), ShapeMismatch, BadDtype, NonFiniteInput.
    """
    given = {name: values for name, values in answers.items() if values is not None}
    _known(given)
    taken = {name: _held_to(rounding, answer_of(case, name, given[name])) for name in ORDER if name in given}
    verdicts = {
        name: verdict_of(case, name, answer.values, answer.rounding, answer.unit) for name, answer in taken.items()
    }
    coefficients = fit(case, taken["dx"].values) if "dx" in taken else None
    built = {name: candidates(case, name) for name in taken}
    diagnoses = tuple(
        diagnosis
        for name, answer in taken.items()
        if verdicts[name].verdict != "exact"
        for diagnosis in _diagnosed(case, name, answer, built[name], coefficients, verdicts[name])
    )
    wrong = [name for name, verdict in verdicts.items() if verdict.verdict == "wrong"]
    found = dict(reasons(case))
    said = [*_about(case, taken, verdicts, diagnoses), *_blind(case, taken, built), *found.values()]
    return Report(not wrong, verdicts, wrong[0] if wrong else None, diagnoses, coefficients, tuple(found), tuple(said))


def _held_to(rounding: float, answer: Answer) -> Answer:
    return replace(answer, rounding=max(rounding, answer.rounding))


def _known(given: Mapping[str, ArrayLike | Printed]) -> None:
    unknown = [name for name in given if name not in ORDER]
    if unknown or not given:
        what = f"{unknown[0]} is no tensor of the backward pass" if unknown else "no tensor was given"
        name = unknown[0] if unknown else "dx"
        raise BadParameter(f"{what}; give one or more of {', '.join(reversed(ORDER))}.", parameter=name)


def _diagnosed(
    case: Case, tensor: str, answer: Answer, built: Candidates, coefficients: Coefficients | None, verdict: Verdict
) -> Iterator[Diagnosis]:
    """The named mistakes that give this answer, best first; else the factors in words; else nothing."""
    matches = _matches(case, tensor, answer, built)
    for name, residual in matches:
        mistake = MISTAKES[name]
        yield Diagnosis(name, tensor, mistake.title, mistake.explanation, mistake.look_at, residual)
    if matches or tensor != "dx" or coefficients is None or verdict.verdict != "wrong":
        return
    tolerance = max(CLOSE, _tolerance(case, tensor, answer, float(np.abs(answer.values).max())))
    if coefficients.residual_per_unit <= tolerance and np.isfinite(coefficients.per_unit[0]).any():
        words = in_words(coefficients, tolerance)
        residual = coefficients.residual_per_unit
        yield Diagnosis(
            UNNAMED, tensor, "Factors without a name", words, MISTAKES["statistics_constant"].look_at, residual
        )


def _matches(case: Case, tensor: str, answer: Answer, built: Candidates) -> list[tuple[str, float]]:
    """The ids within the answer's rounding (or, if there are none, those that are close), and what is near the best.

    Within rounding none is better than another, and the simpler comes first, as in the tables.
    """
    residuals = built.distances(answer.values)
    noise = noise_of(case, tensor, answer.rounding, answer.unit)
    fine = _relative(noise, np.maximum(built.largest, np.abs(answer.values).max()))
    excess = residuals / fine
    explaining = residuals <= EXPLAINED * _apart(case.truth[tensor], answer.values)
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


def _relative(noise: float, sizes: Float64) -> Float64:
    share = np.divide(noise, sizes, out=np.full(sizes.shape, EXACT), where=sizes > 0)
    relative: Float64 = np.maximum(EXACT, share)
    return relative


def _tolerance(case: Case, tensor: str, answer: Answer, largest: float) -> float:
    return float(_relative(noise_of(case, tensor, answer.rounding, answer.unit), np.array([largest]))[0])


def _about(
    case: Case, taken: Mapping[str, Answer], verdicts: Mapping[str, Verdict], diagnoses: tuple[Diagnosis, ...]
) -> Iterator[str]:
    """What to know about each answer: its type, its shape, what it may be as well, that it is not recognized."""
    for name, answer in taken.items():
        verdict = verdicts[name]
        largest = float(np.abs(case.truth[name]).max())
        if answer.turned:
            yield f"{name} has the shape of a transposed x; give {case.expected(name)}."
        if verdict.noise > CLOSE * largest and answer.values.any():
            yield (
                f"Rounding alone may change {name} by {verdict.noise:.2g}, and its largest number is {largest:.2g}: "
                "nothing smaller is called wrong."
            )
        mine = [diagnosis.id for diagnosis in diagnoses if diagnosis.tensor == name]
        if len(mine) > 1:
            yield f"On this batch these mistakes give the same {name}: {', '.join(mine)}. A probe tells them apart."
        elif verdict.verdict == "wrong" and not mine:
            first = _first(verdicts)
            advice = f"Look at {first} first." if first != name else "Check one path after the other, on a probe."
            yield f"{name} is wrong in a way that is not recognized. {advice}"
        elif verdict.verdict == "close":
            yield f"{name} is close but not exact."
        if verdict.verdict != "exact" and verdict.max_abs_error <= answer.unit:
            yield f"{name} agrees with the correct one in all the digits that were given; give more of them."


def _first(verdicts: Mapping[str, Verdict]) -> str:
    return next(name for name, verdict in verdicts.items() if verdict.verdict == "wrong")


def _blind(case: Case, taken: Mapping[str, Answer], built: Mapping[str, Candidates]) -> Iterator[str]:
    """The mistakes that would not be called wrong on these data, however they are written."""
    for name, answer in taken.items():
        noise = noise_of(case, name, answer.rounding, answer.unit)
        allowed = max(CLOSE * float(np.abs(case.truth[name]).max()), noise)
        errors = np.abs(built[name].values - case.truth[name].ravel()).max(1)
        shown = {id for id, error in zip(built[name].ids, errors, strict=True) if error > allowed}
        hidden = [id for id in dict.fromkeys(built[name].ids) if id not in shown]
        if hidden:
            yield f"On this batch these mistakes would not show in {name}: {', '.join(hidden)}. A probe shows them."
