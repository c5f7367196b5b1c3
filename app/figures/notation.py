"""The two notations: the lecture's (Z, G, B, K) and the frameworks' (x, γ, β, N)."""

import re

SYMBOLS = {
    "frameworks": {
        "x": "x", "x_hat": "x̂", "y": "y", "activation": "f(y)", "readout": "logits",
        "d_readout": "∂L/∂logits", "d_activation": "∂L/∂f", "dy": "∂L/∂y", "dx_hat": "∂L/∂x̂", "dx": "∂L/∂x",
        "dx_direct": "direct", "dx_mean": "through μ", "dx_variance": "through σ²",
        "gamma": "γ", "beta": "β", "mean": "μ", "sd": "σ", "var": "σ²", "eps": "ε", "count": "N",
        "dgamma": "∂L/∂γ", "dbeta": "∂L/∂β",
    },
    "lecture": {
        "x": "Z", "x_hat": "Z̄", "y": "Ẑ", "activation": "f(Ẑ)", "readout": "logits",
        "d_readout": "∂L/∂logits", "d_activation": "∂L/∂f", "dy": "∂L/∂Ẑ", "dx_hat": "∂L/∂Z̄", "dx": "∂L/∂Z",
        "dx_direct": "direct", "dx_mean": "through μ", "dx_variance": "through σ",
        "gamma": "G", "beta": "B", "mean": "μ", "sd": "σ", "var": "σ²", "eps": "ε", "count": "K",
        "dgamma": "∂L/∂G", "dbeta": "∂L/∂B",
    },
}  # fmt: skip

PARTIALS = ("d_activation", "dy", "dx_hat", "dx", "dgamma", "dbeta")
SYMBOL_TERMS = {SYMBOLS[notation][name]: name for notation in SYMBOLS for name in PARTIALS}
"""The partial derivative that each of their symbols stands for, in either notation."""

STAGE_TITLES = {
    "x": "the input", "x_hat": "normalized", "y": "scaled and shifted", "activation": "behind the activation",
    "readout": "the read-out's logits", "d_readout": "gradient at the logits", "d_activation": "gradient from above",
    "dy": "gradient at the output", "dx_hat": "gradient at the normalized value", "dx": "gradient at the input",
    "dx_direct": "direct path into the input's gradient", "dx_mean": "path through the mean",
    "dx_variance": "path through the variance",
}  # fmt: skip


def symbol(name: str, notation: str) -> str:
    """The symbol of a stage, a parameter or a statistic, as plain text."""
    return SYMBOLS[notation][name]


UNIT = {"frameworks": "feature", "lecture": "unit"}
"""What each notation calls what has a mean of its own."""


def drawn_text(text: str) -> str:
    """Text as Plotly must be given it, which reads tags and links in names and titles.

    >>> drawn_text("<b>a & b</b>")
    '&lt;b&gt;a &amp; b&lt;/b&gt;'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


LECTURE_WORDS = {"x̂": "Z̄", "x": "Z", "y": "Ẑ", "γ": "G", "β": "B", "N": "K", "dx": "dZ", "dy": "dẐ"}
_WORD = re.compile("|".join(rf"(?<![A-Za-z]){word}(?![A-Za-z0-9\u0302])" for word in LECTURE_WORDS))
NAMES = {"x_hat": "x̂", "gamma": "γ", "beta": "β", "eps": "ε"}
_NAME = re.compile(rf"\b({'|'.join(NAMES)})\b")


def in_notation(text: str, notation: str) -> str:
    """A sentence written in the frameworks' symbols, in the notation in force.

    >>> in_notation("dL/dy is a straight line in x̂, and γ is 1", "lecture")
    'dL/dẐ is a straight line in Z̄, and G is 1'
    """
    return text if notation == "frameworks" else _WORD.sub(lambda word: LECTURE_WORDS[word[0]], text)


def by_name(text: str, notation: str) -> str:
    """A sentence that calls things by their names in Python, in the symbols of the notation in force.

    >>> by_name("x_hat = 0 and y = beta", "frameworks"), by_name("x_hat = 0, dx = 0", "lecture")
    ('x̂ = 0 and y = β', 'Z̄ = 0, dZ = 0')
    """
    return in_notation(_NAME.sub(lambda name: NAMES[name[0]], text), notation)
