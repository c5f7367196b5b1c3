"""The shared core: rows standardized, by their own statistics or by given ones, and the exact way back, in float64.

Centred rows have the accuracy of ADR 1: relative to their first number, centred twice, the mean kept in two parts.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bncore import kernels
from bncore.arguments import Array, Float64
from bncore.epsilon import EPS_PLACEMENTS
from bncore.errors import VarianceOverflow
from bncore.exact.cancellation import without_cancellation
from bncore.exact.denominator import Denominator, denominator
from bncore.exact.lift import LEAST, LIFT, Lifted, square_of
from bncore.layout import layout_of
from bncore.statistics import Statistics, batch_statistics, given_statistics


@dataclass(frozen=True, eq=False)
class Standardized:
    """Rows (M, K) as `values` = (rows - mean) / scale in float64, with one `mean`, `var` and `scale` a row, (M,).

    Of rows that are not centred the mean is 0 and `var` the mean square. `constant` is whether mean and var were given
    instead of taken from the rows, so that they do not move with them. `values` are computed when first asked for.
    """

    rows: Array
    measured: Statistics
    denominator: Denominator
    centred: bool
    eps: float
    eps_placement: str
    constant: bool = False

    @cached_property
    def values(self) -> Float64:
        """(rows - mean) / s."""
        return _over_scale(self.rows.astype(np.float64, copy=False), self.measured, self.denominator)

    @property
    def mean(self) -> Float64:
        return self.measured.mean

    @property
    def var(self) -> Float64:
        return self.measured.var

    @property
    def sigma(self) -> Float64:
        """sqrt(var), also where var is too small for float64."""
        return self.measured.sigma

    @property
    def scale(self) -> Float64:
        """s, (M,)."""
        return self.denominator.scale


def standardize(rows: Array, *, centred: bool, eps: float, eps_placement: str) -> Standardized:
    """Each row of a finite array (M, K) over its deviation, or over its root mean square where it is not `centred`.

        values = (x - <x>) / s      s = sqrt(var + eps)  ("variance")   or   sqrt(var) + eps  ("deviation")
        values = x / s              with <x^2> in the place of var

    Raises VarianceOverflow.
    """
    measured = _centred_statistics(rows) if centred else _mean_squares(rows.astype(np.float64, copy=False))
    divided = denominator(measured, EPS_PLACEMENTS[eps_placement], eps)
    return Standardized(rows, measured, divided, centred, eps, eps_placement)


def standardize_by(rows: Array, mean: Float64, var: Float64, *, eps: float, eps_placement: str) -> Standardized:
    """Each row of a finite array (M, K) by a `mean` and `var` that are given, (M,) each, and that stay as they are."""
    given = given_statistics(mean, var, rows.shape[1])
    divided = denominator(given, EPS_PLACEMENTS[eps_placement], eps)
    return Standardized(rows, given, divided, True, eps, eps_placement, constant=True)


def _over_scale(rows: Float64, measured: Statistics, divided: Denominator) -> Float64:
    lifted = measured.lifted
    mean, rest = (measured.mean, measured.mean_rest) if lifted is None else (lifted.mean, lifted.rest)
    values = (rows if lifted is None else rows * lifted.by[:, np.newaxis]) - mean[:, np.newaxis]
    values -= rest[:, np.newaxis]
    values *= divided.factor[:, np.newaxis]
    if divided.behind is not None:
        values *= divided.behind[:, np.newaxis]
    return values


def _centred_statistics(rows: Array) -> Statistics:
    by_rows = kernels.moments_rows(rows)
    if by_rows:
        return Statistics(*by_rows, rows.shape[1])
    rows = rows.astype(np.float64, copy=False)
    layout = layout_of(rows.shape, 0)
    try:
        return batch_statistics(rows.reshape(layout.view), layout)
    except VarianceOverflow as error:
        raise _overflow("variance") from error


def _mean_squares(rows: Float64) -> Statistics:
    with np.errstate(over="ignore"):
        squares = np.square(rows).mean(axis=1)
    zero = np.zeros(len(rows))
    if squares.min() >= LEAST and squares.max() < np.inf:
        return Statistics(zero, squares, zero, rows.shape[1])
    by = np.where(squares < LEAST, LIFT, np.where(np.isfinite(squares), 1.0, 1 / LIFT))
    root = np.sqrt(np.square(rows * by[:, np.newaxis]).mean(axis=1))
    squares = square_of(root, by)
    if not np.isfinite(squares).all():
        raise _overflow("mean square")
    large = by < 1
    by[large], root[large] = 1.0, np.sqrt(squares[large])
    return Statistics(zero, squares, zero, rows.shape[1], Lifted(by, zero, zero, root))


def _overflow(what: str) -> VarianceOverflow:
    detail = f"the {what} of cells that share a statistic is larger than float64 holds; divide x by a constant first."
    return VarianceOverflow(detail, parameter="x")


def pulled_back(gradient: Float64, standardized: Standardized) -> Float64:
    """dL/drows of dL/dvalues, both (M, K), exactly and for both placements of epsilon, without cancellation.

        (1 / s) [g - <g> - c0 v <g v>]

    where <.> is the mean of a row, without <g> where the rows are not centred; c0 is 1 for "variance" and s / sqrt(var)
    for "deviation". By constant statistics it is g / s. Where s is 0 the gradient is 0 by definition.
    """
    inverse, lift = standardized.denominator.factor[:, np.newaxis], standardized.denominator.lift
    if standardized.constant:
        return gradient * inverse
    left = EPS_PLACEMENTS[standardized.eps_placement].left(standardized.eps, standardized.scale)[:, np.newaxis]
    kept = without_cancellation(gradient, standardized.values, left, _means, centred=standardized.centred)
    kept *= inverse
    if lift is not None:
        kept *= lift[:, np.newaxis]
    return kept


def _means(rows: Float64) -> Float64:
    means: Float64 = rows.mean(axis=1, keepdims=True)
    return means
