"""The formulas of `derivation`, in both notations: written once with placeholders, read as either."""

from dataclasses import dataclass

SYMBOLS = {
    "frameworks": {
        "X": "x", "XH": r"\hat{x}", "Y": "y", "GAMMA": r"\gamma", "BETA": r"\beta", "COUNT": "N", "AT": "_{ji}",
        "OTHER": "_{ki}", "UNIT": "_{i}", "OVER": "_{j}",
    },
    "lecture": {
        "X": "Z", "XH": r"\bar{Z}", "Y": r"\hat{Z}", "GAMMA": "G", "BETA": "B", "COUNT": "K", "AT": "_{ij}",
        "OTHER": "_{ik}", "UNIT": "_{i}", "OVER": "_{j}",
    },
}  # fmt: skip
"""Examples j and k, unit i. The frameworks store the batch examples first, so theirs is x_ji."""


@dataclass(frozen=True)
class Step:
    """The formula of a node by notation, and what it is computed from."""

    side: str
    parents: tuple[str, ...]
    formula: dict[str, str]


def _d(of: str) -> str:
    return rf"\frac{{\partial L}}{{\partial {of}}}"


MU, VAR, SIGMA, S = r"\mu<UNIT>", r"\sigma<UNIT>^{2}", r"\sigma<UNIT>", r"s<UNIT>"
X, XH, Y, CENTRED = "<X><AT>", "<XH><AT>", "<Y><AT>", r"\left(<X><AT>-\mu<UNIT>\right)"
GAMMA, BETA, SUM = "<GAMMA><UNIT>", "<BETA><UNIT>", r"\sum<OVER>"
MEAN_OVER = r"\frac{1}{<COUNT>}\sum<OVER>"

FORWARD: dict[str, tuple[tuple[str, ...], str]] = {
    "x": ((), X),
    "gamma": ((), GAMMA),
    "beta": ((), BETA),
    "eps": ((), r"\varepsilon"),
    "mean": (("x",), rf"{MU}={MEAN_OVER}{X}"),
    "centred": (("x", "mean"), rf"{X}-{MU}"),
    "var": (("centred",), rf"{VAR}={MEAN_OVER}{CENTRED}^{{2}}"),
    "sigma": (("var",), rf"{SIGMA}=\sqrt{{{VAR}}}"),
    "x_hat": (("centred", "scale"), rf"{XH}=\frac{{{X}-{MU}}}{{{S}}}"),
    "scaled": (("gamma", "x_hat"), rf"{GAMMA}{XH}"),
    "y": (("scaled", "beta"), rf"{Y}={GAMMA}{XH}+{BETA}"),
    "loss": (("y",), rf"L=\sum_{{i,j}}{_d(Y)}\,{Y}"),
}
BACKWARD: dict[str, tuple[tuple[str, ...], str]] = {
    "dy": (("loss",), _d(Y)),
    "dbeta": (("dy",), rf"{_d(BETA)}={SUM}{_d(Y)}"),
    "dgamma": (("dy", "x_hat"), rf"{_d(GAMMA)}={SUM}{_d(Y)}{XH}"),
    "dx_hat": (("dy", "gamma"), rf"{_d(XH)}={GAMMA}{_d(Y)}"),
    "dscale": (("dx_hat", "x_hat", "scale"), rf"{_d(S)}=-{SUM}{_d(XH)}\frac{{{X}-{MU}}}{{{S}^{{2}}}}"),
    "dsigma": (("dscale",), rf"{_d(SIGMA)}={_d(S)}"),
    "dmean": (("dx_hat", "scale"), rf"{_d(MU)}=-\frac{{1}}{{{S}}}{SUM}{_d(XH)}"),
    "dx_direct": (("dx_hat", "scale"), rf"{_d(XH)}\frac{{1}}{{{S}}}"),
    "dx_mean": (("dmean",), rf"{_d(MU)}\frac{{1}}{{<COUNT>}}"),
    "dx_variance": (("dvar", "centred"), rf"{_d(VAR)}\frac{{2}}{{<COUNT>}}{CENTRED}"),
    "dx": (
        ("dx_direct", "dx_mean", "dx_variance"),
        rf"{_d(X)}={_d(XH)}\frac{{1}}{{{S}}}+{_d(MU)}\frac{{1}}{{<COUNT>}}+{_d(VAR)}\frac{{2}}{{<COUNT>}}{CENTRED}",
    ),
}
PLACED: dict[str, dict[str, tuple[tuple[str, ...], str]]] = {
    "variance": {
        "scale": (("var", "eps"), rf"{S}=\sqrt{{{VAR}+\varepsilon}}"),
        "dvar": (("dscale", "scale"), rf"{_d(VAR)}={_d(S)}\frac{{1}}{{2{S}}}"),
    },
    "deviation": {
        "scale": (("sigma", "eps"), rf"{S}={SIGMA}+\varepsilon"),
        "dvar": (("dsigma", "sigma"), rf"{_d(VAR)}={_d(SIGMA)}\frac{{1}}{{2{SIGMA}}}"),
    },
}

