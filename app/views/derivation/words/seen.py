"""The derivation in words: what each node means, what is seen right now. Every number is the result's own."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.figures.notation import UNIT, by_name, symbol
from app.figures.numbers import apart, beside, is_rounding, stated, three
from bncore.batch_norm import Forward
from bncore.derivation.naive import Naive
from bncore.derivation.nodes import Node, Printed
from bncore.flags import Flag

ROUNDING_SHARE = 1e-12  # of the largest dx


@dataclass(frozen=True)
class NodeWords:
    """A node's title and one sentence of what it is; `symbol` has the notation's own symbols in braces."""

    symbol: str
    title: str
    meaning: str


NODES = {
    "x": NodeWords("{x}", "the input", "The numbers that batch norm is given: one for each example and {unit}."),
    "gamma": NodeWords("{gamma}", "the scale", "A learned factor, one a {unit}."),
    "beta": NodeWords("{beta}", "the shift", "A learned summand, one a {unit}."),
    "eps": NodeWords("{eps}", "epsilon", "A small constant that keeps the denominator away from 0."),
    "mean": NodeWords("μ", "the mean", "The mean of each {unit} over the examples of the batch."),
    "centred": NodeWords("{x} − μ", "centred", "How far each number is from its {unit}'s mean."),
    "var": NodeWords("σ²", "the variance", "The mean square of the centred numbers: the biased variance of a {unit}."),
    "sigma": NodeWords("σ", "the deviation", "The root of the variance."),
    "scale": NodeWords("s", "the denominator", "What the centred numbers are divided by, with epsilon in it."),
    "x_hat": NodeWords("{x_hat}", "normalized", "Mean 0 and, but for {eps}, deviation 1 for every {unit} that varies."),
    "scaled": NodeWords("{gamma}{x_hat}", "scaled", "The normalized number times the learned scale."),
    "y": NodeWords("{y}", "the output", "What batch norm passes on: scaled, then shifted."),
    "loss": NodeWords("L", "the loss", "Any loss with this gradient at the output; here the one that is linear in it."),
    "dy": NodeWords("{dy}", "what arrives", "How much the loss changes with each output: given from above."),
    "dbeta": NodeWords("{dbeta}", "gradient of the shift", "The shift reaches every output alike: the sum over them."),
    "dgamma": NodeWords("{dgamma}", "gradient of the scale", "The sum over the outputs, each weighed by its {x_hat}."),
    "dx_hat": NodeWords("{dx_hat}", "at the normalized number", "How much the loss changes with each {x_hat}."),
    "dscale": NodeWords("∂L/∂s", "at the denominator", "Every example was divided by it, so every example adds to it."),
    "dsigma": NodeWords("∂L/∂σ", "at the deviation", "Epsilon is only added to it, so the gradient passes unchanged."),
    "dvar": NodeWords("∂L/∂σ²", "at the variance", "The gradient at the {under_root}, through the root."),
    "dmean": NodeWords(
        "∂L/∂μ",
        "at the mean",
        "It was subtracted from every example, so every example adds to it; through σ² it gets −2/{count} Σ({x} − μ) "
        "times ∂L/∂σ², which is 0, as Σ({x} − μ) is.",
    ),
    "dx_direct": NodeWords("direct", "direct path", "As if mean and deviation were constants."),
    "dx_mean": NodeWords("via μ", "path through the mean", "Each example made a part of 1/{count} of the mean."),
    "dx_variance": NodeWords(
        "via σ²", "path through the variance", "Each example made the variance, the more the farther out it is."
    ),
    "dx": NodeWords("{dx}", "gradient at the input", "The sum of the three paths: what batch norm hands on, backward."),
}
TERMS = {name: words.meaning for name, words in NODES.items()} | {
    "sum": "The sum over the examples of the batch.",
    "count": "How many examples the batch has.",
    "delta": "1 where both examples are the same one, else 0.",
    "slope": "How much this output moves with that input: an entry of the Jacobian.",
    "identity": "An example's part in its own output, as if the statistics were constants: {gamma}/s times δ.",
    "mean_part": "The part through the mean: {gamma}/s times −1/{count}, for every pair of examples.",
    "variance_part": "The part through the variance: large where both examples lie far out.",
    "mean_bracket": "Through the mean: −1/{count}, the same for every pair of examples and in every {unit}.",
    "variance_bracket": "Through the variance: large where both examples lie far out.",
    "bracket": "All three parts together; {gamma}/s times this is the entry.",
    "total": "All three parts together, times {gamma}/s.",
    "ghost": "A ghost is a dashed ring: where a mark stood before a hand moved one. Another step clears it.",
}


def node_symbol(name: str, notation: str) -> str:
    """A node's symbol as plain text.

    >>> node_symbol("scaled", "lecture"), node_symbol("dvar", "frameworks")
    ('GZ̄', '∂L/∂σ²')
    """
    return in_symbols(NODES[name].symbol, notation)


def in_symbols(text: str, notation: str, eps_placement: str = "variance") -> str:
    """Text with `{name}` for symbols, in a notation."""
    names = ("x", "x_hat", "y", "gamma", "beta", "eps", "dy", "dbeta", "dgamma", "dx_hat", "dx", "count")
    under_root = {"variance": "denominator", "deviation": "deviation"}[eps_placement]
    return text.format(unit=UNIT[notation], under_root=under_root, **{name: symbol(name, notation) for name in names})


def meaning(name: str, notation: str, eps_placement: str) -> str:
    """What a node is, in a sentence."""
    return in_symbols(NODES[name].meaning, notation, eps_placement)


def arriving(node: Node, notation: str) -> str:
    """What a node's `upstream` is called: a backward node gets the gradient of its first parent."""
    if node.side == "forward":
        return "The gradient that will arrive here"
    return f"The gradient that arrives here, {node_symbol(node.parents[0], notation)}"


