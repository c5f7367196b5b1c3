"""The norms within examples by the compiled kernels, where there are any: layer, instance, group and RMS norm.

Their statistics are those of rows that lie side by side in memory. What is odd about a row, or otherwise laid out,
is left to the reference.
"""

from dataclasses import dataclass
from math import prod

import numpy as np

from bncore import kernels
from bncore.arguments import NATIVE, Array, Float64
from bncore.exact.denominator import Denominator
from bncore.kernels import RowRule
from bncore.norms.arrangement import Arrangement
from bncore.norms.core import Standardized
from bncore.norms.table import Norm
from bncore.statistics import Statistics

FEW = 8
"""Up to so many cells a statistic, dx may be next to nothing beside its paths: the reference loses no digit of it."""


@dataclass(frozen=True, eq=False)
class ByRows:
    """y, and what `backward_rows` reads beside dy: x as rows (M, K), their table (5, M) and rule."""

    y: Array
    rows: Array
    table: Float64
    rule: RowRule


def by_rows(
    x: Array, row: Norm, arrangement: Arrangement, gamma: Float64, beta: Float64 | None, eps: float, eps_placement: str
) -> ByRows | None:
    """The norm of an array whose rows are its examples, or the groups of their channels; None where it is not served.

    Rows that do not lie side by side are copied, so that they have the digits of the copy.
    """
    cells = arrangement.count
    if row.running or x.dtype not in NATIVE:
        return None
    piece = prod(x.shape[2:]) if row.per_channel else 1
    rule = RowRule(gamma.size * piece // cells, piece, eps, eps_placement == "deviation", row.centred)
    rows, table, y = _rows(x, cells), np.empty((5, arrangement.statistics)), np.empty(x.shape, x.dtype)
    shift = np.zeros((1, gamma.size)) if beta is None else beta.reshape(1, -1)
    if kernels.forward_rows(rows, y.reshape(rows.shape), table, gamma.reshape(1, -1), shift, rule):
        return None
    return ByRows(y, rows, table, rule)


def _rows(array: Array, cells: int) -> Array:
    """(M, K), each row side by side."""
    rows = array.reshape(-1, cells)
    return rows if rows.strides[1] == rows.itemsize else np.ascontiguousarray(rows)


def standardized_of(of: ByRows, eps_placement: str) -> Standardized:
    """The rows by what the kernels took of them."""
    mean, var, rest, scale, factor = of.table
    statistics = Statistics(mean, var, rest, of.rows.shape[1])
    return Standardized(of.rows, statistics, Denominator(scale, factor), of.rule.centred, of.rule.eps, eps_placement)


def gradients_of(dy: Array, of: ByRows, gamma: Float64) -> tuple[Array, Float64, Float64] | None:
    """dx, dgamma and dbeta in the shapes of dy and gamma; None where the kernels do not serve."""
    if of.rows.shape[1] <= FEW or dy.dtype != of.rows.dtype:
        return None
    dx, sums, shape = np.empty(dy.shape, dy.dtype), np.empty((2, gamma.size)), of.rows.shape
    given = _rows(dy, shape[1]), of.rows, dx.reshape(shape), of.table, gamma.reshape(1, -1), sums, of.rule
    if kernels.backward_rows(*given):
        return None
    return dx, sums[1].reshape(gamma.shape), sums[0].reshape(gamma.shape)
