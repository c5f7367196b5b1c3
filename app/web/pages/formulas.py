"""The formulas of the pages, as MathML made when a template renders; each symbol with a meaning is an element."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import product

from latex2mathml.converter import convert
from markupsafe import Markup

NOTATIONS = ("frameworks", "lecture")
EPS_PLACEMENTS = ("variance", "deviation")
MODES = ("train", "inference")
FOCUSABLE, LATER = ' tabindex="0"', ' tabindex="-1"'

X = {"frameworks": r"\class{x}{x}", "lecture": r"\class{x}{Z}"}
X_HAT = {"frameworks": r"\class{x_hat}{\hat{x}}", "lecture": r"\class{x_hat}{\bar{Z}}"}
Y = {"frameworks": r"\class{y}{y}", "lecture": r"\class{y}{\hat{Z}}"}
GAMMA = {"frameworks": r"\class{gamma}{\gamma}", "lecture": r"\class{gamma}{G}"}
BETA = {"frameworks": r"\class{beta}{\beta}", "lecture": r"\class{beta}{B}"}
EPS = r"\class{eps}{\varepsilon}"
MEAN = {"train": r"\class{mean}{\mu}", "inference": r"\class{running_mean}{\mu_r}"}
VAR = {"train": r"\class{sd}{\sigma^2}", "inference": r"\class{running_sd}{\sigma_r^2}"}
SD = {"train": r"\class{sd}{\sigma}", "inference": r"\class{running_sd}{\sigma_r}"}
PULL = {"variance": "", "deviation": r"\tfrac{\class{s}{s}}{\class{sd}{\sigma}}"}
G = r"\class{dy}{g}"


@dataclass(frozen=True)
class Variant:
    """A formula as MathML, and the settings ("notation/placement/mode") in which it holds."""

    holds_for: tuple[str, ...]
    mathml: Markup


def variants(name: str, *, focusable: bool = True) -> list[Variant]:
    """A joint's formula in each notation, placement of epsilon and mode, the same ones together.

    Without `focusable` its symbols cannot be focused, for where the formula stands inside a button.
    """
    settings: dict[str, list[str]] = {}
    for setting in product(NOTATIONS, EPS_PLACEMENTS, MODES):
        settings.setdefault(_latex(name, *setting), []).append("/".join(setting))
    made = ((tuple(holds), math(latex)) for latex, holds in settings.items())
    return [Variant(holds, mathml if focusable else _without_focus(mathml)) for holds, mathml in made]


def _without_focus(mathml: Markup) -> Markup:
    return Markup(mathml.replace(FOCUSABLE, "").replace(LATER, ""))


def _latex(name: str, notation: str, eps_placement: str, mode: str) -> str:
    x, x_hat, y, gamma, beta = (symbols[notation] for symbols in (X, X_HAT, Y, GAMMA, BETA))
    forward = {
        "x": x,
        "x_hat": rf"{x_hat}=\frac{{{x}-{MEAN[mode]}}}{{{_denominator(eps_placement, mode)}}}",
        "centred": rf"-\,{MEAN[mode]}",
        "divided": rf"\div\,{_denominator(eps_placement, mode)}",
        "scaled": rf"\times\,{gamma}",
        "shifted": rf"+\,{beta}",
        "f": r"\class{activation}{f}",
        "y": rf"{y}={gamma}\,{x_hat}+{beta}",
        "activation": rf"\class{{activation}}{{f}}({y})",
        "readout": rf"\class{{readout}}{{W}}^{{\top}}\class{{activation}}{{f}}({y})",
        "undo": rf"{gamma}={_denominator(eps_placement, mode)},\;{beta}={MEAN[mode]}",
    }
    upstream = _partial("d_activation", "f")
    backward = {
        "d_readout": _partial("d_readout", r"\mathrm{logits}"),
        "d_activation": upstream,
        "dy": rf"{G}={_partial('dy', y)}={upstream}\,f'({y})",
        "dx_hat": rf"{_partial('dx_hat', x_hat)}={gamma}\,{G}",
    }
    return (forward | backward | _into_x(x, x_hat, gamma, eps_placement, mode))[name]


def _into_x(x: str, x_hat: str, gamma: str, eps_placement: str, mode: str) -> dict[str, str]:
    """dL/dx and its three paths; in inference the statistics are constants and only the direct path is left."""
    slope = rf"\frac{{{gamma}}}{{\class{{s}}{{s}}}}"
    mean, variance = _average(G), rf"{PULL[eps_placement]}\,{x_hat}\,{_average(G + x_hat)}"
    total = rf"{slope}\left({G}-{mean}-{variance}\right)" if mode == "train" else rf"{slope}\,{G}"
    return {
        "dx": rf"{_partial('dx', x)}={total}",
        "dx_direct": rf"{slope}\,{G}",
        "dx_mean": rf"-{slope}\,{mean}" if mode == "train" else "0",
        "dx_variance": rf"-{slope}\,{variance}" if mode == "train" else "0",
    }


def _denominator(eps_placement: str, mode: str) -> str:
    return rf"\sqrt{{{VAR[mode]}+{EPS}}}" if eps_placement == "variance" else f"{SD[mode]}+{EPS}"


def _average(of: str) -> str:
    return rf"\class{{average}}{{\langle {of}\rangle}}"


def _partial(term: str, of: str) -> str:
    return rf"\class{{{term}}}{{\frac{{\partial L}}{{\partial {of}}}}}"


@cache
def math(latex: str) -> Markup:
    """LaTeX as MathML; a `\\class{term}{…}` becomes an element that can be hovered and focused."""
    return one_stop(re.sub(r'class="(\w+)"', rf'class="term" data-term="\1"{FOCUSABLE}', convert(latex)))


def one_stop(mathml: str) -> Markup:
    """A formula as one stop of Tab, the first term. Arrow keys reach the others (static/js/lib/figures/symbols.js)."""
    first, stop, others = mathml.partition(FOCUSABLE)
    return Markup(first + stop + others.replace(FOCUSABLE, LATER))


SYMBOL_MATH = {
    "gamma": GAMMA, "beta": BETA, "eps": dict.fromkeys(X, EPS), "N": {"frameworks": "N", "lecture": "K"},
    "D": {"frameworks": "D", "lecture": "n"},
}  # fmt: skip


def symbol_math(symbol: str, notation: str) -> Markup:
    """A control's symbol as MathML, without its term's handle (the control itself is the handle)."""
    latex = SYMBOL_MATH[symbol][notation] if symbol in SYMBOL_MATH else symbol
    return math(re.sub(r"\\class\{\w+\}\{(.*)\}$", r"\1", latex))
