"""Mistakes in dgamma, dbeta and the tensors on the way to dx: each is another sum, or the right one times a factor."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from bncore.arguments import Float64
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.given.lying import PARAMETERS
from bncore.diagnosis.mistakes.made.further import extra_of_dmean, has_positions
from bncore.diagnosis.mistakes.made.modes import fresh_inverse
from bncore.diagnosis.mistakes.made.other_norms import OTHERS, dgamma_of_another
from bncore.diagnosis.mistakes.paths import other_variance
from bncore.epsilon import EPS_PLACEMENTS, reciprocal

Made = Callable[[Case], Iterator[Float64]]


def _sum(case: Case, factor: Float64) -> Float64:
    """sum g factor, a parameter."""
    return case.of_parameters(case.dy * factor)


def _with_scale(case: Case, scale: Float64) -> Float64:
    """dgamma of a forward pass that divides by another s."""
    return _sum(case, case.centred * reciprocal(scale))


def _other_variance(case: Case, *, meant: bool) -> Iterator[Float64]:
    """dgamma of a forward pass by the other divisor than the one that is meant, K - 1 or K."""
    if case.convention.unbiased == meant and "mean_path" in case.paths:
        yield _with_scale(case, other_variance(case)[1])


def _fresh(case: Case) -> Iterator[Float64]:
    if case.convention.norm == "batch":
        yield _sum(case, case.x * fresh_inverse(case))


def _training(case: Case) -> Iterator[Float64]:
    if case.convention.frozen and case.count > 1:
        yield case.training.truth["dgamma"]


def _centred_only(made: Callable[[Case], Float64]) -> Made:
    return lambda case: iter([made(case)] if case.convention.centred else [])


def _running(case: Case) -> Iterator[Float64]:
    if case.running is not None and not case.convention.frozen:
        mean, var = case.running
        inverse = reciprocal(case.placement.scale(var, case.eps))
        yield _sum(case, (case.x - mean) * inverse)
        yield _sum(case, case.centred * inverse)


def _another(case: Case, name: str) -> Iterator[Float64]:
    """dgamma of another norm than the one that is checked."""
    yield from dgamma_of_another(case, name)


def _layer_norm(case: Case) -> Iterator[Float64]:
    yield from _another(case, "layer_norm")
    for result in case.layer_norms if case.convention.norm == "batch" and not case.convention.frozen else ():
        yield _sum(case, result.x_hat.reshape(case.x.shape))


def _other_placement(case: Case) -> Iterator[Float64]:
    other = next(placed for name, placed in EPS_PLACEMENTS.items() if name != case.eps_placement)
    yield _with_scale(case, other.scale(case.var, case.eps))


def times(*factors: Callable[[Case], float | Float64]) -> Callable[[str], Made]:
    """The correct tensor times each factor."""

    def of(tensor: str) -> Made:
        return lambda case: (case.truth[tensor] * factor(case) for factor in factors)

    return of


def _averaged(tensor: str) -> Made:
    """The correct tensor over how many numbers are summed, or over N."""
    return lambda case: (case.truth[tensor] / size for size in _summed(case, tensor))


def _summed(case: Case, tensor: str) -> list[int]:
    of_parameter = case.x.size // len(case.truth[tensor]) if tensor in PARAMETERS else case.count
    return [size for size in dict.fromkeys((of_parameter, case.moved[0])) if size > 1]


_times_gamma = times(lambda case: case.given_gamma.ravel())
_sign = times(lambda _: -1.0)
_times_s = times(lambda case: case.scale)
_by_s = times(lambda case: case.inverse)


def _all_units(tensor: str) -> Made:
    """The sum over all units, as without an axis."""

    def made(case: Case) -> Iterator[Float64]:
        truth = case.truth[tensor]
        if truth.size > 1:
            yield np.full_like(truth, truth.sum())

    return made


def _mixed_dgamma(case: Case) -> Iterator[Float64]:
    if has_positions(case):
        wrong = case.mixed
        yield wrong.truth["dgamma"]
        yield case.of_parameters(wrong.dy * case.x_hat)


def _mixed_dbeta(case: Case) -> Iterator[Float64]:
    if has_positions(case):
        yield case.mixed.truth["dbeta"]


def _uncentred_dmean(case: Case) -> Iterator[Float64]:
    for extra in extra_of_dmean(case):
        yield case.truth["dmean"] + extra


DGAMMA: dict[str, Made] = {
    "dgamma_uses_x": lambda case: iter([_sum(case, case.x)]),
    "dgamma_uses_centred": _centred_only(lambda case: _sum(case, case.centred)),
    "dgamma_uses_y": _centred_only(lambda case: _sum(case, case.y)),
    "averaged": _averaged("dgamma"),
    "times_gamma": _times_gamma("dgamma"),
    "swapped": _centred_only(lambda case: case.truth["dbeta"]),
    "sign": _sign("dgamma"),
    "unbiased_in_forward": lambda case: _other_variance(case, meant=False),
    "biased_in_forward": lambda case: _other_variance(case, meant=True),
    "eps_dropped": lambda case: iter([_with_scale(case, case.sigma)]),
    "eps_placement": _other_placement,
    "running_statistics": _running,
    "layer_norm": _layer_norm,
    "training_mode": _training,
    "fresh_running_statistics": _fresh,
    "dgamma_uses_x_over_s": _centred_only(lambda case: _sum(case, case.x * case.inverse)),
    "summed_without_axis": _all_units("dgamma"),
    "channels_not_moved": _mixed_dgamma,
} | {name: partial(_another, name=name) for name in OTHERS if name != "layer_norm"}
DBETA: dict[str, Made] = {
    "averaged": _averaged("dbeta"),
    "times_gamma": _times_gamma("dbeta"),
    "swapped": lambda case: iter([case.truth["dgamma"]]),
    "sign": _sign("dbeta"),
    "summed_without_axis": _all_units("dbeta"),
    "channels_not_moved": _mixed_dbeta,
}
DX_HAT: dict[str, Made] = {
    "gamma_missing": lambda case: iter([case.dy]),
    "gamma_squared": lambda case: iter([case.gamma * case.h]),
    "sign": _sign("dx_hat"),
}


def _handed_on(case: Case, tensor: str) -> float | Float64:
    """What dsigma is multiplied with for dvar."""
    return reciprocal(2 * case.root) if tensor == "dvar" else 1.0


def _inside(tensor: str) -> dict[str, Made]:
    """dsigma with something else in its sum; handed on to dvar where that is asked for."""

    def made(of: Callable[[Case], Float64]) -> Made:
        return lambda case: iter([of(case) * _handed_on(case, tensor)])

    def uncentred(case: Case) -> Iterator[Float64]:
        if case.convention.centred:
            yield case.dsigma_of(case.h, case.x * case.inverse) * _handed_on(case, tensor)

    def output(case: Case) -> Iterator[Float64]:
        if case.convention.centred:  # y of RMS norm is one gamma too many, and named so
            yield case.dsigma_of(case.h, case.y) * _handed_on(case, tensor)

    return {
        "gamma_missing": made(lambda case: case.dsigma_of(case.dy)),
        "gamma_squared": made(lambda case: case.dsigma_of(case.gamma * case.h)),
        "y_instead_of_x_hat": output,
        "x_instead_of_centred": uncentred,
    }


DSIGMA: dict[str, Made] = {
    "variance_path_sign": _sign("dsigma"),
    "averaged": _averaged("dsigma"),
    "summed_without_axis": _all_units("dsigma"),
    "std_power": lambda case: iter([case.truth["dsigma"] * case.scale, case.truth["dsigma"] * case.inverse]),
} | _inside("dsigma")


def _dvar_power(case: Case) -> Iterator[Float64]:
    """s^-2 or s^-1 for s^-3; beside the deviation s^-1 or s^-3 for s^-2."""
    dvar, other = case.truth["dvar"], case.scale**2 if case.eps_placement == "variance" else case.inverse
    yield dvar * case.scale
    yield dvar * other


def _dvar_without_eps(case: Case) -> Iterator[Float64]:
    """sigma for s: everywhere, or in the derivative of the root alone."""
    ratio = case.scale * reciprocal(case.sigma)
    yield case.truth["dvar"] * ratio * ratio * (ratio if case.eps_placement == "variance" else 1.0)
    if case.eps_placement == "variance":
        yield case.truth["dvar"] * ratio


def _dvar_of_s(case: Case) -> Iterator[Float64]:
    if case.eps_placement == "deviation":
        yield case.truth["dvar"] * case.sigma * case.inverse


DVAR: dict[str, Made] = {
    "variance_path_sign": _sign("dvar"),
    "variance_path_doubled": times(lambda _: 2.0)("dvar"),
    "variance_path_halved": times(lambda _: 0.5)("dvar"),
    "averaged": _averaged("dvar"),
    "summed_without_axis": _all_units("dvar"),
    "std_power": _dvar_power,
    "eps_dropped": _dvar_without_eps,
    "sigma_derivative_uses_s": _dvar_of_s,
} | _inside("dvar")
DMEAN: dict[str, Made] = {
    "mean_path_sign": _sign("dmean"),
    "averaged": _averaged("dmean"),
    "summed_without_axis": _all_units("dmean"),
    "uncentred_in_dmean": _uncentred_dmean,
    "gamma_missing": lambda case: iter([case.dmean_of(case.dy)]),
    "gamma_squared": lambda case: iter([case.dmean_of(case.gamma * case.h)]),
    "scale_missing": _times_s("dmean"),
    "std_power": _by_s("dmean"),
}

TENSORS: dict[str, dict[str, Made]] = {
    "dbeta": DBETA, "dgamma": DGAMMA, "dx_hat": DX_HAT, "dsigma": DSIGMA, "dvar": DVAR, "dmean": DMEAN,
}  # fmt: skip


def parameter_candidates(case: Case, tensor: str) -> Iterator[tuple[str, Float64]]:
    """The id and the tensor of each mistake, one for each way of making it."""
    for name, made in TENSORS[tensor].items():
        yield from ((name, values) for values in made(case))
