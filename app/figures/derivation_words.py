"""The derivation in words: what each node means, what is seen right now. Every number is the result's own."""

import math
from dataclasses import dataclass

from app.figures.notation import UNIT, symbol
from app.figures.numbers import counted, three
from bncore.batch_norm import Forward
from bncore.derivation import Printed
from bncore.jacobian import Blocks, Jacobian
from bncore.moved import Moved
from bncore.naive import Naive

NEXT_TO_NOTHING = 1e-9


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
    "x_hat": NodeWords("{x_hat}", "normalized", "Mean 0 and, but for {eps}, deviation 1 for every {unit}."),
    "scaled": NodeWords("{gamma}{x_hat}", "scaled", "The normalized number times the learned scale."),
    "y": NodeWords("{y}", "the output", "What batch norm passes on: scaled, then shifted."),
    "loss": NodeWords("L", "the loss", "Any loss with this gradient at the output; here the one that is linear in it."),
    "dy": NodeWords("{dy}", "what arrives", "How much the loss changes with each output: given from above."),
    "dbeta": NodeWords("{dbeta}", "gradient of the shift", "The shift reaches every output alike: the sum over them."),
    "dgamma": NodeWords("{dgamma}", "gradient of the scale", "The sum over the outputs, each weighed by its {x_hat}."),
    "dx_hat": NodeWords("{dx_hat}", "at the normalized number", "How much the loss changes with each {x_hat}."),
    "dscale": NodeWords("∂L/∂s", "at the denominator", "Every example was divided by it, so every example adds to it."),
    "dsigma": NodeWords("∂L/∂σ", "at the deviation", "Epsilon is only added to it, so the gradient passes unchanged."),
    "dvar": NodeWords("∂L/∂σ²", "at the variance", "The gradient at the denominator through the root."),
    "dmean": NodeWords("∂L/∂μ", "at the mean", "It was subtracted from every example, so every example adds to it."),
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
    "identity": "The part of an example in its own output, as if the statistics were constants.",
    "mean_part": "The part through the mean: the same for every pair of examples.",
    "variance_part": "The part through the variance: large where both examples lie far out.",
    "total": "All three parts together.",
}


def node_symbol(name: str, notation: str) -> str:
    """A node's symbol as plain text.

    >>> node_symbol("scaled", "lecture"), node_symbol("dvar", "frameworks")
    ('GZ̄', '∂L/∂σ²')
    """
    return in_symbols(NODES[name].symbol, notation)


def in_symbols(text: str, notation: str) -> str:
    """Text with `{name}` for symbols, in a notation."""
    names = ("x", "x_hat", "y", "gamma", "beta", "eps", "dy", "dbeta", "dgamma", "dx_hat", "dx", "count")
    return text.format(unit=UNIT[notation], **{name: symbol(name, notation) for name in names})


def terms(notation: str) -> dict[str, str]:
    """What each term means, a sentence each."""
    return {name: in_symbols(text, notation) for name, text in TERMS.items()}


def headline(parts: dict[str, float], place: str, notation: str) -> str:
    """The story of the page with the numbers of one cell: its gradient and the paths that it came by."""
    dx = symbol("dx", notation)
    return (
        f"{dx} = {three(parts['dx'])} at {place}: {three(parts['dx_direct'])} directly, {three(parts['dx_mean'])} "
        f"through the mean and {three(parts['dx_variance'])} through the variance, as every example helped to make "
        "both."
    )


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
        f"{where}; {eps} = {result.eps:g}, and nothing of it is dropped in the gradient",
        f"the variance is biased, divided by {count} = {result.count}",
        order,
    ]