DIVIDED = rf"-\frac{{{X}-{MU}}}{{{S}^{{2}}}}"
AVERAGED, TWICE = r"\frac{1}{<COUNT>}", rf"\frac{{2}}{{<COUNT>}}{CENTRED}"
LOCAL: dict[str, dict[str, str]] = {
    "mean": {"x": AVERAGED},
    "centred": {"x": "1", "mean": "-1"},
    "var": {"centred": TWICE},
    "x_hat": {"centred": rf"\frac{{1}}{{{S}}}", "scale": DIVIDED},
    "scaled": {"gamma": XH, "x_hat": GAMMA},
    "y": {"scaled": "1", "beta": "1"},
    "loss": {"y": _d(Y)},
    "dbeta": {"dy": "1"},
    "dgamma": {"dy": XH},
    "dx_hat": {"dy": GAMMA},
    "dscale": {"dx_hat": DIVIDED},
    "dmean": {"dx_hat": rf"-\frac{{1}}{{{S}}}"},
    "dx_direct": {"dx_hat": rf"\frac{{1}}{{{S}}}"},
    "dx_mean": {"dmean": AVERAGED},
    "dx_variance": {"dvar": TWICE},
    "dx": {"dx_direct": "1", "dx_mean": "1", "dx_variance": "1"},
}
LOCAL_PLACED: dict[str, dict[str, dict[str, str]]] = {
    "variance": {
        "scale": {"var": rf"\frac{{1}}{{2{S}}}", "eps": rf"\frac{{1}}{{2{S}}}"},
        "dvar": {"dscale": rf"\frac{{1}}{{2{S}}}"},
    },
    "deviation": {
        "sigma": {"var": rf"\frac{{1}}{{2{SIGMA}}}"},
        "scale": {"sigma": "1", "eps": "1"},
        "dsigma": {"dscale": "1"},
        "dvar": {"dsigma": rf"\frac{{1}}{{2{SIGMA}}}"},
    },
}

DIVISORS = {"x_hat": "scale", "dscale": "scale", "dmean": "scale", "dx_direct": "scale"}
"""Nodes whose formula divides by s or sigma, and so do all their local derivatives; by the divisor's name."""
DIVISORS_PLACED = {"variance": {"dvar": "scale"}, "deviation": {"dvar": "sigma"}}
LOCAL_DIVISORS_PLACED = {"variance": {"scale": "scale"}, "deviation": {"sigma": "sigma"}}
"""Nodes of which only the local derivatives divide: roots."""

PULLED = {"variance": "", "deviation": rf"\frac{{{S}}}{{{SIGMA}}}\,"}
SUMMED = {
    placement: rf"{_d(X)}=\sum_{{k}}{_d('<Y><OTHER>')}\,\frac{{{GAMMA}}}{{<COUNT>\,{S}}}"
    rf"\left(<COUNT>\,\delta_{{jk}}-1-{pull}<XH><OTHER>\,{XH}\right)"
    for placement, pull in PULLED.items()
}
"""dL/dx as the lecture derives it, the sum over every output that an input reaches; with epsilon kept."""
ENTRY = {
    placement: rf"\frac{{\partial <Y><OTHER>}}{{\partial {X}}}=\frac{{{GAMMA}}}{{{S}}}"
    rf"\left(\delta_{{jk}}-\frac{{1}}{{<COUNT>}}-\frac{{1}}{{<COUNT>}}{pull}<XH><OTHER>\,{XH}\right)"
    for placement, pull in PULLED.items()
}
"""One entry of the Jacobian: the identity's, the mean's and the variance's part."""
PRINTED = (
    rf"{_d(X)}=\sum_{{k}}{_d('<Y><OTHER>')}\,\frac{{{GAMMA}}}{{<COUNT>\,{SIGMA}}}"
    rf"\left(<COUNT>\,\delta_{{jk}}-1-\frac{{(<X><OTHER>-{MU})({X}-{MU})}}{{{VAR}}}\right)"
)
"""The lecture's last formula as it is printed: epsilon is dropped."""


def formulas_of(eps_placement: str) -> dict[str, Step]:
    """The step of every node that this placement of epsilon can have."""
    placed = PLACED[eps_placement]
    forward = {name: Step("forward", parents, both(latex)) for name, (parents, latex) in FORWARD.items()}
    backward = {name: Step("backward", parents, both(latex)) for name, (parents, latex) in BACKWARD.items()}
    own = {
        name: Step("backward" if name == "dvar" else "forward", parents, both(latex))
        for name, (parents, latex) in placed.items()
    }
    return forward | backward | own


def divisors_of(eps_placement: str) -> tuple[dict[str, str], dict[str, str]]:
    """What a node's formula divides by, and what its local derivatives divide by: "scale" or "sigma"."""
    own = DIVISORS | DIVISORS_PLACED[eps_placement]
    return own, own | LOCAL_DIVISORS_PLACED[eps_placement]


def locals_of(eps_placement: str) -> dict[str, dict[str, dict[str, str]]]:
    """The formulas of the local derivatives: node, parent, notation."""
    table = LOCAL | LOCAL_PLACED[eps_placement]
    return {name: {parent: both(latex) for parent, latex in parts.items()} for name, parts in table.items()}


def both(latex: str) -> dict[str, str]:
    """A formula with placeholders, in each notation.

    >>> both("<GAMMA><UNIT>")["lecture"]
    'G_{i}'
    """
    return {notation: _read(latex, symbols) for notation, symbols in SYMBOLS.items()}


def _read(latex: str, symbols: dict[str, str]) -> str:
    for name, symbol in symbols.items():
        latex = latex.replace(f"<{name}>", symbol)
    return latex
