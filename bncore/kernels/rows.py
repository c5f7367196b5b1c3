"""The compiled passes over rows of cells that share a statistic: layer, instance, group and RMS norm."""

from typing import NamedTuple

import numpy as np

from bncore.arguments import Array, Float64
from bncore.kernels.backend import in_force
from bncore.kernels.passes import NOT_HERE


class RowRule(NamedTuple):
    """How rows of cells that share a statistic are standardized, and which parameters are theirs.

    A parameter belongs to a `piece` of so many cells; row number m has those of group m % `groups`.
    """

    groups: int
    piece: int
    eps: float
    beside: bool
    centred: bool


def moments_rows(x: Array) -> tuple[Float64, Float64, Float64] | None:
    """mean, var and mean_rest of rows (M, K), (M,) each; None without kernels, and where a row is odd."""
    if in_force.compiled is None:
        return None
    table, one = np.empty((5, len(x))), np.ones((1, 1))
    how = (*RowRule(1, x.shape[1], 0.0, False, True), in_force.backend.threads)
    if in_force.compiled.moments_rows(x, table, one, one, *how):
        return None
    return table[0], table[1], table[2]


def forward_rows(x: Array, y: Array, table: Float64, gamma: Float64, beta: Float64, rule: RowRule) -> int:
    """Fills y (M, K) and the `table` (5, M), mean to factor; 0 if there are kernels and nothing is odd."""
    if in_force.compiled is None:
        return NOT_HERE
    return in_force.compiled.forward_rows(y, x, table, gamma, beta, *rule, in_force.backend.threads)  # type: ignore[no-any-return]


def backward_rows(dy: Array, x: Array, dx: Array, table: Float64, gamma: Float64, sums: Float64, rule: RowRule) -> int:
    """Fills dx, and `sums` (2, P) with dbeta and dgamma; 0 if all are finite and fit their dtypes."""
    if in_force.compiled is None:
        return NOT_HERE
    return in_force.compiled.backward_rows(dx, dy, x, table, gamma, sums, *rule, in_force.backend.threads)  # type: ignore[no-any-return]
