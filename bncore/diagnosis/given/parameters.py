"""Mistakes in dgamma, dbeta and the tensors on the way to dx: each is another sum, or the right one times a factor."""

from collections.abc import Callable, Iterator

from bncore.arguments import Float64
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.mistakes.paths import batch_sizes, unbiased
from bncore.epsilon import EPS_PLACEMENTS, reciprocal

Made = Callable[[Case], Iterator[Float64]]


def _sum(case: Case, factor: Float64) -> Float64:
    """sum g factor, a unit."""
    return (case.dy * factor).sum(0)  # type: ignore[no-any-return]


def _with_scale(case: Case, scale: Float64) -> Float64:
    """dgamma of a forward pass that divides by another s."""
    return case.truth["dgamma"] * case.scale * reciprocal(scale)


def _running(case: Case) -> Iterator[Float64]:
    if case.running is not None:
        mean, var = case.running
        inverse = reciprocal(case.placement.scale(var, case.eps))
        yield _sum(case, (case.x - mean) * inverse)
        yield _sum(case, case.centred * inverse)


def _layer_norm(case: Case) -> Iterator[Float64]:
    for result in case.layer_norms:
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
    """The correct tensor over the batch size."""
    return lambda case: (case.truth[tensor] / size for size in batch_sizes(case))


_times_gamma = times(lambda case: case.gamma)
_sign = times(lambda _: -1.0)
_times_s = times(lambda case: case.scale)
_by_s = times(lambda case: case.inverse)

DGAMMA: dict[str, Made] = {
    "dgamma_uses_x": lambda case: iter([_sum(case, case.x)]),
    "dgamma_uses_centred": lambda case: iter([_sum(case, case.centred)]),
    "dgamma_uses_y": lambda case: iter([_sum(case, case.y)]),
    "averaged": _averaged("dgamma"),
    "times_gamma": _times_gamma("dgamma"),
    "swapped": lambda case: iter([case.truth["dbeta"]]),
    "sign": _sign("dgamma"),
    "unbiased_in_forward": lambda case: iter([_with_scale(case, unbiased(case)[1])]),
    "eps_dropped": lambda case: iter([_with_scale(case, case.sigma)]),
    "eps_placement": _other_placement,
    "running_statistics": _running,
    "layer_norm": _layer_norm,
}
DBETA: dict[str, Made] = {
    "averaged": _averaged("dbeta"),
    "times_gamma": _times_gamma("dbeta"),
    "swapped": lambda case: iter([case.truth["dgamma"]]),
    "sign": _sign("dbeta"),
}
DX_HAT: dict[str, Made] = {
    "gamma_missing": lambda case: iter([case.dy]),
    "gamma_squared": _times_gamma("dx_hat"),
    "sign": _sign("dx_hat"),
}


def _inside_dsigma(case: Case) -> dict[str, Float64]:
    """dsigma with something else in its sum."""
    return {
        "gamma_missing": -case.inverse * _sum(case, case.x_hat),
        "y_instead_of_x_hat": -case.slope * _sum(case, case.y),
        "x_instead_of_centred": -case.slope * case.inverse * _sum(case, case.x),
    }


def _inside(name: str, tensor: str) -> Made:
    """One of `_inside_dsigma`, handed on to dvar where that is asked for."""

    def made(case: Case) -> Iterator[Float64]:
        handed_on = reciprocal(2 * case.root) if tensor == "dvar" else 1.0
        yield _inside_dsigma(case)[name] * handed_on

    return made


_INSIDE = ("gamma_missing", "y_instead_of_x_hat", "x_instead_of_centred")
DSIGMA: dict[str, Made] = {
    "variance_path_sign": _sign("dsigma"),
    "averaged": _averaged("dsigma"),
    "gamma_squared": _times_gamma("dsigma"),
    "std_power": lambda case: iter([case.truth["dsigma"] * case.scale, case.truth["dsigma"] * case.inverse]),
} | {name: _inside(name, "dsigma") for name in _INSIDE}


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
    "gamma_squared": _times_gamma("dvar"),
    "std_power": _dvar_power,
    "eps_dropped": _dvar_without_eps,
    "sigma_derivative_uses_s": _dvar_of_s,
} | {name: _inside(name, "dvar") for name in _INSIDE}
DMEAN: dict[str, Made] = {
    "mean_path_sign": _sign("dmean"),
    "averaged": _averaged("dmean"),
    "gamma_missing": lambda case: iter([-case.inverse * case.dy.sum(0)]),
    "gamma_squared": _times_gamma("dmean"),
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
