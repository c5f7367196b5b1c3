"""The check: verdicts, the first wrong tensor, and what each wrong one is recognized as."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Float64
from bncore.diagnosis.explanation import Diagnosis
from bncore.diagnosis.given.allowance import Allowance, rounded, shaken
from bncore.diagnosis.given.answers import Answer, Printed, answer_of
from bncore.diagnosis.given.case import ORDER, Case
from bncore.diagnosis.given.convention import Convention
from bncore.diagnosis.given.halves import Halves
from bncore.diagnosis.given.precision import FLOAT32, FLOAT64, Precision, coarsest
from bncore.diagnosis.mistakes.candidates import Candidates, candidates
from bncore.diagnosis.mistakes.in_convention import in_convention, over_of
from bncore.diagnosis.mistakes.matches import DECISIVE, apart, shares
from bncore.diagnosis.mistakes.recognition import Tensor, beside_differences, recognized
from bncore.diagnosis.mistakes.triple import FACTORS, Coefficients, fit
from bncore.diagnosis.reasons import reasons
from bncore.diagnosis.remarks import about, blind, hidden
from bncore.diagnosis.verdict import Verdict, verdict_of
from bncore.errors import BadDtype, BadParameter, BatchNormError, NonFiniteInput, ShapeMismatch

REFUSED = (ShapeMismatch, BadDtype, NonFiniteInput)
"""What is said of one tensor does not keep the others from being checked."""


@dataclass(frozen=True, eq=False)
class Report:
    """What `check` found. `correct`: nothing is wrong (it may be close), None where only rounding keeps it open.

    `first_wrong` is in the order of a backward pass. `refused` has the tensors that cannot be compared, and why; with
    one of them nothing is `correct`.
    `coefficients` are those of the given dx, None without it or with fewer than 4 examples. `reasons` are the names of
    what keeps these data from telling more; `warnings` say it in sentences. `eps_placement`
    and `convention` are the case's, `paths` the factors that its dx has, and `over` the axes of another norm's
    statistics: lines of code are written by them.
    """

    correct: bool | None
    tensors: dict[str, Verdict]
    first_wrong: str | None
    diagnoses: tuple[Diagnosis, ...]
    coefficients: Coefficients | None
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    refused: Mapping[str, str] = field(default_factory=dict)
    eps_placement: str = "variance"
    convention: Convention = field(default_factory=Convention)
    paths: tuple[str, ...] = tuple(FACTORS)
    over: str = ""


def check(
    case: Case,
    answers: Mapping[str, ArrayLike | Printed | None],
    *,
    units: Mapping[str, float] | None = None,
    built: Mapping[str, Candidates] | None = None,
    unread: Mapping[str, str] | None = None,
) -> Report:
    """Compare a student's tensors (any of dx, dgamma, dbeta, dx_hat, dvar, dsigma, dmean) with the correct ones.

    `dsigma` is dL/ds, s the denominator. Largest error relative to the tensor's largest magnitude: up to 1e-9 exact, up
    to 1e-4 close, above wrong; never stricter than the rounding of the answer's type, the last digit that was printed,
    or `units`, half of the last digit of those of x, dy and gamma that were printed. What that explains is exact, or,
    where more than 1e-4 is explained by it, close. Wrong and close tensors are compared with every named mistake, built
    on these data; `built` has those that were built already. `unread` says of further tensors why they cannot be read.

    >>> from bncore.diagnosis import case_of
    >>> case = case_of([[1.0], [2.0], [4.0], [9.0]], [3.0], dy=[[1.0], [0.0], [2.0], [5.0]], eps=0.5)
    >>> check(case, {"dbeta": [2.0]}).diagnoses[0].title
    'A mean stands where a sum belongs'

    A tensor whose shape or numbers cannot be meant is refused, and the others are checked. Raises BadParameter (no
    tensor, one of another name, or one that float64 cannot hold on this batch); where no tensor can be compared
    ShapeMismatch, BadDtype or NonFiniteInput.
    """
    given = {name: values for name, values in answers.items() if values is not None}
    _known(given)
    taken, refused = _taken(case, given)
    built = {name: (built or {}).get(name) or candidates(case, name) for name in taken}
    units = {name: unit for name, unit in (units or {}).items() if unit > 0}
    tensors = _tensors(case, taken, built, units)
    judged = beside_differences({name: recognized(tensor) for name, tensor in tensors.items()})
    verdicts = {name: _with_hidden(tensors[name], verdict) for name, (verdict, _) in judged.items()}
    diagnoses = tuple(in_convention(case, diagnosis) for _, mine in judged.values() for diagnosis in mine)
    wrong = [name for name, verdict in verdicts.items() if verdict.wrong]
    why = dict(reasons(case))
    said = (*_said(case, taken, verdicts, built, diagnoses, units), *why.values())
    coefficients = tensors["dx"].coefficients if "dx" in tensors else None
    first = wrong[0] if wrong else None
    sentences = dict(unread or {}) | {name: str(error) for name, error in refused.items()}
    return Report(
        _correct(verdicts, sentences), verdicts, first, diagnoses, coefficients, tuple(why), said, sentences,
        case.eps_placement, case.convention, case.paths, "" if case.convention.norm == "batch" else over_of(case),
    )  # fmt: skip


def _correct(verdicts: Mapping[str, Verdict], refused: Mapping[str, str]) -> bool | None:
    if refused or any(verdict.wrong for verdict in verdicts.values()):
        return False
    return None if any(verdict.verdict == "open" for verdict in verdicts.values()) else True


def _taken(case: Case, given: Mapping[str, ArrayLike | Printed]) -> tuple[dict[str, Answer], dict[str, BatchNormError]]:
    """The tensors that can be compared, and of the others why not. Raises if there are only others."""
    taken: dict[str, Answer] = {}
    refused: dict[str, BatchNormError] = {}
    for name in (name for name in ORDER if name in given):
        if name not in case.truth:
            refused[name] = BadParameter(f"There is no {name} in {_where(case)}", parameter=name)
            continue
        try:
            taken[name] = answer_of(case, name, given[name])
        except REFUSED as error:
            refused[name] = error
    _held(case, taken)
    if not taken:
        raise next(refused[name] for name in given)
    return taken, refused


def _where(case: Case) -> str:
    if case.convention.frozen:
        return "inference: mean and variance are constants."
    return "RMS norm: it subtracts no mean, and adds no beta."


def _tensors(
    case: Case, taken: Mapping[str, Answer], built: Mapping[str, Candidates], units: Mapping[str, float]
) -> dict[str, Tensor]:
    """Each answer with its verdict by size, and all that it is held against."""
    usual = coarsest(answer.precision for answer in taken.values())
    types = {name: answer.precision or usual for name, answer in taken.items()}
    halves = tuple(Halves(case, precision) for precision in dict.fromkeys(types.values()) if precision.half)
    allowed = _allowed(case, taken, types, units)
    tensors: dict[str, Tensor] = {}
    for name, answer in taken.items():
        verdict = _judged(case, name, answer.values, allowed[name], built[name])
        factors = fit(case, answer.values, verdict.allowed.total) if name == "dx" else None
        tensors[name] = Tensor(case, name, answer.values, types[name], verdict, built[name], factors, halves)
    return tensors


def _with_hidden(tensor: Tensor, verdict: Verdict) -> Verdict:
    """A coarse verdict with the mistakes that agree as well."""
    if not verdict.coarse:
        return verdict
    each = np.broadcast_to(verdict.allowed.each, tensor.values.shape).ravel()
    agree = (np.abs(tensor.built.values - tensor.values.ravel()) <= each).all(1)
    return replace(verdict, hides=tuple(dict.fromkeys(tensor.built.ids[index] for index in np.flatnonzero(agree))))


def _known(given: Mapping[str, ArrayLike | Printed]) -> None:
    unknown = [name for name in given if name not in ORDER]
    if unknown or not given:
        what = f"{unknown[0]} is no tensor of the backward pass" if unknown else "no tensor was given"
        name = unknown[0] if unknown else "dx"
        raise BadParameter(f"{what}; give one or more of {', '.join(reversed(ORDER))}.", parameter=name)


def _held(case: Case, given: Mapping[str, Answer]) -> None:
    """Raises unless float64 holds what is added up to each tensor."""
    for name in given:
        if not np.isfinite(case.terms[name]):
            slope = np.abs(case.gamma * case.inverse).max()
            largest = f"dy is as large as {np.abs(case.dy).max():.3g}, gamma/s as {slope:.3g}"
            detail = f"{name} is more than float64 holds on this batch: {largest}. Give smaller numbers."
            raise BadParameter(detail, parameter="dy")


def _allowed(
    case: Case, taken: Mapping[str, Answer], types: Mapping[str, Precision], units: Mapping[str, float]
) -> dict[str, Allowance]:
    """What each answer may be off by without being wrong; what is stored in 16 bits is computed in float32."""
    computed = {name: FLOAT32 if precision.half else precision for name, precision in types.items()}
    roundings = {precision: rounded(case, precision.eps) for precision in {FLOAT64, *computed.values()}}
    moved = {source: shaken(case, **{source: unit}) for source, unit in units.items()}
    return {
        name: Allowance(
            least=roundings[FLOAT64][name], rounding=roundings[computed[name]][name], digits=answer.unit,
            batch={source: parts[name] for source, parts in moved.items()},
            own=types[name].own(answer.values) if types[name].half else 0.0, precision=types[name],
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
    fine = shares(allowed.without_batch().total, np.maximum(built.largest, np.abs(values).max()))
    if (residuals <= np.minimum(fine, DECISIVE * apart(case.truth[name], values))).any():
        return as_it_stands
    return verdict_of(case, name, values, allowed)


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
        yield from about(case, name, answer, verdicts[name], built[name], mine, first)
    for name in taken:
        yield from hidden(case, name, verdicts[name], units)
    for name in taken:
        yield from blind(case, name, verdicts[name], built[name])
