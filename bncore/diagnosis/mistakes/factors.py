"""Mistakes in dx as their factors (p, a, c), for multiplying two of them.

dx = p (gamma/s) [ g - a <g> - c c0 x_hat <g x_hat> ]
"""

from collections.abc import Callable, Iterator

import numpy as np

from bncore.arguments import Float64
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.mistakes.paths import TRIPLES, Factor, Triple, running_triples, unbiased
from bncore.epsilon import EPS_PLACEMENTS, reciprocal


def factors_of_mistakes(case: Case) -> Iterator[tuple[str, Float64]]:
    """The id and the factors (3, n) of each mistake that is a triple, one for each way of writing it."""
    for name, made in (TRIPLES | OTHERS).items():
        for triple in made(case):
            yield name, np.stack([np.broadcast_to(np.asarray(factor, float), case.units) for factor in triple])


def _of_scale(case: Case, scale: Float64, pull: Factor) -> Triple:
    """Another s throughout, x_hat as well: p = s/scale, and c is its pull times p^2, over c0."""
    ratio = case.scale * reciprocal(scale)
    return ratio, 1, pull * ratio**2 * reciprocal(np.asarray(case.pull, float))


def _eps_dropped(case: Case) -> list[Triple]:
    """As `paths.eps_dropped`: everywhere; in 1/s alone; in the derivative of the root alone."""
    ratio = case.scale * reciprocal(case.sigma)
    root: list[Triple] = [(1, 1, ratio)] if case.eps_placement == "variance" else []
    return [_of_scale(case, case.sigma, 1.0), (ratio, 1, 1), *root]


def _eps_placement(case: Case) -> list[Triple]:
    other = next(placed for name, placed in EPS_PLACEMENTS.items() if name != case.eps_placement)
    scale = other.scale(case.var, case.eps)
    return [_of_scale(case, scale, other.pull(case.var, scale))]


def _unbiased_in_forward(case: Case) -> list[Triple]:
    var, scale = unbiased(case)
    return [_of_scale(case, scale, case.count / (case.count - 1) * case.placement.pull(var, scale))]


def _gamma(case: Case, *, paths_only: bool) -> list[Triple]:
    """1/gamma of everything, or of the paths; a gamma of 0 has none."""
    if not case.gamma.all():
        return []
    without = 1 / case.gamma
    return [(1, without, without) if paths_only else (without, 1, 1)]


OTHERS: dict[str, Callable[[Case], list[Triple]]] = {
    "unbiased_in_forward": _unbiased_in_forward,
    "eps_dropped": _eps_dropped,
    "eps_placement": _eps_placement,
    "gamma_missing": lambda case: _gamma(case, paths_only=False),
    "gamma_direct_only": lambda case: _gamma(case, paths_only=True),
    "running_statistics": running_triples,
}
