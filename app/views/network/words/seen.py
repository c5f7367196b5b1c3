"""The network view in words: its joints, its headline, the conventions. Every number is the result's own."""

import re
from dataclasses import dataclass

from app.figures.notation import in_notation
from app.figures.numbers import DOUBLE, SINGLE, apart, counted, is_rounding, three, times
from bncore.activations import ACTIVATIONS
from bncore.distributions.axis import tick_text
from bncore.network.contrast import Column, Contrast
from bncore.network.layers.initializations import INITIALIZATIONS
from bncore.network.measures.survey import Diverged

COLUMN_WORDS = {"without": "without BN", "with": "with BN"}
AT_THE_START = {"without": "Without BN", "with": "With BN"}  # of a sentence
UNITS = {"float32": SINGLE, "float64": DOUBLE}
SYMBOLS = {
    "frameworks": {
        "none": {"z": "z", "f": "f(z)"}, "before": {"z": "z", "norm": "BN(z)", "f": "f(BN(z))"},
        "behind": {"z": "z", "f": "f(z)", "norm": "BN(f(z))"}, "sum": "x + F(x)",
    },
    "lecture": {
        "none": {"z": "Z", "f": "f(Z)"}, "before": {"z": "Z", "norm": "Ẑ", "f": "f(Ẑ)"},
        "behind": {"z": "Z", "f": "f(Z)", "norm": "BN(f(Z))"}, "sum": "U + F(U)",
    },
}  # fmt: skip
KIND_WORDS = {
    "z": "the product's output", "norm": "behind the norm", "f": "behind the activation",
    "sum": "behind the residual connection",
}  # fmt: skip


_Z = re.compile(r"(?<![A-Za-z])z(?![A-Za-z0-9])")


def in_symbols(text: str, notation: str) -> str:
    """A sentence of this view written in the frameworks' symbols, in the notation in force.

    >>> in_symbols("z by γ: ‖dx‖ at N = 4, ∂L/∂z", "lecture")
    'Z by G: ‖dZ‖ at K = 4, ∂L/∂Z'
    """
    return text if notation == "frameworks" else _Z.sub("Z", in_notation(text, notation))


def kind_symbols(place: str, notation: str) -> dict[str, str]:
    """The symbols of the kinds of joints, by the norm's place or "none"."""
    symbols = SYMBOLS[notation]
    return {**symbols[place], "sum": symbols["sum"]}  # type: ignore[dict-item]


def joint_symbol(shown: Contrast, column: str, kind: str, notation: str) -> str:
    """The symbol of a kind of joint in a column."""
    recipe = shown.setup.recipe
    place = "none" if column == "without" or recipe.norm == "none" else recipe.norm_place
    symbols = SYMBOLS[notation]
    return str(symbols["sum"] if kind == "sum" else symbols[place][kind])  # type: ignore[index]


def diverged_text(shown: Contrast, column: str, diverged: Diverged, notation: str) -> str:
    """Where the numbers of a column ran away."""
    where = f"{AT_THE_START[column]} numbers leave the range of {shown.setup.recipe.dtype}"
    if diverged.block is None:
        at = {"input": "at the input already", "readout": "at the read-out or the loss"}[diverged.kind]
        return f"{where} {at}: no gradient can be given." if diverged.kind == "input" else f"{where} {at}."
    if diverged.kind == "weights":
        return f"{where} on the way back, at ∂L/∂W of block {diverged.block}, the gradient of its weights."
    symbol = joint_symbol(shown, column, diverged.kind, notation)
    if diverged.side == "backward":
        return (
            f"{where} on the way back, at ∂L/∂ {symbol} of block {diverged.block}; in front of it nothing can be given."
        )
    return f"{where} at {symbol} of block {diverged.block}; behind it nothing can be given, and no gradient at all."


@dataclass(frozen=True)
class Fed:
    """What became of the data before they entered: `constant` features, or channels, did not vary over the batch;
    `seeded` classes were drawn by the seed.
    """

    standardized: bool
    constant: int
    seeded: bool


def headline(shown: Contrast, fed: Fed, notation: str) -> str:
    """One sentence a column: what becomes of the product's deviation and of the gradient from block to block."""
    if not shown.setup.x.any():
        return emptied_text(shown, fed)
    parts = [_run(shown, name, column, notation) for name, column in shown.columns.items()]
    return of_undisturbed(shown, " ".join(parts))


def emptied_text(shown: Contrast, fed: Fed) -> str:
    """That all inputs are 0, and why: standardizing leaves that of what does not vary."""
    why = "as no input varies over this batch, and standardizing subtracts its mean"
    if not fed.standardized:
        why = "as the data are"
    elif shown.setup.x[:, :1].size == 1:
        why = "as standardizing subtracts the batch's mean, which of one example is itself"
    return f"Every input is 0, {why}: nothing of the batch enters the network."


