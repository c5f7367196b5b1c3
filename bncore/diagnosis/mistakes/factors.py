"""Mistakes in dx as their factors (p, a, c), for multiplying two of them.

dx = (p/s) [ h - a <h> - c c0 x_hat <h x_hat> ]          h = gamma g
"""

from collections.abc import Callable, Iterator

import numpy as np

from bncore.arguments import Float64
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.mistakes.paths import (
    TRIPLES,
    Factor,
    Triple,
    fits,
    other_variance,
    running_triples,
    unbiased_scale,
)
from bncore.epsilon import EPS_PLACEMENTS, reciprocal


def factors_of_mistakes(case: Case) -> Iterator[tuple[str, Float64]]:
    """The id and the factors (3, n) of each mistake that is a triple, one for each way of writing it."""
    for name, made in (TRIPLES | OTHERS).items():
        for triple in (triple for triple in made(case) if fits(case, triple)):
            yield name, np.stack([np.broadcast_to(np.asarray(factor, float), case.units) for factor in triple])


def _of_scale(case: Case, scale: Float64, pull: Factor) -> Triple:
    """Another s throughout, x_hat as well: p = s/scale, and c is its pull times p^2, over c0."""
    ratio = case.scale * reciprocal(scale)
    return ratio, 1, pull * ratio**2 * reciprocal(np.asarray(case.pull, float))


def _eps_dropped(case: Case) -> list[Triple]:
    """As `paths.eps_dropped`: everywhere; in 1/s alone; in the derivative of the root alone."""
    ratio = case.scale * reciprocal(case.sigma)
    root: list[Triple] = [(1, 1, ratio)] if case.eps_placement == "variance" else []
    return [_of_scale(case, case.sigma, _bessel(case)), (ratio, 1, 1), *root]


def _bessel(case: Case) -> Float64:
    """What c0 is more than s ds/dsigma / sigma: K/(K - 1) by the unbiased variance."""
    return case.pull * reciprocal(case.placement.pulled(case.sigma, case.scale))


def _eps_placement(case: Case) -> list[Triple]:
    other = next(placed for name, placed in EPS_PLACEMENTS.items() if name != case.eps_placement)
    scale = other.scale(case.var, case.eps)
    return [_of_scale(case, scale, _bessel(case) * other.pull(case.var, scale))]


def _other_variance(case: Case, *, meant: bool) -> list[Triple]:
    """As `paths.unbiased_in_forward`, or `biased_in_forward` where the unbiased one is `meant`."""
    if case.convention.unbiased != meant or "mean_path" not in case.paths:
        return []
    _, scale, pull = other_variance(case)
    return [_of_scale(case, scale, pull)]


def _gamma(case: Case, *, paths_only: bool) -> list[Triple]:
    """1/gamma of everything, or of the paths; a gamma of 0 has none, nor have gammas that differ inside of a sum."""
    if not case.gamma.all() or case.gamma.ndim > 1:
        return []
    without = 1 / case.gamma
    return [(1, without, without) if paths_only else (without, 1, 1)]


OTHERS: dict[str, Callable[[Case], list[Triple]]] = {
    "unbiased_in_forward": lambda case: _other_variance(case, meant=False),
    "unbiased_scale_in_backward": unbiased_scale,
    "biased_in_forward": lambda case: _other_variance(case, meant=True),
    "eps_dropped": _eps_dropped,
    "eps_placement": _eps_placement,
    "gamma_missing": lambda case: _gamma(case, paths_only=False),
    "gamma_direct_only": lambda case: _gamma(case, paths_only=True),
    "running_statistics": running_triples,
}
