"""Every named mistake built on the given data, and how far they are from an answer and from each other."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.diagnosis.given.axes import axis_candidates
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.given.parameters import parameter_candidates
from bncore.diagnosis.mistakes.paths import dx_candidates


@dataclass(frozen=True, eq=False)
class Candidates:
    """`ids` with one row of `values` (M, size) each; an id has a row for each way of making the mistake.

    `largest` is the largest magnitude of each row.
    """

    ids: tuple[str, ...]
    values: Float64
    largest: Float64

    def distances(self, values: Float64) -> Float64:
        """The largest difference of each row from `values`, relative to the larger of both; 0 where both are 0."""
        flat = values.reshape(1, -1)
        return _share(np.abs(self.values - flat).max(1), np.maximum(self.largest, np.abs(flat).max()))


def candidates(case: Case, tensor: str) -> Candidates:
    """All named mistakes in one tensor; those that float64 cannot hold on this data are left out."""
    with np.errstate(over="ignore", invalid="ignore"):
        pairs = list(_built(case, tensor))
        size = case.truth[tensor].size
        values = np.stack([(value + 0 * case.truth[tensor]).ravel() for _, value in pairs]).reshape(-1, size)
        largest = np.abs(values).max(1)
    held = np.isfinite(largest)
    names = tuple(name for (name, _), kept in zip(pairs, held, strict=True) if kept)
    return Candidates(names, values[held], largest[held])


def _built(case: Case, tensor: str) -> Iterator[tuple[str, Float64]]:
    if tensor != "dx":
        yield from parameter_candidates(case, tensor)
        return
    yield from dx_candidates(case)
    yield from axis_candidates(case)


def _share(errors: Float64, sizes: Float64) -> Float64:
    return np.divide(errors, sizes, out=np.zeros_like(errors), where=sizes > 0)


def separation(case: Case, tensor: str) -> tuple[float, str, str]:
    """The smallest distance between two mistakes, or a mistake and the truth, and their ids ("" is the truth)."""
    rivals = candidates(case, tensor)
    ids = np.array([*rivals.ids, ""])
    rows = np.vstack([rivals.values, case.truth[tensor].ravel()])
    largest = np.abs(rows).max(1)
    nearest = (np.inf, "", "")
    for index, row in enumerate(rows[:-1]):
        others = np.flatnonzero(ids[index + 1 :] != ids[index]) + index + 1
        errors = _share(np.abs(rows[others] - row).max(1), np.maximum(largest[others], largest[index]))
        best = int(np.argmin(errors))
        nearest = min(nearest, (float(errors[best]), str(ids[index]), str(ids[others[best]])))
    return nearest
