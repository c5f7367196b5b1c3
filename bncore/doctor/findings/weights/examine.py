"""All that a model's arrays tell of its norms, worst first."""

from collections.abc import Callable, Iterator

import numpy as np

from bncore.doctor.findings.finding import Finding, worst_first
from bncore.doctor.findings.weights.bias import bias_in_front
from bncore.doctor.findings.weights.copies import copied_statistics
from bncore.doctor.findings.weights.gamma import gamma_dead, gamma_huge, gamma_negative
from bncore.doctor.findings.weights.neighbours import channel_unlike, scale_factor, sizes, unlike_neighbours
from bncore.doctor.findings.weights.reach import float16_reach, int8_reach
from bncore.doctor.findings.weights.seen import Seen, seen
from bncore.doctor.findings.weights.shift import shift_saturates
from bncore.doctor.findings.weights.updates import folded, momentum_forgets, never_updated, too_few_batches
from bncore.doctor.findings.weights.values import lengths_differ, not_finite, variance_negative, variance_small
from bncore.doctor.model import Model

Rule = Callable[[Seen], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    not_finite, variance_negative, variance_small, never_updated, folded, too_few_batches, momentum_forgets, gamma_dead,
    gamma_negative, gamma_huge, float16_reach, int8_reach, shift_saturates, bias_in_front,
)  # fmt: skip
"""What is asked of each norm by itself; `kinds/weights.py` says when and why."""


def examine(model: Model) -> tuple[Finding, ...]:
    """What is wrong with each norm of a model, from its arrays alone.

    Reads the weight in front of each norm once, one at a time. Values of the file that are not finite are told, never
    raised.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return worst_first(_of(model))


def _of(model: Model) -> Iterator[Finding]:
    norms = [seen(model, norm) for norm in model.norms]
    odd = [list(lengths_differ(norm)) for norm in norms]
    yield from (finding for findings in odd for finding in findings)
    norms = [norm for norm, findings in zip(norms, odd, strict=True) if not findings and norm.channels]
    for rule in RULES:
        for norm in norms:
            yield from rule(norm)
    yield from copied_statistics(norms)
    measured = [size for size in map(sizes, norms) if size is not None]
    yield from scale_factor(measured)
    yield from unlike_neighbours(measured)
    for one in measured:
        yield from channel_unlike(one)
