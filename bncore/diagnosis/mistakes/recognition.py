"""What one tensor that is not exact is recognized as: a mistake, two, a place, factors, or else rounding."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from bncore.arguments import Float64
from bncore.diagnosis.explanation import Diagnosis, in_places, of_factors, of_mistake
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.given.halves import Halves
from bncore.diagnosis.given.precision import Precision
from bncore.diagnosis.mistakes.candidates import Candidates, candidates
from bncore.diagnosis.mistakes.matches import DECISIVE, apart, matches, shares
from bncore.diagnosis.mistakes.pairs import pairs
from bncore.diagnosis.mistakes.places import Mask, Places, places, zeroed
from bncore.diagnosis.mistakes.scatter import LARGEST, like_differences
from bncore.diagnosis.mistakes.triple import Coefficients
from bncore.diagnosis.verdict import DIFFERENCES, EXACT, HALF_COMPUTATION, HALF_INPUTS, Verdict

OF_SUMS = 24.0
"""In 16 bits a factor, which comes of sums, is told from rounding only if it is so many steps off."""
BEYOND = 8.0
"""In 16 bits a slip is told from rounding only if it is so many half steps large."""


@dataclass(frozen=True, eq=False)
class Tensor:
    """One answer with all that it is held against; `halves` are the types of 16 bits that one of the answers has."""

    case: Case
    name: str
    values: Float64
    precision: Precision
    verdict: Verdict
    built: Candidates
    coefficients: Coefficients | None
    halves: tuple[Halves, ...]

    @property
    def truth(self) -> Float64:
        return self.case.truth[self.name]

    @property
    def half(self) -> Halves | None:
        """Those of its own type, if that has 16 bits."""
        return next((half for half in self.halves if half.precision is self.precision), None)

    @cached_property
    def pairs(self) -> Candidates | None:
        """The pairs of mistakes that are near; None where too many would be by chance."""
        share = float(shares(self.verdict.allowed.total, np.abs(self.values).max(keepdims=True)).max())
        return pairs(self.case, self.name, self.values, self.built, share)

    @cached_property
    def like_half(self) -> bool:
        """Whether its errors may be those of a computation in its 16 bits."""
        return self.half is not None and self.half.looks_computed(self.name, self.values)


def recognized(given: Tensor) -> tuple[Verdict, tuple[Diagnosis, ...]]:
    """The verdict, changed where only rounding is seen, and what explains the answer."""
    verdict = given.verdict
    if verdict.verdict == "exact" or verdict.coarse:
        return verdict, ()
    if any(half.of_rounded_inputs(given.name, given.values, verdict.allowed) for half in given.halves):
        return replace(verdict, verdict="close", coarse=False, looks_like=HALF_INPUTS), ()
    ways = (_named, _named_in_half, _paired, _placed, _scaled) if verdict.wrong else (_named,)
    diagnoses = next((made for way in ways if (made := tuple(way(given)))), ())
    if diagnoses:
        return verdict, diagnoses
    if given.like_half:
        return replace(verdict, verdict="open", looks_like=HALF_COMPUTATION), ()
    like = like_differences(given.case, given.values, given.precision) if given.name == "dx" else ""
    if like:
        return replace(verdict, verdict="open" if verdict.wrong else verdict.verdict, looks_like=like), ()
    return verdict, ()


def _named(given: Tensor) -> Iterator[Diagnosis]:
    """The named mistakes that give this answer."""
    yield from _within(given, matches(given.truth, given.values, given.built, given.verdict.allowed.total))


def _named_in_half(given: Tensor) -> Iterator[Diagnosis]:
    """The named mistakes made in 16 bits: on a batch that was rounded to them, or with rounding at each step.

    They have to leave a tenth of the answer's error: rounding alone comes near to many small ones.
    """
    if given.half is None:
        return
    most, error = DECISIVE * apart(given.truth, given.values), given.verdict.allowed.total
    ways = [(candidates(batch, given.name), error) for batch in given.half.batches]
    ways += [] if given.like_half else [(given.built, max(error, given.half.strays(given.name)))]
    for built, room in ways:
        near = [one for one in matches(given.truth, given.values, built, room) if one[1] <= most]
        if near:
            yield from (of_mistake(given.name, name, residual) for name, residual in near)
            return


def _paired(given: Tensor) -> Iterator[Diagnosis]:
    """Two named mistakes at once."""
    if given.pairs is not None and given.pairs.ids:
        yield from _within(given, matches(given.truth, given.values, given.pairs, given.verdict.allowed.total))


def _within(given: Tensor, matched: list[tuple[str, float]]) -> Iterator[Diagnosis]:
    """What was found; in 16 bits only what leaves a tenth of an error that may be rounding."""
    most = DECISIVE * apart(given.truth, given.values) if matched and given.like_half else np.inf
    yield from (of_mistake(given.name, name, residual) for name, residual in matched if residual <= most)


def _placed(given: Tensor) -> Iterator[Diagnosis]:
    """What is wrong in some places, if the others are right; or 0 there, if the others are what a mistake gives."""
    allowed = given.verdict.allowed.each
    zero = zeroed(given.values, given.truth, allowed)
    if not given.values.any():
        yield in_places(given.name, Places("", True, ~zero), apart(given.truth, given.values))
        return
    wrong = np.abs(given.values - given.truth) > allowed
    where = places(given.case, given.name, wrong, zero=bool((zero == wrong).all()))
    if where and (where.zero or given.half is None or _a_slip(given, wrong)):
        yield in_places(given.name, where, apart(given.truth, given.values))
        return
    where = places(given.case, given.name, zero, zero=True) if zero.any() else None
    if where:
        yield from (in_places(given.name, where, residual, name) for name, residual in _elsewhere(given, where))


def _a_slip(given: Tensor, wrong: Mask) -> bool:
    """In 16 bits: whether what is wrong is too far off for their rounding, beside the largest number of its unit."""
    size = np.abs(given.truth).max(0) + np.zeros_like(given.truth)
    far = np.abs(given.values - given.truth)
    return bool((far >= 0.5 * BEYOND * given.precision.eps * size)[wrong].all())


def _elsewhere(given: Tensor, where: Places) -> list[tuple[str, float]]:
    """The named mistakes that give the numbers that are kept."""
    kept = where.kept.ravel()
    values = given.built.values[:, kept]
    built = Candidates(given.built.ids, values, np.abs(values).max(1))
    error = given.verdict.allowed.total
    return matches(given.truth.ravel()[kept], given.values.ravel()[kept], built, error)


def _scaled(given: Tensor) -> Iterator[Diagnosis]:
    """Factors that fit as closely as the answer's own numbers tell, though they have no name."""
    factors = given.coefficients
    if given.name != "dx" or factors is None or not factors.fits or not np.isfinite(factors.per_unit[0]).any():
        return
    if not factors.off(OF_SUMS * given.precision.eps if given.like_half else 0.0):
        return
    tried = given.pairs is not None and bool(given.case.gamma.all())
    yield of_factors(factors, tried=tried)


def beside_differences(
    judged: dict[str, tuple[Verdict, tuple[Diagnosis, ...]]],
) -> dict[str, tuple[Verdict, tuple[Diagnosis, ...]]]:
    """The same; dgamma and dbeta, too few numbers to tell noise, are taken for differences where dx is one."""
    like = judged["dx"][0].looks_like if "dx" in judged else ""
    if like not in DIFFERENCES.values():
        return judged
    changed = {}
    for name, (verdict, diagnoses) in judged.items():
        off = verdict.max_rel_error or 0.0
        noisy = not (diagnoses or verdict.looks_like or verdict.coarse) and EXACT < off <= LARGEST
        if name in ("dgamma", "dbeta") and noisy and verdict.verdict != "exact":
            verdict = replace(verdict, verdict="open" if verdict.wrong else verdict.verdict, looks_like=like)
        changed[name] = verdict, diagnoses
    return changed
