"""Ready answers to a batch: the correct one, and one with each named mistake, for showing what a check says of it."""

from collections.abc import Callable, Mapping

import numpy as np

from bncore.arguments import Float64
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.given.lying import LIKE_X
from bncore.diagnosis.mistakes.candidates import Candidates, candidates
from bncore.diagnosis.mistakes.catalogue import MISTAKES
from bncore.diagnosis.mistakes.paths import gamma_missing

CORRECT = "correct"
PAIR = ("sign", "gamma_missing")
DIFFERENCE = 1e-3
"""The largest error of a difference, of dx's largest number."""
TENSORS = ("dx", "dgamma", "dbeta")


def ready_answers(case: Case, built: Mapping[str, Candidates] | None = None) -> dict[str, dict[str, Float64]]:
    """dx, dgamma and dbeta in their own shapes, by the id of the mistake; `correct` first.

    A mistake changes each of the three in which it has a meaning, in the first of its ways; the others are correct.
    Mistakes in the tensors on the way alone, and those that this batch cannot have, are left out.
    `built` has the mistakes that were built already, as `check` takes them.
    """
    there = [tensor for tensor in TENSORS if tensor in case.truth]
    first = {tensor: _first((built or {}).get(tensor) or candidates(case, tensor)) for tensor in there}
    truth = {tensor: case.truth[tensor] for tensor in there}
    by_mistake = {CORRECT: truth}
    for name in MISTAKES:
        made = {tensor: ways[name].reshape(truth[tensor].shape) for tensor, ways in first.items() if name in ways}
        by_mistake |= {name: truth | made} if made else {}
    by_mistake |= {name: truth | {"dx": made(case)} for name, made in BESIDE.items()}
    return {
        name: {
            tensor: case.as_given(rows) if tensor in LIKE_X else rows.reshape(case.expected(tensor))
            for tensor, rows in answers.items()
        }
        for name, answers in by_mistake.items()
    }


def _pair(case: Case) -> Float64:
    """Gamma forgotten, and the sign turned."""
    return -next(gamma_missing(case))


def _without_example(case: Case) -> Float64:
    """The first example is 0, as by a loop that begins at 1."""
    dx = case.table(case.truth["dx"]).copy()
    dx[: case.positions] = 0
    return case.of_table(dx)


def _without_unit(case: Case) -> Float64:
    dx = case.table(case.truth["dx"]).copy()
    dx[:, -1] = 0
    return case.of_table(dx)


def _differences(case: Case) -> Float64:
    """(L(x + h) - L(x - h)) / 2h with both losses in float32, to first order in h; dx itself where it is 0."""
    dx, loss = case.truth["dx"], float((case.dy * case.y).sum())
    largest = float(np.abs(dx).max())
    if not largest:
        return dx
    h = float(np.spacing(np.float32(loss))) / (2 * DIFFERENCE * largest)
    return ((loss + h * dx).astype(np.float32).astype(float) - (loss - h * dx).astype(np.float32)) / (2 * h)


BESIDE: dict[str, Callable[[Case], Float64]] = {
    "+".join(PAIR): _pair, "zeroed_example": _without_example, "zeroed_unit": _without_unit,
    "float32_differences": _differences,
}  # fmt: skip
"""Further examples, of what has no name in the catalogue."""
TITLES = {name: mistake.title for name, mistake in MISTAKES.items()} | {
    CORRECT: "No mistake: the correct gradient",
    "+".join(PAIR): "The sign is wrong, and gamma is missing",
    "zeroed_example": "An example is left at 0",
    "zeroed_unit": "A column is left at 0",
    "float32_differences": "No mistake: central differences in float32",
}
"""What an example shows, by its name."""


def example(case: Case, mistake: str) -> dict[str, Float64]:
    """One of `ready_answers`; {} for a mistake that cannot be made in any of the three on this batch.

    >>> from bncore.diagnosis import probe
    >>> sorted(example(probe(0).case(), "mean_path_missing"))
    ['dbeta', 'dgamma', 'dx']
    """
    return ready_answers(case).get(mistake, {})


def examples(case: Case) -> list[str]:
    """The mistakes that can be made on this batch, in the order of the catalogue."""
    return [name for name in ready_answers(case) if name != CORRECT]


def _first(built: Candidates) -> dict[str, Float64]:
    return dict(zip(reversed(built.ids), reversed(built.values), strict=True))