def of_undisturbed(shown: Contrast, text: str) -> str:
    """What is said of the network as it was, where it is disturbed now."""
    return text if shown.setup.disturbance is None else f"Undisturbed: {text[0].lower()}{text[1:]}"


def _run(shown: Contrast, name: str, column: Column, notation: str) -> str:
    survey = column.survey
    words = AT_THE_START[name]
    if survey.diverged is not None:
        return diverged_text(shown, name, survey.diverged, notation)
    first, last = survey.at("z")[1], survey.at("z")[survey.depth]
    z, unit = joint_symbol(shown, name, "z", notation), unit_of(shown)
    if survey.depth == 1:
        size = three(first.backward.norm)
        return f"{words}, {z}'s deviation is {three(first.forward.sd)}, and its gradient has size {size}."
    sizes = apart(first.forward.sd, last.forward.sd, unit)
    runs = f"runs from {sizes[0]} in block 1 to {sizes[1]} in block {survey.depth}"
    if sizes[0] == sizes[1]:
        runs = f"is {sizes[0]} in block 1 as in block {survey.depth}"
    gradient = _gradient_at_the_first(column, first.backward.norm, last.backward.norm, unit)
    return f"{words}, {z}'s deviation {runs}, and {gradient}."


def _gradient_at_the_first(column: Column, first: float, last: float, unit: float) -> str:
    if column.only_rounding_arrives:
        return "no more than rounding of the gradient reaches block 1"
    if last == 0.0:
        return "the gradient is 0 from the last block on"
    if first == 0.0:
        return "the gradient that reaches block 1 is exactly 0"
    return f"the gradient that reaches block 1 is {ratio_text(first, last, unit)} the last block's"


def ratio_text(after: float, before: float, unit: float) -> str:
    """How one size stands to another; however small it is, it is no rounding of the other."""
    return times(after, before, unit if is_rounding(after - before, max(after, before), unit) else 0.0)


def unit_of(shown: Contrast) -> float:
    """The unit in the last place of the network's numbers."""
    return UNITS[shown.setup.recipe.dtype]


def conventions(shown: Contrast, fed: Fed, notation: str) -> list[str]:
    """The conventions in force, a sentence each."""
    setup, recipe = shown.setup, shown.setup.recipe
    image = setup.x.ndim == 4
    drawn = INITIALIZATIONS[recipe.initialization]
    classes = "drawn by the seed, as the data have none" if fed.seeded else "the data's own"
    against = counted(setup.outputs, "class", "classes")
    losses = {
        "cross_entropy": f"softmax cross-entropy against {against}, {classes}",
        "squared_error": f"squared error against {against} as one-hot rows, {classes}",
    }
    biases = "no biases but the disturbance's" if setup.disturbance and setup.disturbance.shift else "no biases"
    told = [
        _inputs_text(shown, fed),
        f"weights: {drawn.title} ({drawn.source}), times {tick_text(recipe.scale)}, {biases}; the read-out by Xavier's "
        "rule",
        *_norm_text(shown, "channel" if image else "unit"),
        f"loss: {losses[setup.loss]}, the mean over the batch",
        f"a distribution pools all {'channels, examples and positions' if image else 'units and examples'} of a joint",
        f"y stands for what enters f: {ACTIVATIONS[recipe.activation].saturation_rule}",
    ]
    return [in_symbols(text, notation) for text in told]


def _inputs_text(shown: Contrast, fed: Fed) -> str:
    """What the inputs are over this batch."""
    x = shown.setup.x
    what, total = "channel" if x.ndim == 4 else "feature", x.shape[1]
    if not fed.standardized:
        return "inputs enter as they are"
    if fed.constant == total:
        why = "of one example it is its own mean" if x[:, :1].size == 1 else "none varies over this batch"
        return f"every input {what} is 0: {why}"
    scaled = f"every input {what} has mean 0, deviation 1 over this batch"
    if not fed.constant:
        return scaled
    one = fed.constant == 1
    return (
        f"{scaled}, but for the {fed.constant:,} of {total:,} that {'does' if one else 'do'} not vary over it and "
        f"{'is' if one else 'are'} 0"
    )


def _norm_text(shown: Contrast, of: str) -> list[str]:
    recipe = shown.setup.recipe
    if recipe.norm == "none":
        return ["no norm: there is one column alone"]
    where = {
        "variance": "ε is added to the variance, √(σ²+ε), as in Ioffe & Szegedy 2015 and the frameworks",
        "deviation": "ε is added to the deviation, σ+ε, as in the lecture",
    }
    return [
        "both columns have the same weights and the same batch",
        f"normalized by this batch's mean and biased variance per {of}, γ = 1, β = 0",
        f"{where[recipe.eps_placement]}; ε = {tick_text(recipe.eps)}",
    ]