def terms(notation: str, eps_placement: str = "variance") -> dict[str, str]:
    """What each term means, a sentence each."""
    return {name: in_symbols(text, notation, eps_placement) for name, text in TERMS.items()}


def paths_text(parts: dict[str, float], place: str, examples: int, notation: str) -> str:
    """The gradient of one cell and the paths that it came by."""
    size = max(abs(value) for value in parts.values())
    told = {name: beside(value, size) for name, value in parts.items()}
    through = f"{told['dx_mean']} through the mean and {told['dx_variance']} through the variance"
    return (
        f"{symbol('dx', notation)} = {told['dx']} at {place}: {told['dx_direct']} directly, {through}"
        f"{_helped(parts, size, examples)}."
    )


def _helped(parts: dict[str, float], size: float, examples: int) -> str:
    """Why there is something through the mean and the variance: of a path that brings nothing, nothing is said."""
    if examples == 1:
        return ", as the one example is its own mean"
    made = [what for what in ("mean", "variance") if not is_rounding(parts[f"dx_{what}"], size)]
    what = "both" if len(made) == 2 else f"the {made[0]}" if made else ""
    return f", as every example helped to make {what}" if made else ""


def conventions(result: Forward, notation: str) -> list[str]:
    """The conventions in force, a sentence each."""
    count, eps = symbol("count", notation), symbol("eps", notation)
    where = {
        "variance": f"{eps} is added to the variance, √(σ²+{eps}), as in Ioffe & Szegedy 2015 and the frameworks",
        "deviation": f"{eps} is added to the deviation, σ+{eps}, as in the lecture",
    }[result.eps_placement]
    order = {
        "frameworks": "examples are rows and features columns: x[j, i] is example j of feature i",
        "lecture": "units are rows and examples columns: Z_ij is example j of unit i",
    }[notation]
    return [
        f"{where}; {eps} = {stated(result.eps)}, and nothing of it is dropped in the gradient",
        f"the variance is biased, divided by {count} = {result.count}",
        order,
    ]


def laws(
    sums: tuple[float, float, float], overlaps: tuple[float, float], eps: float, name: str, notation: str
) -> list[dict[str, str]]:
    """The two laws of dx with the numbers of one feature: `sums` are sum dx, sum |dx| and sum |dx_direct|, beside which
    dx may be rounding; `overlaps` sum dx x_hat and what epsilon makes of it."""
    dx, x_hat, sign = symbol("dx", notation), symbol("x_hat", notation), symbol("eps", notation)
    total, size, terms = sums
    titles = [f"Σ {dx} over the batch = 0", f"Σ {dx}·{x_hat} over the batch = 0 where {sign} = 0"]
    changes = ["shifting all examples alike changes nothing.", "stretching the batch changes nothing."]
    if is_rounding(size, terms):
        gone = f"Every {dx} of {name} is 0" + (" up to rounding" if size else "")
        return [{"title": title, "text": f"{gone}: {told}"} for title, told in zip(titles, changes, strict=True)]
    shifted = f"{beside(total, terms)} for {name}, of Σ |{dx}| = {three(size)}: {changes[0]}"
    stretched = f"{_stretched(overlaps, terms, eps, name, sign)} {changes[1]} Σ |{dx}| is {three(size)}."
    return [{"title": title, "text": text} for title, text in zip(titles, (shifted, stretched), strict=True)]


def _stretched(overlaps: tuple[float, float], terms: float, eps: float, name: str, sign: str) -> str:
    """What a stretching of the batch adds to the loss, and what epsilon foretells of that."""
    overlap, expected = overlaps
    if eps == 0.0:
        return f"{beside(overlap, terms)} for {name}: {sign} is 0, so"
    agree = is_rounding(overlap - expected, terms)
    measured, foretold = (beside(v, terms) for v in overlaps) if agree else apart(overlap, expected)
    return f"{measured} for {name}; {sign} = {stated(eps)} predicts {foretold}. It goes to 0 with {sign}: then"


