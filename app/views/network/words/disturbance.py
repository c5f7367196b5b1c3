"""A disturbance in words: how far it came, and why. Every number and every cause is the result's own."""

import math
from collections.abc import Callable
from operator import attrgetter

from app.figures.numbers import three
from app.views.network.words.causes import cause_text, size_text
from app.views.network.words.seen import AT_THE_START, COLUMN_WORDS, diverged_text, joint_symbol, ratio_text, unit_of
from bncore.distributions.axis import tick_text
from bncore.network.contrast import Column, Contrast, Disturbance, Disturbed
from bncore.network.measures.movement import Moved
from bncore.network.measures.passing import SMALL


def disturb_headline(shown: Contrast) -> str:
    """What is disturbed, and how many of the later blocks notice: by their distributions, as the map and the curve."""
    d = shown.setup.disturbance
    if d is None:
        return ""
    shift = f", its biases shifted by {tick_text(d.shift)}" if d.shift else ""
    what = f"The weights of block {d.block} times {tick_text(d.factor)}{shift}"
    later = shown.setup.depth - d.block
    if not later:
        return f"{what}: there is no later block to notice, only the read-out and the loss."
    noticed, stirred = (
        {name: how_many(column, d, read) for name, column in shown.columns.items()} for read in (NOTICED, STIRRED)
    )
    single = "" if stirred == noticed else f" Their single values move by as much in {_listed(stirred, later)}."
    if all(count == 0 for count in noticed.values()):
        nor = ", nor do single values" if stirred == noticed else ""
        return f"{what}: no later block's product moves by more than {MUCH}, as a distribution{nor}.{single}"
    return (
        f"{what}: a covariate shift, a change of the later blocks' inputs. Later blocks whose product moves by more "
        f"than {MUCH}, as a distribution: {_listed(noticed, later)}.{single}"
    )


MUCH = f"{100.0 * SMALL:.0f} % of a deviation"
NOTICED: Callable[[Moved], bool] = attrgetter("noticed")
STIRRED: Callable[[Moved], bool] = attrgetter("stirred")


def _listed(counts: dict[str, int | None], later: int) -> str:
    return ", ".join(f"{_of(count, later)} {COLUMN_WORDS[name]}" for name, count in counts.items())


def _of(count: int | None, later: int) -> str:
    return "not known" if count is None else f"{count} of {later}"


def how_many(column: Column, d: Disturbance, read: Callable[[Moved], bool]) -> int | None:
    """How many blocks behind the disturbed one have another product; None where numbers are not finite."""
    if column.disturbed is None:
        return None
    before, after = (survey.at("z") for survey in (column.survey, column.disturbed.survey))
    if not (before[len(before)].forward.finite and after[len(after)].forward.finite):
        return None
    return sum(read(m) for m in column.disturbed.moved if m.kind == "z" and m.block > d.block)


def disturb_text(shown: Contrast, name: str, notation: str) -> str:
    """What a disturbance did to a column."""
    column, d = shown.columns[name], shown.setup.disturbance
    if column.disturbed is None or d is None:
        return ""
    parts = [_diverged(shown, name, column, column.disturbed, notation)]
    before, after = column.survey.diverged, column.disturbed.survey.diverged
    if not any(disturbed and disturbed.side == "forward" for disturbed in (before, after)):
        parts += [_moved(shown, name, column.disturbed, notation), cause_text(shown, name, column.disturbed, notation)]
    return " ".join(part for part in (*parts, _gradient(shown, name, column, column.disturbed)) if part)


def _diverged(shown: Contrast, name: str, column: Column, disturbed: Disturbed, notation: str) -> str:
    if column.survey.diverged is not None:
        told = diverged_text(shown, name, column.survey.diverged, notation)
        return f"Without the disturbance already: {told[0].lower()}{told[1:]}"
    if disturbed.survey.diverged is not None:
        told = diverged_text(shown, name, disturbed.survey.diverged, notation)
        return f"Disturbed, {told[0].lower()}{told[1:]}"
    return ""


def _moved(shown: Contrast, name: str, disturbed: Disturbed, notation: str) -> str:
    last = disturbed.moved[-1]
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


def _gradient(shown: Contrast, name: str, column: Column, disturbed: Disturbed) -> str:
    d = shown.setup.disturbance
    ratio = None if d is None else column.gradient_ratio(d.block)
    if d is None or ratio is None or (disturbed.passing is not None and disturbed.passing.cause == "nothing"):
        return ""
    beside = _beside(shown, ratio, d.factor) if d.factor and name == "with" else ""
    return f"The gradient of the disturbed weights is {ratio_text(ratio, 1.0, unit_of(shown))} what it was{beside}."


def _beside(shown: Contrast, ratio: float, factor: float) -> str:
    """The ratio beside 1/|a|, which it is where nothing of the disturbance is left behind the norm."""
    expected = 1.0 / abs(factor)
    if abs(ratio - expected) <= SMALL * expected:
        return f" (1/|a| = {three(expected)})"
    if len(shown.setup.x) <= 2 and shown.setup.x.ndim == 2:
        return f", not 1/|a| = {three(expected)}: with so few examples no gradient passes batch norm but by ε"
    return f" (1/|a| = {three(expected)} if nothing were left behind batch norm)"
