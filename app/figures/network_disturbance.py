"""A disturbance in words: how far it came, and why. Every number and every cause is the result's own."""

import math

from app.figures.network_causes import cause_text, size_text
from app.figures.network_words import AT_THE_START, COLUMN_WORDS, diverged_text, joint_symbol
from app.figures.numbers import three
from bncore.axis import tick_text
from bncore.network.contrast import Column, Contrast, Disturbance, Disturbed
from bncore.network.passing import SMALL


def disturb_headline(shown: Contrast) -> str:
    """What is disturbed, and how many of the later blocks notice."""
    d = shown.setup.disturbance
    if d is None:
        return ""
    shift = f", its biases shifted by {tick_text(d.shift)}" if d.shift else ""
    what = f"The weights of block {d.block} times {tick_text(d.factor)}{shift}"
    later = shown.setup.depth - d.block
    noticed = {name: _noticed(column, d) for name, column in shown.columns.items()}
    if not later:
        return f"{what}: there is no later block to notice, only the read-out and the loss."
    if all(count == 0 for count in noticed.values()):
        return f"{what}: no later block's input changes by more than {SMALL:.0%} of a deviation."
    told = ", ".join(f"{_of(count, later)} {COLUMN_WORDS[name]}" for name, count in noticed.items())
    return (
        f"{what}: a covariate shift, a change of the later blocks' inputs. Later blocks with other inputs than before, "
        f"by more than {SMALL:.0%} of a deviation: {told}."
    )


def _of(count: int | None, later: int) -> str:
    return "not known" if count is None else f"{count} of {later}"


def _noticed(column: Column, d: Disturbance) -> int | None:
    """How many blocks behind the disturbed one have another product; None where numbers are not finite.

    A product that had one number for all before, so that its movement has no unit, counts where it moved.
    """
    if column.disturbed is None:
        return None
    before, after = (survey.at("z") for survey in (column.survey, column.disturbed.survey))
    if not (before[len(before)].forward.finite and after[len(after)].forward.finite):
        return None
    return sum(not m.values <= SMALL for m in column.disturbed.moved if m.kind == "z" and m.block > d.block)


def disturb_text(shown: Contrast, name: str, notation: str) -> str:
    """What a disturbance did to a column."""
    column, d = shown.columns[name], shown.setup.disturbance
    if column.disturbed is None or d is None:
        return ""
    parts = [_diverged(shown, name, column, column.disturbed, notation)]
    before, after = column.survey.diverged, column.disturbed.survey.diverged
    if not any(found and found.side == "forward" for found in (before, after)):
        parts += [_moved(shown, name, column.disturbed, notation), cause_text(shown, name, column.disturbed, notation)]
    return " ".join(part for part in (*parts, _gradient(shown, name, column, column.disturbed)) if part)


def _diverged(shown: Contrast, name: str, column: Column, found: Disturbed, notation: str) -> str:
    if column.survey.diverged is not None:
        told = diverged_text(shown, name, column.survey.diverged, notation)
        return f"Without the disturbance already: {told[0].lower()}{told[1:]}"
    if found.survey.diverged is not None:
        told = diverged_text(shown, name, found.survey.diverged, notation)
        return f"Disturbed, {told[0].lower()}{told[1:]}"
    return ""


def _moved(shown: Contrast, name: str, found: Disturbed, notation: str) -> str:
    last = found.moved[-1]
    joint = f"{joint_symbol(shown, name, last.kind, notation)} of block {last.block}"
    if math.isnan(last.values):
        return (
            f"{AT_THE_START[name]} the last joint, {joint}, had one number for all before: there is no deviation to "
            "measure its movement by."
        )
    return (
        f"{AT_THE_START[name]} the last joint's distribution, {joint}, moves by {size_text(last.distribution)} of its "
        f"deviations, and its single values by {size_text(last.values)} (root mean square)."
    )


def _gradient(shown: Contrast, name: str, column: Column, found: Disturbed) -> str:
    d = shown.setup.disturbance
    ratio = None if d is None else column.gradient_ratio(d.block)
    if d is None or ratio is None or (found.passing is not None and found.passing.cause == "nothing"):
        return ""
    beside = _beside(shown, ratio, d.factor) if d.factor and name == "with" else ""
    return f"The gradient of the disturbed weights is {three(ratio)} times what it was{beside}."


def _beside(shown: Contrast, ratio: float, factor: float) -> str:
    """The ratio beside 1/|a|, which it is where nothing of the disturbance is left behind the norm."""
    expected = 1.0 / abs(factor)
    if abs(ratio - expected) <= SMALL * expected:
        return f" (1/|a| = {three(expected)})"
    if len(shown.setup.x) <= 2 and shown.setup.x.ndim == 2:
        return f", not 1/|a| = {three(expected)}: with so few examples no gradient passes batch norm but by ε"
    return f" (1/|a| = {three(expected)} if nothing were left behind batch norm)"