def printed_text(printed: Printed, here: float | None, exact: float, terms: float, notation: str) -> str:
    """By how much the lecture's formula, which drops epsilon, is off; `terms` is the size of the path that cancels."""
    eps, dx = symbol("eps", notation), symbol("dx", notation)
    if here is None:
        return f"It drops {eps} and divides by the deviation, which is 0 here: it has no value."
    if not math.isfinite(here):
        return f"It drops {eps} and divides by the deviation, so small a number that float64 holds no result here."
    if not math.isfinite(printed.max_abs_error):
        return f"It drops {eps}: {three(here)} here instead of {three(exact)}, and elsewhere more than float64 holds."
    if printed.max_rel_error is None:
        return f"As printed it drops {eps}, which does not show here: the true {dx} of this batch is 0 up to rounding."
    if printed.max_rel_error <= ROUNDING_SHARE:
        return f"As printed it drops {eps}, which does not show here: over the batch it is off by rounding alone."
    off, true = (beside(here, terms), beside(exact, terms)) if is_rounding(here, terms) else apart(here, exact)
    told = f"{off} here instead of {true}" if off != true else f"{true} here, which is right up to rounding"
    left_out = f" (but for the {UNIT[notation]}s of deviation 0, where it has no value)" if printed.features else ""
    return (
        f"As printed it drops {eps}: {told}. Over the batch{left_out} it is off by up to "
        f"{three(printed.max_abs_error)}, {three(100.0 * printed.max_rel_error)} % of the largest {dx}."
    )


def naive_text(naive: Naive, feature: int, name: str, eps: float, notation: str) -> list[str]:
    """What treating the statistics as constants does to one feature's gradient, a sentence each."""
    dx = symbol("dx", notation)
    length = float(np.abs(naive.dx[:, feature]).sum())
    if length == 0.0:
        return [f"Only the direct path is left, and it is 0 for {name}, too."]
    total, undone = float(naive.total[feature]), float(naive.undone[feature])
    stretch = "a stretch" if eps == 0.0 else f"(but for {symbol('eps', notation)}) a stretch"
    said = [
        f"Only the direct path is left. Its sum over the batch for {name} is {beside(total, length)}, where the true "
        "one is 0.",
        f"{three(100.0 * undone)} % of its squared length is a shift or {stretch} of the whole batch, which the "
        "normalization undoes: that part of a step is wasted.",
    ]
    return [*said, _held_against(float(naive.angle[feature]), float(naive.error[feature]), dx)]


def _held_against(angle: float, error: float, dx: str) -> str:
    """The naive gradient beside the true one."""
    if math.isnan(angle):
        return (
            f"The true {dx} is 0 here, up to rounding: there is no angle between them, and no length to compare with."
        )
    if is_rounding(error, 1.0):
        return f"It is the true {dx} here, up to rounding: there is nothing of a shift or a stretch in it."
    differs = f"differs from it by {three(100.0 * error)} % of its length"
    return f"It points {three(angle)}° away from the true {dx}, and {differs}."


def none_text(divisor: str) -> str:
    """What stands in the place of a number that does not exist.

    >>> none_text("sigma")
    'none, σ is 0'
    """
    return f"none, {NODES[divisor].symbol} is 0"


def none_reason(divisor: str, scale: float, notation: str) -> str:
    """Why a number that does not exist counts as 0 in a feature with this s."""
    if scale == 0.0:
        return in_symbols(
            "s of this {unit} is 0, and nothing can be divided by it. {x_hat} is 0 there by definition, and so is what "
            "would come through it.", notation,
        )  # fmt: skip
    return in_symbols(
        f"{NODES[divisor].symbol} of this {{unit}} is 0, and nothing can be divided by it. The path counts as 0: where "
        "every {x} − μ is 0, {x_hat} stays 0 however s moves.", notation,
    )  # fmt: skip


def summed_text(forward: Forward, feature: int, notation: str) -> str:
    """Why the gradient at an input is a sum over the outputs."""
    if forward.count == 1:
        return "The one output depends on the one input through itself and through its own mean, and the two cancel."
    still = forward.var[feature] == 0.0
    through = f"the mean always (every {symbol('x_hat', notation)} is 0 here)" if still else "mean and variance always"
    return (
        f"Every output k depends on the input j, through itself where j = k, and through {through}. So the gradient is "
        "a sum over k."
    )


def flag_text(flag: Flag, notation: str) -> str:
    """What is special about the batch."""
    return by_name(flag.text, notation).replace("feature", UNIT[notation])


def which_rows(rows: Sequence[int] | None) -> str:
    """Which examples of the source these are, where they are not its first ones in order.

    >>> which_rows([8, 14]), which_rows([0, 1]), which_rows(None)
    (', in order 8, 14 of the source, from 0', '', '')
    """
    if rows is None or list(rows) == list(range(len(rows))):
        return ""
    return f", {'in order ' if len(rows) > 1 else ''}{', '.join(map(str, rows))} of the source, from 0"
