"""What is worth telling of a network's columns, and of which cause. Every number is the result's own."""

from collections.abc import Iterator

from app.figures.numbers import counted, three
from app.views.network.words.seen import AT_THE_START, Fed, diverged_text, joint_symbol, of_undisturbed
from bncore.activations import ACTIVATIONS
from bncore.network.contrast import Column, Contrast
from bncore.network.measures.curves import EXPONENTIAL

MOSTLY = 0.9  # saturated
Found = Iterator[tuple[str, str, str]]


def findings(shown: Contrast, fed: Fed, notation: str) -> list[dict[str, str]]:
    """What is worth telling of the columns: id, severity ("warning" or "note"), column, text.

    A network that nothing of the batch enters has one finding alone, as all others follow from it.
    """
    if not shown.setup.x.any():
        text = "Nothing of the batch enters, so that what is drawn is what the network makes of zeros."
        text += " More examples have something to standardize." * (fed.standardized and len(shown.setup.x) == 1)
        return [{"id": "no_input", "severity": "warning", "column": "without", "text": text}]
    return [
        {"id": id, "severity": severity, "column": name, "text": of_undisturbed(shown, text)}
        for name, column in shown.columns.items()
        for id, severity, text in _of_column(shown, name, column, notation)
    ]


def _of_column(shown: Contrast, name: str, column: Column, notation: str) -> Found:
    if column.survey.diverged is not None:
        yield "diverged", "warning", diverged_text(shown, name, column.survey.diverged, notation)
    elif name == "with" and not column.survey.at("norm")[1].joint.y.any():
        yield "nothing_varies", "warning", _nothing_varies(shown, notation)
    else:
        yield from _activations(shown, name, column, notation)
        yield from _gradients(shown, name, column, notation)
        yield from _saturated(shown, name, column)


def _nothing_varies(shown: Contrast, notation: str) -> str:
    """Batch norm leaves nothing of what is the same for all."""
    joint = joint_symbol(shown, "with", "norm", notation)
    alone = shown.setup.x[:, :1].size == 1
    why = "of one example each unit's number is its own mean" if alone else "what enters is the same for every example"
    return f"With BN every number of {joint} in block 1 is 0, as {why}: nothing of the batch comes farther."


def _activations(shown: Contrast, name: str, column: Column, notation: str) -> Found:
    z, survey = joint_symbol(shown, name, "z", notation), column.survey
    first, last = survey.at("z")[1].forward.sd, survey.at("z")[survey.depth].forward.sd
    yield from _changed("activations", f"{AT_THE_START[name]} the deviation of {z}", first, last, survey.depth)


def _gradients(shown: Contrast, name: str, column: Column, notation: str) -> Found:
    z, survey = joint_symbol(shown, name, "z", notation), column.survey
    first, last = survey.at("z")[1].backward.norm, survey.at("z")[survey.depth].backward.norm
    if column.only_rounding_arrives:
        yield "gradients_vanish", "warning", (
            f"{AT_THE_START[name]} no more than rounding of the gradient passes the norm of block "
            f"{max(column.vanished)}{_of_two(shown)}."
        )  # fmt: skip
        return
    of = f"{AT_THE_START[name]} the gradient at {z}, from the last block back,"
    by_eps = name == "with" and shown.setup.x[:, :1].size == 2
    why = ": of two examples batch norm lets pass what ε does alone" if by_eps else ""
    yield from _changed("gradients", of, last, first, survey.depth, why)


def _of_two(shown: Contrast) -> str:
    x = shown.setup.x
    return ": two numbers are normalized to ±1, whatever they are" if x[:, :1].size == 2 else ""


def _changed(id: str, of: str, start: float, end: float, depth: int, why: str = "") -> Found:
    """Exponential growth or decay from one end of the network to the other; `why` is that of a decay."""
    if depth > 1 and start > 0.0 and end > EXPONENTIAL * start:
        yield f"{id}_explode", "warning", f"{of} grows {three(end / start)}-fold."
    elif depth > 1 and start > 0.0 and end < start / EXPONENTIAL:
        yield f"{id}_vanish", "warning", (f"{of} falls {f'to {three(end / start)} of itself' if end else 'to 0'}{why}.")


def _saturated(shown: Contrast, name: str, column: Column) -> Found:
    flat = [joint.joint.block for joint in column.survey.joints if (joint.saturated or 0.0) >= MOSTLY]
    if flat:
        title = ACTIVATIONS[shown.setup.recipe.activation].title
        yield "saturated", "warning", (
            f"{AT_THE_START[name]} {title} is flat or dead for {100.0 * MOSTLY:.0f} % or more of what enters it in "
            f"{counted(len(flat), 'block')}, first in block {flat[0]}."
        )  # fmt: skip
