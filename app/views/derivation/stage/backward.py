"""A sentence for each node on the way back: at most twenty words, three of them numbers, true of one cell."""

from collections.abc import Callable

from app.figures.numbers import apart
from app.views.derivation.stage.look import Look


def _without(look: Look, node: str, what: str) -> str:
    """Of what would be divided by 0."""
    return f"{what} has no value, as {'σ' if look.missing[node] == 'sigma' else 's'} is 0: it counts as 0."


def _dy(look: Look) -> str:
    more = f"One more of {look.symbol('y')} at {look.example_text}"
    if look.at["dy"] == 0.0:
        return f"{more} does not change the loss."
    return f"{more} changes the loss by {look.told('dy')}."


def _dbeta(look: Look) -> str:
    of = "the one gradient that arrives" if look.alone else f"the {look.count} gradients that arrive, added up"
    return f"{look.symbol('dbeta')} of {look.name} is {look.told('dbeta')}: {of}."


def _dgamma(look: Look) -> str:
    x_hat = look.symbol("x_hat")
    of = f"every {x_hat} is 0" if look.still else f"every arriving gradient times its {x_hat}, added up"
    return f"{look.symbol('dgamma')} of {look.name} is {look.told('dgamma')}: {of}."


def _dx_hat(look: Look) -> str:
    gamma, at = look.symbol("gamma"), f"{look.symbol('dx_hat')} at {look.example_text}"
    if look.at["gamma"] == 0.0:
        return f"{gamma} wipes out {at}, whatever arrived."
    if look.at["gamma"] == 1.0:
        return f"{gamma} leaves {at} as it arrived: {look.told('dx_hat')}."
    return f"{at} is {look.told('dx_hat')}: what arrived, times {gamma}."


def _dscale(look: Look) -> str:
    what = f"∂L/∂s of {look.name}"
    if "dscale" in look.missing:
        return _without(look, "dscale", what)
    if look.still:
        return f"{what} is 0, as every {look.symbol('x_hat')} is 0."
    return f"{what} is {look.told('dscale')}: every example was divided by s, so all add to it."


def _dsigma(look: Look) -> str:
    return f"∂L/∂σ of {look.name} is {look.told('dsigma')}, as ∂L/∂s is: {look.symbol('eps')} is only added."


def _dvar(look: Look) -> str:
    what = f"∂L/∂σ² of {look.name}"
    if "dvar" in look.missing:
        return _without(look, "dvar", what)
    at = {"variance": "at s", "deviation": "at σ"}[look.eps_placement]
    return f"{what} is {look.told('dvar')}: the gradient {at}, brought through the root."


def _dmean(look: Look) -> str:
    what = f"∂L/∂μ of {look.name}"
    if "dmean" in look.missing:
        return _without(look, "dmean", what)
    adds = "one example adds" if look.alone else "all examples add"
    return f"{what} is {look.told('dmean')}: {adds} to it; σ² adds 0, as Σ({look.symbol('x')}−μ) = 0."


def _dx_direct(look: Look) -> str:
    if "dx_direct" in look.missing:
        return _without(look, "dx_direct", f"The direct path to {look.example_text}")
    return f"Directly, {look.told('dx_direct')} reaches {look.example_text}, as if μ and s were constants."


def _dx_mean(look: Look) -> str:
    as_much = "which is its own mean" if look.alone else "as much as every other example"
    return f"Through μ, {look.told('dx_mean')} reaches {look.example_text}, {as_much}."


def _dx_variance(look: Look) -> str:
    share = "in proportion to its distance from the mean"
    if look.still:
        share = "as it lies at the mean"
    return f"Through σ², {look.told('dx_variance')} reaches {look.example_text}, {share}."


def _dx(look: Look) -> str:
    dx, (true, direct) = f"{look.symbol('dx')} at {look.example_text}", apart(look.at["dx"], look.at["dx_direct"])
    if "dx_direct" in look.missing:
        return f"{dx} counts as 0, as s is 0."
    if look.alone:
        return f"{dx} is {look.told('dx')}: the one example is its own mean."
    if look.is_nothing("dx") or true == direct:
        return f"{dx} is {look.told('dx')}{_paths(look)}."
    alone = look.told("dx_direct") if look.is_nothing("dx_direct") else direct
    return f"{dx} is {true}; the direct path alone would give {alone}."


def _paths(look: Look) -> str:
    """Of a gradient that is nothing, or what the direct path alone gives."""
    if look.is_nothing("dx_direct") and look.is_nothing("dx_mean") and look.is_nothing("dx_variance"):
        return " by every path"
    return ": its three paths cancel" if look.is_nothing("dx") else ", as the direct path alone gives"


BACKWARD: dict[str, Callable[[Look], str]] = {
    "dy": _dy, "dbeta": _dbeta, "dgamma": _dgamma, "dx_hat": _dx_hat, "dscale": _dscale, "dsigma": _dsigma,
    "dvar": _dvar, "dmean": _dmean, "dx_direct": _dx_direct, "dx_mean": _dx_mean, "dx_variance": _dx_variance,
    "dx": _dx,
}  # fmt: skip
