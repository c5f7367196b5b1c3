"""The network view in words: its joints, what is seen and what moved. Every number is the result's own."""

from collections.abc import Iterator

from app.figures.numbers import counted, three
from bncore.activations import ACTIVATIONS
from bncore.network.contrast import Column, Contrast
from bncore.network.curves import EXPONENTIAL
from bncore.network.initializations import INITIALIZATIONS
from bncore.network.survey import Diverged

COLUMN_WORDS = {"without": "without BN", "with": "with BN"}
AT_THE_START = {"without": "Without BN", "with": "With BN"}  # of a sentence
MOSTLY = 0.9  # saturated
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


def joint_symbol(shown: Contrast, column: str, kind: str, notation: str) -> str:
    """The symbol of a kind of joint in a column."""
    recipe = shown.setup.recipe
    place = "none" if column == "without" or recipe.norm == "none" else recipe.norm_place
    symbols = SYMBOLS[notation]
    return str(symbols["sum"] if kind == "sum" else symbols[place][kind])  # type: ignore[index]


def diverged_text(shown: Contrast, column: str, found: Diverged, notation: str) -> str:
    """Where the numbers of a column ran away."""
    where = f"{AT_THE_START[column]} numbers leave the range of {shown.setup.recipe.dtype}"
    if found.block is None:
        at = {"input": "at the input already", "readout": "at the read-out or the loss"}[found.kind]
        return f"{where} {at}: no gradient can be given." if found.kind == "input" else f"{where} {at}."
    if found.kind == "weights":
        return f"{where} on the way back, at ∂L/∂W of block {found.block}, the gradient of its weights."
    symbol = joint_symbol(shown, column, found.kind, notation)
    if found.side == "backward":
        return f"{where} on the way back, at ∂L/∂ {symbol} of block {found.block}; in front of it nothing can be given."
    return f"{where} at {symbol} of block {found.block}; behind it nothing can be given, and no gradient at all."


def headline(shown: Contrast, notation: str) -> str:
    """One sentence a column: what becomes of the product's deviation and of the gradient from block to block."""
    parts = [_run(shown, name, column, notation) for name, column in shown.columns.items()]
    return _before(shown, " ".join(parts))


def _before(shown: Contrast, text: str) -> str:
    """What is said of the network as it was, where it is disturbed now."""
    return text if shown.setup.disturbance is None else f"Undisturbed: {text[0].lower()}{text[1:]}"


def _run(shown: Contrast, name: str, column: Column, notation: str) -> str:
    found = column.survey
    words = AT_THE_START[name]
    if found.diverged is not None:
        return diverged_text(shown, name, found.diverged, notation)
    first, last = found.at("z")[1], found.at("z")[found.depth]
    z = joint_symbol(shown, name, "z", notation)
    return (
        f"{words}, {z}'s deviation runs from {three(first.forward.sd)} in block 1 to {three(last.forward.sd)} in block "
        f"{found.depth}, and the gradient that reaches block 1 has {_times(first.backward.norm, last.backward.norm)}."
    )


def _times(first: float, last: float) -> str:
    if last == 0.0:
        return "no size, like the last block's"
    return f"{three(first / last)} times the size of the last block's"


def findings(shown: Contrast, notation: str) -> list[dict[str, str]]:
    """What is worth telling of the columns: id, severity ("warning" or "note"), column, text."""
    return [
        {"id": id, "severity": severity, "column": name, "text": _before(shown, text)}
        for name, column in shown.columns.items()
        for id, severity, text in _findings(shown, name, column, notation)
    ]


def _findings(shown: Contrast, name: str, column: Column, notation: str) -> Iterator[tuple[str, str, str]]:
    found, words = column.survey, AT_THE_START[name]
    if found.diverged is not None:
        yield "diverged", "warning", diverged_text(shown, name, found.diverged, notation)
        return
    first, last = found.at("z")[1], found.at("z")[found.depth]
    z = joint_symbol(shown, name, "z", notation)
    for id, of, start, end in (
        ("activations", f"the deviation of {z}", first.forward.sd, last.forward.sd),
        ("gradients", f"the gradient at {z}, from the last block back,", last.backward.norm, first.backward.norm),
    ):  # fmt: skip
        if found.depth > 1 and start > 0.0 and end > EXPONENTIAL * start:
            yield f"{id}_explode", "warning", f"{words} {of} grows {three(end / start)}-fold."
        elif found.depth > 1 and start > 0.0 and end < start / EXPONENTIAL:
            share = f"to {three(end / start)} of itself" if end else "to 0"
            yield f"{id}_vanish", "warning", f"{words} {of} falls {share}."
    flat = [joint.joint.block for joint in found.joints if (joint.saturated or 0.0) >= MOSTLY]
    if flat:
        title = ACTIVATIONS[shown.setup.recipe.activation].title
        yield "saturated", "warning", (
            f"{words} {title} is flat or dead for more than {MOSTLY:.0%} of what enters it in "
            f"{counted(len(flat), 'block')}, first in block {flat[0]}."
        )  # fmt: skip


def conventions(shown: Contrast, standardized: bool, seeded: bool) -> list[str]:
    """The conventions in force, a sentence each."""
    setup, recipe = shown.setup, shown.setup.recipe
    image = setup.x.ndim == 4
    what = "channel" if image else "feature"
    drawn = INITIALIZATIONS[recipe.initialization]
    where = {
        "variance": "ε is added to the variance, √(σ²+ε), as in Ioffe & Szegedy 2015 and the frameworks",
        "deviation": "ε is added to the deviation, σ+ε, as in the lecture",
    }
    classes = "drawn by the seed, as the data have none" if seeded else "the data's own"
    losses = {
        "cross_entropy": f"softmax cross-entropy against {setup.outputs} classes, {classes}",
        "squared_error": f"squared error against {setup.outputs} classes as one-hot rows, {classes}",
    }
    return [
        f"every input {what} has mean 0, deviation 1 over this batch" if standardized else "inputs enter as they are",
        f"weights: {drawn.title} ({drawn.source}), times {recipe.scale:g}, no biases; the read-out by Xavier's rule",
        "both columns have the same weights and the same batch",
        *([] if recipe.norm == "none" else [
            f"normalized by this batch's mean and biased variance per {'channel' if image else 'unit'}, γ = 1, β = 0",
            f"{where[recipe.eps_placement]}; ε = {recipe.eps:g}",
        ]),
        f"loss: {losses[setup.loss]}, the mean over the batch",
        "a distribution pools all units, examples and positions of a joint",
        f"y is what enters f: {ACTIVATIONS[recipe.activation].saturation_rule}",
    ]  # fmt: skip
