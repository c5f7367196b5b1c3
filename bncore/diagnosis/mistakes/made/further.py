"""Mistakes of one place or one path, of a sum without an axis, of a reshape."""

from collections.abc import Callable, Iterator

import numpy as np

from bncore.arguments import Float64
from bncore.diagnosis.given.case import Case
from bncore.epsilon import reciprocal


def bracket(case: Case, direct: Float64, through_mean: Float64, through_variance: Float64) -> Float64:
    """(1/s) [ direct - <through_mean> - c0 x_hat <through_variance x_hat> ], of the paths that there are."""
    dx = direct - through_mean.mean(0) if "mean_path" in case.paths else direct
    if "variance_path" in case.paths:
        dx = dx - case.pull * (through_variance * case.x_hat).mean(0) * case.x_hat
    return np.asarray(case.inverse * dx)


def dx_hat_returned(case: Case) -> Iterator[Float64]:
    """h; by constant statistics that is a missing 1/s."""
    if not case.convention.frozen:
        yield case.h + np.zeros_like(case.x)


def gamma_missing_in_one_path(case: Case) -> Iterator[Float64]:
    """g for h in the path through the mean, in that through the variance, or in the direct one."""
    g, h = case.dy, case.h
    if "mean_path" in case.paths:
        yield bracket(case, h, g, h)
        yield bracket(case, h, h, g)
    if "variance_path" in case.paths:
        yield bracket(case, g, h, h)


def uncentred_in_dmean(case: Case) -> Iterator[Float64]:
    """dx with a share of dvar times the sum of -2 x, over K or not, in its dmean."""
    for extra in extra_of_dmean(case):
        yield case.truth["dx"] + extra / case.count


def extra_of_dmean(case: Case) -> Iterator[Float64]:
    """-2 dvar mean, which would be 0 of centred numbers; and K times that."""
    if "mean_path" in case.paths:
        extra = -2 * case.truth["dvar"] * case.mean * (case.count / case.divisor)
        yield extra
        yield extra * case.count


def summed_without_axis(case: Case) -> Iterator[Float64]:
    """dx of a dmean, a dvar (or the dsigma before it), or both, that are one number for all units."""
    if "mean_path" not in case.paths or case.units < 2:
        return
    of_mean, of_variance = case.truth["dmean"] / case.count, case.truth["dvar"] * _dvar_dx(case)
    all_mean, all_variance = of_mean.sum(), case.truth["dvar"].sum() * _dvar_dx(case)
    direct = case.inverse * case.h
    yield direct + all_mean + of_variance
    yield direct + of_mean + all_variance
    yield direct + all_mean + all_variance
    of_all = case.truth["dsigma"].sum() * reciprocal(2 * case.root) * _dvar_dx(case)
    yield direct + of_mean + of_all
    yield direct + all_mean + of_all


def _dvar_dx(case: Case) -> Float64:
    """dvar/dx, (K, n)."""
    return np.asarray(2 * case.centred / case.divisor)


def channels_not_moved(case: Case) -> Iterator[Float64]:
    """x.reshape(-1, C) of (N, C, H, W): of x and dy, of dy alone; dx brought back rightly, or as wrongly."""
    if not has_positions(case):
        return
    wrong = case.mixed
    yield case.rows(wrong.as_given(wrong.truth["dx"]).reshape(case.shape))
    dx, _, _ = case.result.gradients(case.as_given(wrong.dy))
    yield case.rows(dx)
    yield case.rows(case.rows(dx).reshape(case.shape))


def has_positions(case: Case) -> bool:
    """Whether channels can be left where they are: images of batch norm whose channels are not last."""
    images = case.convention.norm == "batch" and len(case.shape) > 2 and case.axis < len(case.shape) - 1
    return images and case.positions > 1 and case.channels > 1


FURTHER: dict[str, Callable[[Case], Iterator[Float64]]] = {
    "dx_hat_returned": dx_hat_returned,
    "gamma_missing_in_one_path": gamma_missing_in_one_path,
    "uncentred_in_dmean": uncentred_in_dmean,
    "summed_without_axis": summed_without_axis,
    "channels_not_moved": channels_not_moved,
}
