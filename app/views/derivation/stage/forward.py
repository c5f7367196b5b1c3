"""A sentence for each node on the way forward: at most twenty words, three of them numbers, true of one cell."""

from collections.abc import Callable

from app.views.derivation.stage.look import Look


def _x(look: Look) -> str:
    beside = "alone" if look.alone else "to be normalized together with the others"
    return f"{look.place} comes in as {look.told('x')}, {beside}."


def _gamma(look: Look) -> str:
    does = {1.0: "it leaves every {} as it is", 0.0: "it wipes every {} out"}
    told = does.get(look.at["gamma"], "every {} is multiplied by it").format(look.symbol("x_hat"))
    return f"{look.symbol('gamma')} of {look.name} is {look.told('gamma')}: {told}."


def _beta(look: Look) -> str:
    does = "it is added to every output" if look.at["beta"] else "it moves nothing"
    return f"{look.symbol('beta')} of {look.name} is {look.told('beta')}: {does}."


def _eps(look: Look) -> str:
    does = "it keeps the denominator above 0" if look.at["eps"] else "nothing keeps the denominator above 0"
    return f"{look.symbol('eps')} is {look.told('eps')}: {does}."


def _mean(look: Look) -> str:
    of = "the one example itself" if look.alone else f"the average of its {look.count} examples"
    return f"The mean μ of {look.name} is {look.told('mean')}: {of}."


def _centred(look: Look) -> str:
    if look.is_nothing("centred"):
        up_to = ", up to rounding" if look.at["centred"] else ""
        return f"{look.place} lies at the mean, which is {look.told('mean')}{up_to}."
    side = "above" if look.at["centred"] > 0 else "below"
    return f"{look.place} lies {look.far('centred')} {side} the mean."


def _var(look: Look) -> str:
    of = "the mean square of the distances from the mean"
    if look.still:
        of = "one example has no spread" if look.alone else "its examples do not vary"
    return f"The variance σ² of {look.name} is {look.told('var')}: {of}."


def _sigma(look: Look) -> str:
    of = "the root of its variance"
    if look.still:
        of = "one example has no spread" if look.alone else "its examples do not vary"
    return f"The deviation σ of {look.name} is {look.told('sigma')}: {of}."


def _scale(look: Look) -> str:
    if look.at["scale"] == 0.0:
        return f"The denominator s of {look.name} is 0, so {look.symbol('x_hat')} is 0 by definition."
    return f"Batch norm divides {look.name} by s = {look.told('scale')}: a distance that large becomes 1."


def _x_hat(look: Look) -> str:
    x_hat = look.symbol("x_hat")
    if look.at["scale"] == 0.0:
        return f"{look.place} becomes {x_hat} = 0 by definition, as s is 0."
    return f"{look.place} becomes {x_hat} = {look.told('x_hat')}: its distance from the mean, counted in s."


def _scaled(look: Look) -> str:
    stays = look.at["gamma"] == 1.0 or look.is_nothing("x_hat")
    verb, to = ("keeps", "at") if stays else ("takes", "to")
    return f"{look.symbol('gamma')} {verb} {look.example_text} {to} {look.told('scaled')}."


def _y(look: Look) -> str:
    does = "shifts it" if look.at["beta"] else "adds nothing"
    return f"{look.symbol('beta')} {does}: {look.example_text} leaves as {look.symbol('y')} = {look.told('y')}."


def _loss(look: Look) -> str:
    return f"The loss L is {look.told('loss')}: every output times its {look.symbol('dy')}, added up."


FORWARD: dict[str, Callable[[Look], str]] = {
    "x": _x, "gamma": _gamma, "beta": _beta, "eps": _eps, "mean": _mean, "centred": _centred, "var": _var,
    "sigma": _sigma, "scale": _scale, "x_hat": _x_hat, "scaled": _scaled, "y": _y, "loss": _loss,
}  # fmt: skip
