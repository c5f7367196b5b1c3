"""The derivation's formulas as MathML: with symbols that can be lit, and with slots that a page fills with numbers.

A slot names a tensor of the answer and the place in it: `cell` the cell's example and feature, `unit` the cell's
feature, `k3` example 3 of that feature, `output` the example whose output is looked at, `n3` entry 3 of a plain list.
So a step, or another cell, needs no request and no mathematics on the page.
"""

import re
from collections.abc import Callable
from functools import cache

from markupsafe import Markup

from app.web.pages.formulas import FOCUSABLE, math, one_stop
from bncore.derivation.formulas import ENTRY, PRINTED, SUMMED, both

TENSORS = {"x": "<X>", "x_hat": "<XH>", "y": "<Y>"}
UNITS = {
    "var": r"\sigma<UNIT>^{2}", "sigma": r"\sigma<UNIT>", "scale": "s<UNIT>", "mean": r"\mu<UNIT>",
    "gamma": "<GAMMA><UNIT>", "beta": "<BETA><UNIT>",
}  # fmt: skip
OTHERS = {"eps": r"\varepsilon", "delta": r"\delta_{jk}", "sum": r"\sum", "count": "<COUNT>"}
GRADIENT = r"\frac{{\partial L}}{{\partial {}}}"
SUMMING = {"mean", "var", "loss", "dbeta", "dgamma", "dscale", "dmean"}
"""Nodes whose formula sums over j."""
FIRST, LATER = "first", "later"


@cache
def symbols(latex: str, notation: str, *, over: str = "") -> Markup:
    """A formula with its symbols as terms; one with the index that is summed `over` stands for a whole feature."""
    wrapped = _pattern(notation).sub(lambda match: _term(match[0], notation, over), latex)
    return _marked(str(math(wrapped)))


def _term(latex: str, notation: str, over: str) -> str:
    name, place = _tokens(notation)[latex]
    place = {"j": "column" if over == "j" else "cell", "k": "column" if over == "k" else "output"}.get(place, place)
    return rf"\class{{t-{name}-{place}}}{{{latex}}}"


@cache
def _tokens(notation: str) -> dict[str, tuple[str, str]]:
    """Each symbol's LaTeX with its term and its place, where j and k are indices; the longest come first."""
    places = {f"{latex}<AT>": (name, "j") for name, latex in TENSORS.items()}
    places |= {f"{latex}<OTHER>": (name, "k") for name, latex in TENSORS.items()}
    places |= {latex: (name, "column") for name, latex in UNITS.items()}
    places |= {GRADIENT.format(latex): (f"d{name}", place) for latex, (name, place) in places.items()}
    places |= {latex: (name, "none") for name, latex in OTHERS.items()}
    return {both(latex)[notation]: places[latex] for latex in sorted(places, key=len, reverse=True)}


@cache
def _pattern(notation: str) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(latex) for latex in _tokens(notation)))


def _marked(mathml: str) -> Markup:
    """`t-` classes as terms, `s-` classes as slots, which are terms too."""
    terms = re.sub(r'class="t-(\w+)-(\w+)"', rf'class="term" data-term="\1" data-at="\2"{FOCUSABLE}', mathml)
    slot = rf'class="term slot \3" data-term="\1" data-at="\2"{FOCUSABLE}'
    return one_stop(re.sub(r'class="s-(\w+)-(\w+)-(\w+)"', slot, terms))


def _pieces(*latex: str) -> Markup:
    """A formula in pieces, each a line of its own where they do not fit beside each other."""
    return _marked("".join(f'<span class="piece">{math(piece)}</span>' for piece in latex))


def _slot(name: str, place: str, when: str = LATER) -> str:
    """A number to be filled in; one that does not stand `first` is put in parentheses where it is negative."""
    return rf"\class{{s-{name}-{place}-{when}}}{{0}}"


def _cell(name: str) -> str:
    return _slot(name, "cell")


def _unit(name: str) -> str:
    return _slot(name, "unit")


def _each(count: int, term: Callable[[int], str]) -> str:
    """A sum over the examples, written out."""
    return "+".join(term(k) for k in range(count))


def _products(count: int, *names: str) -> str:
    return _each(count, lambda k: r"\cdot ".join(_slot(name, f"k{k}") for name in names))


def _in(*terms: str) -> str:
    return rf"\left({''.join(terms)}\right)"


