"""A disturbance in words: how far it came, and why. Every number and every cause is the result's own."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from app.figures.network_words import AT_THE_START, COLUMN_WORDS, diverged_text, joint_symbol
from app.figures.numbers import three
from bncore.axis import tick_text
from bncore.network.build import Recipe
from bncore.network.contrast import Column, Contrast, Disturbance, Disturbed
from bncore.network.movement import Moved
from bncore.network.passing import SMALL, Passing


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
        parts += [_moved(shown, name, column.disturbed, notation), _why(shown, name, column.disturbed, notation)]
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
        f"{AT_THE_START[name]} the last joint's distribution, {joint}, moves by {_size(last.distribution)} of its "
        f"deviations, and its single values by {_size(last.values)} (root mean square)."
    )


def _size(value: float) -> str:
    return three(value) if math.isfinite(value) else "more than the numbers hold"


def _why(shown: Contrast, name: str, found: Disturbed, notation: str) -> str:
    if found.passing is None:
        return ""
    return WHY[found.passing.cause](_Told(shown, name, found, found.passing, notation))


@dataclass(frozen=True)
class _Told:
    """What the sentences of a cause are made of."""

    shown: Contrast
    name: str
    found: Disturbed
    passing: Passing
    notation: str

    @property
    def recipe(self) -> Recipe:
        return self.shown.setup.recipe

    @property
    def first(self) -> Moved:
        """The disturbed product's own movement."""
        return self.found.moved[0]

    @property
    def last(self) -> Moved:
        return self.found.moved[-1]

    @property
    def block(self) -> int:
        return self.first.block

    @property
    def at_the_end(self) -> bool:
        """Whether no block comes behind the disturbed one."""
        return self.block == self.shown.setup.depth

    @property
    def z(self) -> str:
        return joint_symbol(self.shown, self.name, "z", self.notation)

    @property
    def entered(self) -> str:
        return joint_symbol(self.shown, self.name, self.passing.entered, self.notation)

    @property
    def around(self) -> bool:
        """Whether a residual connection leads around the block."""
        return any(moved.kind == "sum" and moved.block == self.block for moved in self.found.moved)

    @property
    def doing(self) -> str:
        """Whose the rest is: ε's where the same numbers normalized without ε have moved by less than half of it."""
        mostly_eps = self.recipe.eps > 0.0 and self.passing.exact < self.passing.left / 2.0
        return "ε's" if mostly_eps else "rounding's"

    @property
    def deviations(self) -> tuple[float, float]:
        """The deviation behind the block's norm before and after."""
        surveys = self.shown.columns[self.name].survey, self.found.survey
        before, after = (survey.at("norm")[self.block].forward.sd for survey in surveys)
        return before, after


def _nothing(told: _Told) -> str:
    why = NOTHING_AS[told.passing.reason].format(dtype=told.recipe.dtype)
    return f"Nothing is disturbed: no number of block {told.block} changes, as {why}."


NOTHING_AS = {
    "as_it_was": "the factor is 1 and the shift 0",
    "no_weights": "its weights are 0",
    "no_input": "all that enters it is 0",
    "one_example": "one example minus the batch's mean, which is itself, is 0",
    "rounding": "the disturbance is smaller than the last digit of {dtype}",
}


def _constant(told: _Told) -> str:
    made = "batch norm makes 0 of it, and " if told.name == "with" else ""
    around = " but by its residual connection" if told.around else ""
    when, why = CONSTANT_AS[told.passing.reason]
    return (
        f"{when}, {told.entered} of block {told.block} is the same for every example, as "
        f"{why.format(dtype=told.recipe.dtype)}: {made}nothing of the batch passes this block{around}."
    )


CONSTANT_AS = {
    "one_example": ("Disturbed or not", "there is only one"),
    "before": ("Disturbed or not", "nothing of the batch comes that far"),
    "no_factor": ("Disturbed", "its weights become 0"),
    "rounding": ("Disturbed", "the shift leaves no digits of {dtype} to differ in"),
    "flat": ("Disturbed", "f is flat or dead for all that enters it"),
}


def _runs(told: _Told) -> str:
    if told.last.values <= SMALL:
        first = "It moves" if math.isnan(told.first.values) else f"It is {_size(told.first.values)} at"
        return f"{first} {told.z} of block {told.block}, and dies away behind it."
    if told.at_the_end:
        return "Nothing stops it, but no block comes behind: only the read-out's inputs shift."
    return "Nothing stops it: this is the lecture's covariate shift."


def _stopped(told: _Told) -> str:
    stops = (
        "Batch norm stops it at once"
        if told.passing.entered == "z"
        else "Batch norm behind f stops it, as f passes it on as a scale and a shift of each unit"
    )
    if not told.passing.left:
        return f"{stops}: nothing is left behind it."
    magnified = told.last.values > SMALL and not told.at_the_end
    later = f", which the later blocks make {_size(told.last.values)}" if magnified else ""
    return f"{stops}: {three(told.passing.left)} of a deviation is left behind it, {told.doing} doing{later}."


def _epsilon(told: _Told) -> str:
    return (
        f"Batch norm would stop it at ε = 0, but ε = {tick_text(told.recipe.eps)} is not small beside the variance of "
        f"the disturbed {told.entered} in block {told.block}: {three(told.passing.left)} of a deviation is left behind "
        "it, ε's doing."
    )


def _flipped(told: _Told) -> str:
    before, after = told.deviations
    stay = abs(after - before) <= SMALL * before
    size = (
        "mean and deviation stay" if stay else f"its deviation goes from {three(before)} to {three(after)}, ε's doing"
    )
    return f"The negative factor flips the sign of {told.entered}, and batch norm passes that on; {size}."


def _rounding(told: _Told) -> str:
    return (
        f"Disturbed, {told.entered} of block {told.block} has too few digits left in {told.recipe.dtype} to be "
        "normalized exactly: what is left is rounding's doing."
    )


def _bent(_told: _Told) -> str:
    return (
        "Batch norm stands behind f here, and f does not pass the disturbance on as one scale and one shift of each "
        "unit, which is all that batch norm takes out."
    )


WHY: dict[str, Callable[[_Told], str]] = {
    "nothing": _nothing, "constant": _constant, "runs": _runs, "stopped": _stopped, "epsilon": _epsilon,
    "flipped": _flipped, "rounding": _rounding, "bent": _bent,
}  # fmt: skip


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