def laws(
    sums: tuple[float, float], overlaps: tuple[float, float, float], eps: float, name: str, notation: str
) -> list[dict[str, str]]:
    """The two laws of dx with the numbers of one feature: `sums` are sum dx and sum |dx|, `overlaps` sum dx x_hat, what
    epsilon makes of it, and sum |dx|."""
    dx, x_hat, sign = symbol("dx", notation), symbol("x_hat", notation), symbol("eps", notation)
    overlap, expected, size = overlaps
    if eps == 0.0:
        told = f"{three(overlap)} for {name}: {sign} is 0, so stretching the batch changes nothing."
    else:
        told = (
            f"{three(overlap)} for {name}; {sign} = {eps:g} predicts {three(expected)}. "
            f"It goes to 0 with {sign}: then stretching the batch changes nothing."
        )
    return [
        {
            "title": f"Σ {dx} over the batch = 0",
            "text": f"{three(sums[0])} for {name}, of Σ |{dx}| = {three(sums[1])}: shifting all examples alike changes "
            "nothing.",
        },
        {"title": f"Σ {dx}·{x_hat} over the batch = 0 where {sign} = 0", "text": f"{told} Σ |{dx}| is {three(size)}."},
    ]


def printed_text(printed: Printed, here: float | None, exact: float, notation: str) -> str:
    """By how much the lecture's formula, which drops epsilon, is off."""
    eps, dx = symbol("eps", notation), symbol("dx", notation)
    if here is None:
        return f"It drops {eps} and divides by the deviation, which is 0 here: it has no value."
    if not math.isfinite(here):
        return f"It drops {eps} and divides by the deviation, so small a number that float64 holds no result here."
    if not math.isfinite(printed.max_abs_error):
        return f"It drops {eps}: {three(here)} here instead of {three(exact)}, and elsewhere more than float64 holds."
    if printed.max_rel_error is None:
        return f"As printed it drops {eps}, which does not show here: the true {dx} of this batch is 0 up to rounding."
    return (
        f"As printed it drops {eps}: {three(here)} here instead of {three(exact)}. Over the batch it is off by up to "
        f"{three(printed.max_abs_error)}, {three(100.0 * printed.max_rel_error)} % of the largest {dx}."
    )


def naive_text(found: Naive, feature: int, name: str, notation: str) -> list[str]:
    """What treating the statistics as constants does to one feature's gradient, a sentence each."""
    dx = symbol("dx", notation)
    total, undone = float(found.total[feature]), float(found.undone[feature])
    angle, error = float(found.angle[feature]), float(found.error[feature])
    said = [
        f"Only the direct path is left. Its sum over the batch for {name} is {three(total)}, where the true one is 0."
    ]
    said.append(
        f"{three(100.0 * undone)} % of its squared length is a shift or a stretch of the whole batch, which the "
        "normalization undoes: that part of a step is wasted."
    )
    if math.isnan(angle):
        said.append(
            f"The true {dx} is 0 here, up to rounding: there is no angle between them, and no length to compare with."
        )
    else:
        said.append(
            f"It points {three(angle)}° away from the true {dx}, and differs from it by {three(100.0 * error)} % of "
            "its length."
        )
    return said


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


def across_text(blocks: Blocks, notation: str) -> str:
    """That features do not touch each other: every input was nudged and every output watched."""
    noun = UNIT[notation]
    features, moves = len(blocks.largest), blocks.largest.shape[0] * blocks.derivatives.shape[0]
    if features == 1:
        return f"There is one {noun}, so there is nothing between {noun}s to show."
    return (
        f"Computed, not assumed: {counted(moves, 'input was', 'inputs were')} nudged one by one, and all outputs "
        f"watched. The largest derivative between two different {noun}s is {three(blocks.across)}."
    )


def jacobian_text(found: Jacobian, example: int, output: int, notation: str) -> str:
    """One entry of the Jacobian in words."""
    y, x = symbol("y", notation), symbol("x", notation)
    value = three(float(found.total[output, example]))
    if example == output:
        return f"Moving {x} of example {example} by a little moves its own {y} by {value} times as much."
    return f"Moving {x} of example {example} by a little moves {y} of example {output} by {value} times as much."


def moved_text(found: Moved, notation: str) -> str:
    """What moving an example did, and how well the Jacobian foresaw it."""
    y, x = symbol("y", notation), symbol("x", notation)
    error = float(abs(found.predicted - found.after).max())
    own = float(found.after[found.example] - found.before[found.example])
    others = found.others_moved
    told = {len(found.before) - 1: "every other one moves too"} | {0: "no other one moves"}
    return (
        f"{x} of example {found.example} moves by {three(found.by)}: its own {y} moves by {three(own)}, and "
        f"{told.get(others, f'{others} others move too')}. The Jacobian's straight line is off by up to {three(error)}."
    )