NUMBERS: dict[str, Callable[[int], str]] = {
    "mean": lambda n: rf"\frac{{1}}{{{n}}}{_in(_products(n, 'x'))}",
    "centred": lambda _: f"{_slot('x', 'cell', FIRST)}-{_unit('mean')}",
    "var": lambda n: rf"\frac{{1}}{{{n}}}{_in(_each(n, lambda k: _slot('centred', f'k{k}') + '^2'))}",
    "sigma": lambda _: rf"\sqrt{{{_unit('var')}}}",
    "x_hat": lambda _: rf"\frac{{{_slot('x', 'cell', FIRST)}-{_unit('mean')}}}{{{_unit('scale')}}}",
    "scaled": lambda _: rf"{_slot('gamma', 'unit', FIRST)}\cdot {_cell('x_hat')}",
    "y": lambda _: rf"{_slot('gamma', 'unit', FIRST)}\cdot {_cell('x_hat')}+{_unit('beta')}",
    "loss": lambda _: rf"\ldots+{_cell('dy')}\cdot {_cell('y')}+\ldots",
    "dbeta": lambda n: _products(n, "dy"),
    "dgamma": lambda n: _products(n, "dy", "x_hat"),
    "dx_hat": lambda _: rf"{_slot('gamma', 'unit', FIRST)}\cdot {_cell('dy')}",
    "dscale": lambda n: rf"-\frac{{{_products(n, 'dx_hat', 'centred')}}}{{{_unit('scale')}^2}}",
    "dsigma": lambda _: _slot("dscale", "unit", FIRST),
    "dmean": lambda n: rf"-\frac{{1}}{{{_unit('scale')}}}{_in(_products(n, 'dx_hat'))}",
    "dx_direct": lambda _: rf"{_slot('dx_hat', 'cell', FIRST)}\cdot\frac{{1}}{{{_unit('scale')}}}",
    "dx_mean": lambda n: rf"{_slot('dmean', 'unit', FIRST)}\cdot\frac{{1}}{{{n}}}",
    "dx_variance": lambda n: rf"{_slot('dvar', 'unit', FIRST)}\cdot\frac{{2}}{{{n}}}\cdot {_cell('centred')}",
    "dx": lambda _: f"{_slot('dx_direct', 'cell', FIRST)}+{_cell('dx_mean')}+{_cell('dx_variance')}",
}
PLACED: dict[str, dict[str, Callable[[int], str]]] = {
    "variance": {
        "scale": lambda _: rf"\sqrt{{{_unit('var')}+{_slot('eps', 'all')}}}",
        "dvar": lambda _: rf"{_slot('dscale', 'unit', FIRST)}\cdot\frac{{1}}{{2\cdot {_unit('scale')}}}",
    },
    "deviation": {
        "scale": lambda _: f"{_unit('sigma')}+{_slot('eps', 'all')}",
        "dvar": lambda _: rf"{_slot('dsigma', 'unit', FIRST)}\cdot\frac{{1}}{{2\cdot {_unit('sigma')}}}",
    },
}


@cache
def numbers(name: str, axes: int, eps_placement: str, count: int) -> Markup:
    """A node's formula with slots for numbers, of a batch of `count` examples; `axes` are those of its value."""
    value = _slot(name, ("all", "unit", "cell")[axes], FIRST)
    plugged = (NUMBERS | PLACED[eps_placement]).get(name)
    return _pieces(plugged(count), f"={value}") if plugged else _pieces(value)


@cache
def summed(notation: str, eps_placement: str) -> Markup:
    """dL/dx as the sum over k."""
    return symbols(both(SUMMED[eps_placement])[notation], notation, over="k")


@cache
def summed_numbers(count: int) -> Markup:
    """The same with slots: each dL/dy_k times the Jacobian's entry, `slope`."""
    products = _each(count, lambda k: rf"{_slot('dy', f'k{k}')}\cdot {_slot('slope', f'n{k}')}")
    return _pieces(products, f"={_slot('dx', 'cell', FIRST)}")


@cache
def printed(notation: str) -> Markup:
    """The lecture's last formula, without epsilon."""
    return symbols(both(PRINTED)[notation], notation, over="k")


@cache
def entry(notation: str, eps_placement: str) -> Markup:
    """One entry of the Jacobian."""
    return symbols(both(ENTRY[eps_placement])[notation], notation)


@cache
def entry_numbers(eps_placement: str, count: int) -> Markup:
    """The same with slots."""
    average = rf"\frac{{1}}{{{count}}}"
    pull = rf"\frac{{{_unit('scale')}}}{{{_unit('sigma')}}}\cdot " if eps_placement == "deviation" else ""
    product = rf"{average}\cdot {pull}{_slot('x_hat', 'output')}\cdot {_cell('x_hat')}"
    bracket = _in(_slot("delta", "entry", FIRST), "-", average, "-", product)
    parts = "+".join(_slot(part, "entry", FIRST if part == "delta" else LATER) for part in BRACKET)
    slope = rf"\frac{{{_slot('gamma', 'unit', FIRST)}}}{{{_unit('scale')}}}"
    return _pieces(f"{slope}{bracket}", f"={slope}{_in(parts)}", f"={_slot('total', 'entry', FIRST)}")


BRACKET = ("delta", "mean_bracket", "variance_bracket")
