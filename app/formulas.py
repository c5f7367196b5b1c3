"""The formulas of the pages, as MathML made when a template renders; each symbol with a meaning is an element."""

import re
from functools import cache

from latex2mathml.converter import convert
from markupsafe import Markup

TERMS = {
    "x": "The input of batch norm: one number for each example and feature.",
    "mean": "The mean of a feature over the examples of the batch: the dot in each row.",
    "sd": "The deviation of a feature over the batch: half the width of the whisker around the mean.",
    "eps": "Epsilon keeps the denominator away from 0.",
    "x_hat": "The normalized value: mean 0 and deviation 1 for every feature.",
    "gamma": "The scale, learned, one value a feature.",
    "beta": "The shift, learned, one value a feature.",
    "y": "The output of batch norm.",
    "activation": "The activation, applied to each number.",
    "d_activation": "How much the loss changes with the activation's output: what arrives from above.",
    "dy": "How much the loss changes with batch norm's output.",
    "dx_hat": "How much the loss changes with the normalized value.",
    "dx": "How much the loss changes with the input, through all three paths.",
    "dx_direct": "The direct path: as if mean and deviation were constants.",
    "dx_mean": "The path through the mean: the same for every example.",
    "dx_variance": "The path through the variance: proportional to the normalized value.",
    "readout": "The logits of a small linear read-out, which the loss looks at.",
    "d_readout": "How much the loss changes with the logits.",
}

X = {"frameworks": r"\class{x}{x}", "lecture": r"\class{x}{Z}"}
X_HAT = {"frameworks": r"\class{x_hat}{\hat{x}}", "lecture": r"\class{x_hat}{\bar{Z}}"}
Y = {"frameworks": r"\class{y}{y}", "lecture": r"\class{y}{\hat{Z}}"}
GAMMA = {"frameworks": r"\class{gamma}{\gamma}", "lecture": r"\class{gamma}{G}"}
BETA = {"frameworks": r"\class{beta}{\beta}", "lecture": r"\class{beta}{B}"}
MEAN, SD, EPS = r"\class{mean}{\mu}", r"\class{sd}{\sigma}", r"\class{eps}{\varepsilon}"
DENOMINATOR = {
    "variance": r"\sqrt{\class{sd}{\sigma^2}+\class{eps}{\varepsilon}}",
    "deviation": SD + "+" + EPS,
}
PULL = {"variance": "", "deviation": r"\tfrac{s}{\sigma}"}


def formula(name: str, notation: str, eps_placement: str) -> Markup:
    """The formula of a joint of the chain, in a notation and for a placement of epsilon."""
    return math(_latex(name, notation, eps_placement))


def plain_formula(name: str, notation: str, eps_placement: str) -> Markup:
    """The same without elements that can be focused, for where it stands inside a button."""
    return Markup(formula(name, notation, eps_placement).replace(' tabindex="0"', ""))


def _latex(name: str, notation: str, eps_placement: str) -> str:
    x, x_hat, y = X[notation], X_HAT[notation], Y[notation]
    gamma, beta = GAMMA[notation], BETA[notation]
    g = r"\class{dy}{g}"
    upstream = _partial("dy", y)
    formulas = {
        "x": x,
        "x_hat": rf"{x_hat}=\frac{{{x}-{MEAN}}}{{{DENOMINATOR[eps_placement]}}}",
        "y": rf"{y}={gamma}\,{x_hat}+{beta}",
        "activation": rf"\class{{activation}}{{f}}({y})",
        "readout": rf"\class{{readout}}{{W}}^{{\top}}\class{{activation}}{{f}}({y})",
        "d_readout": _partial("d_readout", r"\mathrm{logits}"),
        "d_activation": _partial("d_activation", "f"),
        "dy": rf"{g}={upstream}={_partial('d_activation', 'f')}\,f'({y})",
        "dx_hat": rf"{_partial('dx_hat', x_hat)}={gamma}\,{g}",
        "dx": rf"{_partial('dx', x)}=\frac{{{gamma}}}{{s}}\left({g}-\langle {g}\rangle-{PULL[eps_placement]}{x_hat}"
        rf"\langle {g}\,{x_hat}\rangle\right)",
        "dx_direct": rf"\class{{dx_direct}}{{\frac{{{gamma}}}{{s}}}}\,{g}",
        "dx_mean": rf"-\class{{dx_mean}}{{\frac{{{gamma}}}{{s}}}}\langle {g}\rangle",
        "dx_variance": rf"-\class{{dx_variance}}{{\frac{{{gamma}}}{{s}}}}{PULL[eps_placement]}\,{x_hat}"
        rf"\langle {g}\,{x_hat}\rangle",
        "undo": rf"{gamma}={SD},\;{beta}={MEAN}",
    }
    return formulas[name]


def _partial(term: str, of: str) -> str:
    return rf"\class{{{term}}}{{\frac{{\partial L}}{{\partial {of}}}}}"


@cache
def math(latex: str) -> Markup:
    """LaTeX as MathML; a `\\class{term}{…}` becomes an element that can be hovered and focused."""
    mathml = convert(latex)
    return Markup(re.sub(r'class="(\w+)"', r'class="term" data-term="\1" tabindex="0"', mathml))


SYMBOL_MATH = {
    "gamma": GAMMA, "beta": BETA, "eps": dict.fromkeys(X, EPS), "N": {"frameworks": "N", "lecture": "K"},
    "D": {"frameworks": "D", "lecture": "n"},
}  # fmt: skip


def symbol_math(symbol: str, notation: str) -> Markup:
    """A control's symbol as MathML, without its term's handle (the control itself is the handle)."""
    latex = SYMBOL_MATH[symbol][notation] if symbol in SYMBOL_MATH else symbol
    return math(re.sub(r"\\class\{\w+\}\{(.*)\}$", r"\1", latex))
