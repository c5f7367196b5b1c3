"""Two named mistakes at once: where none alone gives an answer, each pair that can be computed from both is tried.

Mistakes in dx that are a triple (p, a, c) of factors multiply factor by factor. What changes the whole tensor alone (a
sign, K, gamma) goes with every other mistake. A pair in which one mistake hides a part of the other is none: what is
missing has no sign.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from bncore.arguments import Float64
from bncore.diagnosis.given.axes import AXES
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.mistakes.candidates import Candidates
from bncore.diagnosis.mistakes.factors import factors_of_mistakes
from bncore.diagnosis.mistakes.paths import batch_sizes, of_triple
from bncore.diagnosis.verdict import CLOSE

BOTH = "+"
"""Between the ids of a pair."""
LOOKED_AT = 64
"""Numbers of the answer on which most pairs are ruled out."""
MOST_TRIED = 1000
CHANCE = 1e-3
"""More of so many pairs than this expected to fit by chance, and none is tried."""
SAME = 1e-12
"""Below this share of the answer's largest number two pairs do not differ."""
WHOLE = {
    "averaged", "times_gamma", "sign", "variance_path_sign", "mean_path_sign", "variance_path_doubled",
    "variance_path_halved", "gamma_squared", "gamma_missing", "std_power", "scale_missing",
}  # fmt: skip
"""In a tensor of one number a unit these are factors of the correct one."""
OF_GAMMA = {"gamma_missing", "gamma_squared", "gamma_direct_only"}
OF_SIZE = {"scaled_by_batch_size", "divided_by_batch_size"}
ONE_OF = (OF_GAMMA, OF_SIZE)
"""Of these no two are made at once: together they undo each other, or are a third."""


Pairs = tuple[list[str], Float64]
"""Ids, and the tensor that each pair gives, (M, …)."""


def pairs(case: Case, tensor: str, values: Float64, built: Candidates, share: float) -> Candidates | None:
    """The pairs that give `values` within CLOSE, or within `share` of its largest number; None if none can be tried."""
    within = max(CLOSE, share)
    with np.errstate(all="ignore"):
        if tensor != "dx":
            return _near([_of_parameters(case, tensor, built)], values, within, case.units)
        groups = [_of_triples(case, values, within), *_of_whole(case, built)]
        return _near(groups, values, within, 3 * case.units)


def parts(name: str) -> list[str]:
    """The ids of which a pair is made; of one mistake its own."""
    return name.split(BOTH)


def _near(groups: list[Pairs], values: Float64, within: float, free: int) -> Candidates | None:
    """Those near enough, each pair of ids once; `free` numbers of the answer do not follow from others."""
    if MOST_TRIED * min(1.0, 2 * within) ** min(values.size, free) > CHANCE:
        return None
    largest = float(np.abs(values).max())
    kept: dict[str, Float64] = {}
    for names, made in groups:
        rows = made.reshape(len(names), values.size)
        room = within * np.maximum(largest, np.abs(rows).max(1, initial=0.0))
        near = np.flatnonzero(np.abs(rows - values.ravel()).max(1, initial=0.0) <= room)
        for index in near:
            kept.setdefault(names[index], rows[index])
    different = _different(kept, largest)
    stacked = np.array(list(different.values())).reshape(len(different), values.size)
    return Candidates(tuple(different), stacked, np.abs(stacked).max(1, initial=0.0))


def _different(kept: dict[str, Float64], largest: float) -> dict[str, Float64]:
    """Pairs that are the same by algebra are one: the first in the order of the catalogue."""
    rows: dict[str, Float64] = {}
    for name, made in kept.items():
        if all(np.abs(made - other).max() > SAME * largest for other in rows.values()):
            rows[name] = made
    return rows


def _of_triples(case: Case, values: Float64, within: float) -> Pairs:
    """Products of two triples that agree with the answer on some of its numbers, in full."""
    ids, factors = zip(*factors_of_mistakes(case), strict=True)
    one, other = _go_together(ids, np.stack(factors))
    rows, units = np.unravel_index(np.unique(np.linspace(0, values.size - 1, LOOKED_AT).astype(int)), values.shape)
    overall, mean_path, variance_path = np.moveaxis(np.stack(factors)[:, :, units], 1, 0)
    through = (mean_path[one] * mean_path[other]) * case.through_mean[units]
    variance = case.through_variance[units] * case.x_hat[rows, units]
    through += (variance_path[one] * variance_path[other]) * variance
    seen = overall[one] * overall[other] * case.inverse[units] * (case.h[rows, units] - through)
    room = within * np.maximum(float(np.abs(values).max()), np.abs(seen).max(1))
    near = np.flatnonzero((np.abs(seen - values[rows, units]) <= room[:, np.newaxis]).all(1))
    chosen = [(one[index], other[index]) for index in near]
    made = [of_triple(case, *(factors[i] * factors[j])) for i, j in chosen]
    return [BOTH.join((ids[i], ids[j])) for i, j in chosen], np.array(made).reshape(len(chosen), *values.shape)


def _go_together(ids: Sequence[str], factors: Float64) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The indices of two mistakes that can be seen beside each other: neither hides what is wrong in the other."""
    kinds = np.array([_kind(name) for name in ids])
    one, other = np.triu_indices(len(ids), 1)
    missing, wrong = factors[:, 1:] == 0, factors[:, 1:] != 1
    hidden = ((missing[one] & wrong[other]) | (missing[other] & wrong[one])).any((1, 2))
    together = (kinds[one] != kinds[other]) & ~hidden
    return one[together], other[together]


def _kind(name: str) -> str:
    """The group that has one member at once, or the mistake itself."""
    return next((min(group) for group in ONE_OF if name in group), name)


def _of_whole(case: Case, built: Candidates) -> Iterator[Pairs]:
    """A sign, K or gamma in all of dx, beside a mistake that is no triple; gamma not beside one that moves numbers."""
    triples = {name for name, _ in factors_of_mistakes(case)}
    others = [index for index, name in enumerate(built.ids) if name not in triples]
    factors: list[tuple[str, float | Float64]] = [("sign", -1.0)]
    factors += [("scaled_by_batch_size", float(size)) for size in batch_sizes(case)]
    factors += [("divided_by_batch_size", 1.0 / size) for size in batch_sizes(case)]
    for whole, factor in factors:
        yield [BOTH.join((built.ids[index], whole)) for index in others], factor * built.values[others]
    if not case.gamma.all() or case.gamma.ndim > 1:
        return
    kept = [index for index in others if built.ids[index] not in AXES]
    rows = built.values[kept].reshape(len(kept), *case.x.shape)
    for whole, factor in (("gamma_missing", 1 / case.gamma), ("gamma_squared", case.gamma)):
        yield [BOTH.join((built.ids[index], whole)) for index in kept], factor * rows


def _of_parameters(case: Case, tensor: str, built: Candidates) -> Pairs:
    """A factor of the whole tensor beside any other mistake."""
    truth = case.truth[tensor].ravel()
    ways = list(zip(built.ids, built.values, strict=True)) if truth.all() else []
    each = [
        (BOTH.join((one, other)), values * (further / truth))
        for (one, values), (other, further) in combinations(ways, 2)
        if _kind(one) != _kind(other) and {one, other} & WHOLE
    ]
    return [name for name, _ in each], np.array([values for _, values in each]).reshape(len(each), truth.size)
