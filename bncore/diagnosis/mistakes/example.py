"""Ready answers to a batch: the correct one, and one with each named mistake, for showing what a check says of it."""

from collections.abc import Mapping

from bncore.arguments import Float64
from bncore.diagnosis.given.case import LIKE_X, Case
from bncore.diagnosis.mistakes.candidates import Candidates, candidates
from bncore.diagnosis.mistakes.catalogue import MISTAKES

CORRECT = "correct"
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
    return {
        name: {
            tensor: case.as_given(rows) if tensor in LIKE_X else rows.reshape(case.expected(tensor))
            for tensor, rows in answers.items()
        }
        for name, answers in by_mistake.items()
    }


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
